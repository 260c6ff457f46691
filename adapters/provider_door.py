"""Plain HTTP to the provider's host and to no other: with our keys, with deadlines, without following anybody.

For what the provider's library does not do: sound in pieces, lists page by page.
"""

from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from adapters.deadline import Watcher

HEAD_SILENCES = 2.0  # of the read time-out: until the answer has begun
WATCHER = Watcher()
LEAN = {"Accept-Encoding": "identity", "Accept": "*/*"}


class Door:
    """``region`` and ``edge`` name the provider's host where the base address is the real one."""

    def __init__(self, account: str, token: str, base_url: str, region: str = "", edge: str = "") -> None:
        self._auth = (account, token)
        self._root = f"/2010-04-01/Accounts/{account}/"
        self.origin = _origin(base_url, region, edge)
        self._session = requests.Session()
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, _Punctual())

    def get(
        self, path: str, query: Mapping[str, str] | None = None, connect: float = 3.0, silence: float = 5.0
    ) -> requests.Response:
        """``path`` below the account. The body is left on the line; raises requests' errors."""
        return self._session.get(
            f"{self.origin}{self._root}{path}",
            params=query,
            auth=self._auth,
            headers=LEAN,
            timeout=(connect, silence),
            stream=True,
            allow_redirects=False,
        )


def _origin(base_url: str, region: str, edge: str) -> str:
    parts = urlsplit(base_url)
    if region and edge and parts.hostname == "api.twilio.com":
        return f"{parts.scheme}://api.{edge}.{region}.twilio.com"
    return base_url.rstrip("/")


# A read time-out counts from byte to byte: an answer whose headers drip in would hold us for hours.


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        with WATCHER.within(HEAD_SILENCES * float(self.timeout or 0.0), self.sock.fileno()):
            return super().getresponse()


class _Secure(HTTPSConnection):
    def getresponse(self) -> Any:
        with WATCHER.within(HEAD_SILENCES * float(self.timeout or 0.0), self.sock.fileno()):
            return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Punctual(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
