"""Fetches recorded sound from the provider over plain HTTP. The address is made here, from names of a checked shape.

What a webhook says about an address is never used: whoever forges one must not choose what this machine connects to.
"""

import re
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")
MOST_BYTES = 10 * 1024 * 1024
CONNECT_SECONDS = 3.0
READ_SECONDS = 5.0
DEADLINE_SECONDS = 15.0  # of the whole fetch; shorter than an order's lease
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Fetched:
    sound: bytes
    content_type: str


@dataclass(frozen=True)
class NotYet:
    """Worth another try: not there yet, or the provider or the line is in trouble."""

    why: str


@dataclass(frozen=True)
class Never:
    """Another try would bring the same."""

    why: str


class Media:
    """``region`` and ``edge`` name the provider's host where the base address is the real one."""

    def __init__(self, account: str, token: str, base_url: str, region: str = "", edge: str = "") -> None:
        self._account, self._auth = account, (account, token)
        self.origin = _origin(base_url, region, edge)

    def fetch(self, recording_sid: str) -> Fetched | NotYet | Never:
        if RECORDING_SID.fullmatch(recording_sid) is None:
            return Never("no recording")
        url = f"{self.origin}/2010-04-01/Accounts/{self._account}/Recordings/{recording_sid}.wav"
        until = time.monotonic() + DEADLINE_SECONDS
        try:
            with requests.get(
                url, auth=self._auth, timeout=(CONNECT_SECONDS, READ_SECONDS), stream=True, allow_redirects=False
            ) as answer:
                return _refusal(answer) or _read(answer, until)
        except requests.RequestException as error:
            return NotYet(type(error).__name__)


def _origin(base_url: str, region: str, edge: str) -> str:
    parts = urlsplit(base_url)
    if region and edge and parts.hostname == "api.twilio.com":
        return f"{parts.scheme}://api.{edge}.{region}.twilio.com"
    return base_url.rstrip("/")


def _refusal(answer: requests.Response) -> NotYet | Never | None:
    """404 is "not yet": the file may follow its announcement by seconds. A redirect leads elsewhere: not followed."""
    if answer.is_redirect or 300 <= answer.status_code < 400:
        return Never("redirect")
    if answer.status_code != 200:
        return NotYet(f"http {answer.status_code}")
    if not answer.headers.get("Content-Type", "").lower().startswith("audio/"):
        return Never("not audio")
    length = answer.headers.get("Content-Length", "0")
    return Never("too big") if not length.isdigit() or int(length) > MOST_BYTES else None


def _read(answer: requests.Response, until: float) -> Fetched | NotYet | Never:
    sound = bytearray()
    for chunk in answer.iter_content(CHUNK):
        sound += chunk
        if len(sound) > MOST_BYTES:
            return Never("too big")
        if time.monotonic() > until:
            return NotYet("too slow")
    if not sound:
        return NotYet("empty")
    if not (sound.startswith(b"RIFF") and sound[8:12] == b"WAVE"):
        return Never("not audio")
    return Fetched(bytes(sound), answer.headers.get("Content-Type", "")[:40])
