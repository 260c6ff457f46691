"""Asks web servers as the provider would, with a deadline for the whole answer. Nothing is judged here."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping

import requests

from ivr.doctor.model import Answer, NoAnswer, Said

CONNECT_SECONDS, READ_SECONDS, ALTOGETHER_SECONDS = 5.0, 5.0, 15.0  # the provider's own patience is 15 s
MOST_BYTES = 64 * 1024
# Changes nothing, and its query is one that a proxy which decodes or sorts would change: the signature tells.
PROBE = "/voice/fallback?b=%2Fprobe&a=K%C3%A4yt%C3%A4v%C3%A4"
PROBE_CALL = "CA" + "0" * 32


def fetch(method: str, url: str, form: Mapping[str, str] | None = None, signature: str = "") -> Said:
    """Redirects are not followed: a posted form would be lost on the way."""
    headers = {"X-Twilio-Signature": signature} if signature else {}
    end = time.monotonic() + ALTOGETHER_SECONDS
    try:
        with requests.request(
            method,
            url,
            data=form,
            headers=headers,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            stream=True,
            allow_redirects=False,
        ) as response:
            return _read(response, end)
    except (requests.exceptions.RequestException, ValueError) as error:
        return NoAnswer(type(error).__name__)


def _read(response: requests.Response, end: float) -> Said:
    body = b""
    for chunk in response.iter_content(8192):
        body += chunk
        if len(body) > MOST_BYTES:
            break
        if time.monotonic() > end:
            return NoAnswer("Timeout")
    return Answer(
        response.status_code, response.headers.get("Content-Type", ""), body[:MOST_BYTES].decode("utf-8", "replace")
    )


def health(base: str) -> Said:
    return fetch("GET", f"{base}/healthz")


def probes(base: str, account: str, token: str) -> tuple[Said, Said]:
    """What a signed webhook is answered, and the same one without its signature."""
    form = {"AccountSid": account, "CallSid": PROBE_CALL, "CallStatus": "in-progress", "From": "", "To": ""}
    url = base + PROBE
    return fetch("POST", url, form, _signature(token, url, form)), fetch("POST", url, form)


def fallback(url: str, method: str) -> Said:
    """As the provider asks when it could not reach us: by the method that is set on the number."""
    if method == "GET":
        return fetch("GET", url)
    return fetch("POST", url, {"CallSid": PROBE_CALL, "ErrorCode": "11200", "ErrorUrl": ""})


def _signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """https://www.twilio.com/docs/usage/webhooks/webhooks-security: the URL and the sorted fields, HMAC-SHA1.

    Written out, not borrowed from ``ivr.signature``: a mistake there must not vouch for itself.
    """
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()
