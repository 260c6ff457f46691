"""HTTP with the city's own sign-in: every read has a deadline, no answer is larger than it needs to be, and nobody
leads us on to another address."""

import time
from collections.abc import Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 2.0, 3.0, 5.0
LARGEST = 256 * 1024


class Broken(Exception):
    """The provider answers otherwise than it must."""


class _Bounded(HTTPAdapter):
    """The whole answer within a time and a size: a provider that sends a byte a second is as good as silent."""

    def __init__(self, whole: float) -> None:
        super().__init__()
        self._whole = whole

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        until = time.monotonic() + self._whole
        kwargs |= {"stream": True, "timeout": (CONNECT_SECONDS, min(READ_SECONDS, self._whole))}
        answer = super().send(request, *args, **kwargs)
        read = bytearray()
        for piece in answer.iter_content(8192):
            read += piece
            if len(read) > LARGEST:
                raise Broken("its answer is too large")
            if time.monotonic() > until:
                raise Broken("its answer takes too long")
        answer._content = bytes(read)  # what ``content`` would have read, had it read without bounds
        return answer


class Http:
    def __init__(self, whole: float = WHOLE_SECONDS) -> None:
        self._whole = whole

    def guard(self, session: requests.Session) -> None:
        """This session keeps to the bounds, and to no proxy or password of the machine's own environment."""
        session.trust_env = False
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Bounded(self._whole))

    def json(self, url: str) -> Mapping[str, Any]:
        """Raises Broken, RequestException."""
        with requests.Session() as session:
            self.guard(session)
            answer = session.get(url, headers={"Accept": "application/json"}, allow_redirects=False)
        if answer.status_code != 200:
            raise Broken(f"status {answer.status_code}")
        try:
            said = answer.json()
        except ValueError:
            raise Broken("not JSON") from None
        if not isinstance(said, dict):
            raise Broken("no object")
        return said
