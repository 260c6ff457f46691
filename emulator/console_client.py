"""The console as an agent's browser uses it: sign-in form, cookie, anti-forgery word, JSON of the desk.

Only HTTP is known of the service, as a browser knows it.
"""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import cast

import requests

Json = Mapping[str, object]
_ANSWER_SECONDS = 10.0


class ConsoleError(Exception):
    """The console refused or could not be reached; the text says which."""


class _Form(HTMLParser):
    """Finds the anti-forgery word of a page's form."""

    word: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag == "input" and named.get("name") == "csrf_token":
            self.word = named.get("value")


class Console:
    def __init__(self, origin: str) -> None:
        self._origin = origin.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False
        self._csrf = ""

    def sign_in(self, name: str, password: str) -> None:
        form = _Form()
        form.feed(self._send("GET", "/console/sign-in").text)
        fields = {"sign_in": name, "password": password, "csrf_token": form.word or ""}
        answer = self._send("POST", "/console/sign-in", fields)
        if not answer.ok:
            raise ConsoleError(f"the console did not let {name} in ({answer.status_code})")
        self.desk()  # refuses whoever is not signed in, and brings this session's anti-forgery word

    def desk(self) -> Json:
        found = self._json("GET", "/console/desk.json")
        self._csrf = str(found.get("csrf") or self._csrf)
        return found

    def telephone(self) -> tuple[str, str]:
        """The token to register a telephone with, and the address of the program that registers it."""
        found = self._json("GET", "/console/telephone-token")
        return str(found["token"]), str(found["sdk_url"])

    def be(self, state: str) -> None:
        self._json("POST", "/console/presence", {"state": state})

    def heartbeat(self) -> None:
        self._json("POST", "/console/heartbeat", {})

    def decline(self, offer: str, reason: str) -> None:
        self._json("POST", f"/console/offers/{offer}/decline", {"reason": reason})

    def note(self, offer: str, outcome: str) -> None:
        self._json("POST", f"/console/offers/{offer}/outcome", {"outcome": outcome})

    def _json(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> Json:
        answer = self._send(method, path, fields)
        if not answer.ok:
            raise ConsoleError(f"{path} answered {answer.status_code}: {answer.text[:120].strip()}")
        return cast(Json, answer.json()) if "json" in answer.headers.get("Content-Type", "") else {}

    def _send(self, method: str, path: str, fields: Mapping[str, str] | None = None) -> requests.Response:
        headers = {"X-CSRF-Token": self._csrf, "Accept": "application/json, text/html"} if fields is not None else {}
        try:
            return self._http.request(
                method, self._origin + path, data=fields, headers=headers, timeout=_ANSWER_SECONDS
            )
        except requests.RequestException as error:
            raise ConsoleError(f"no console answers at {self._origin}") from error
