"""One HTTP request as the provider sends it: the target untouched, deadlines held, the body bounded.

Knows nothing of calls or retries; what went wrong is a value.
"""

import http.client
import ssl
import time
from base64 import b64encode
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urljoin, urlsplit

from emulator.overrides import Overrides

MOST_BYTES = 64 * 1024
MOST_REDIRECTS = 10
REDIRECTS = frozenset({301, 302, 303, 307, 308})

FailureClass = Literal["ct", "rt", "4xx", "5xx", "other"]


@dataclass(frozen=True)
class Answer:
    status: int
    content_type: str
    body: bytes
    location: str | None
    url: str


@dataclass(frozen=True)
class Failed:
    """No usable answer: the class decides about a retry, the code is Twilio's."""

    kind: FailureClass
    code: int
    message: str
    status: int | None = None


@dataclass(frozen=True)
class Sending:
    method: str
    url: str
    body: str
    headers: tuple[tuple[str, str], ...]


def send(sending: Sending, limits: Overrides, deadline: float) -> Answer | Failed:
    """`deadline` is a reading of time.monotonic()."""
    parts = urlsplit(sending.url)
    if not parts.hostname:
        return Failed("other", 11100, f"URL {sending.url}")
    connection = _connection(parts.scheme, parts.hostname, parts.port, limits.connect)
    try:
        connection.connect()
    except OSError as error:
        return Failed("ct", 11205, str(error))
    try:
        return _exchange(connection, sending, limits, deadline)
    except TimeoutError:
        return Failed("rt", 11200, "no answer in time")
    except (http.client.HTTPException, OSError) as error:
        return Failed("rt", 11200, f"connection lost: {type(error).__name__}")
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=timeout)


def _exchange(
    connection: http.client.HTTPConnection, sending: Sending, limits: Overrides, deadline: float
) -> Answer | Failed:
    parts = urlsplit(sending.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.sock.settimeout(_left(limits, deadline))
    headers = dict(sending.headers) | _credentials(parts.username, parts.password)
    connection.request(sending.method, target, sending.body.encode() or None, headers)
    response = connection.getresponse()
    body = _read(connection, response, limits, deadline)
    content_type = response.getheader("Content-Type", "")
    return Answer(response.status, content_type, body, response.getheader("Location"), sending.url)


def _credentials(name: str | None, half: str | None) -> dict[str, str]:
    """A URL may carry them."""
    if name is None:
        return {}
    pair = f"{unquote(name)}:{unquote(half or '')}"
    return {"Authorization": "Basic " + b64encode(pair.encode()).decode()}


def _read(
    connection: http.client.HTTPConnection, response: http.client.HTTPResponse, limits: Overrides, deadline: float
) -> bytes:
    """One byte more than the limit at most, so that the caller can tell."""
    body = b""
    while len(body) <= MOST_BYTES:
        left = _left(limits, deadline)
        if connection.sock is not None:
            connection.sock.settimeout(left)
        chunk = response.read1(MOST_BYTES + 1 - len(body))
        if not chunk:
            break
        body += chunk
    return body


def _left(limits: Overrides, deadline: float) -> float:
    left = min(limits.read, deadline - time.monotonic())
    if left <= 0:
        raise TimeoutError
    return left


def classify(answer: Answer) -> Failed | None:
    """4xx and 5xx are failures; anything else is an answer."""
    if answer.status >= 500:
        return Failed("5xx", 11200, f"status {answer.status}", answer.status)
    if answer.status >= 400:
        return Failed("4xx", 11200, f"status {answer.status}", answer.status)
    return None


def redirected(answer: Answer) -> str | None:
    if answer.status not in REDIRECTS or not answer.location:
        return None
    return urljoin(answer.url, answer.location)
