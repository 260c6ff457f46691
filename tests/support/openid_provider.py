"""A small OpenID provider of its own: real HTTP, real RSA keys, its own pages. Tests tell it how to misbehave."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.wrappers import Response as AnyResponse

CLIENT, SECRET = "one-number", "a-secret-of-the-client"

PAGE = """<!doctype html><html lang="en"><title>City</title><main><h1>City</h1><a href="{back}">Go on</a></main>"""
Claims = dict[str, Any]


@dataclass
class Person:
    subject: str
    email: str
    verified: bool = True


def _same(claims: Claims) -> Claims:
    return claims


@dataclass
class Provider:
    """``claims`` changes what it says of a person; ``answers`` replaces whole answers by path; ``asked`` are the
    paths it was asked for."""

    person: Person = field(default_factory=lambda: Person("s-1", "aino@city.example"))
    claims: Callable[[Claims], Claims] = _same
    answers: dict[str, Callable[[], AnyResponse]] = field(default_factory=dict)
    signs_with: RSAKey | None = None
    header: dict[str, str] = field(default_factory=dict)
    algorithm: str = "RS256"
    asked: list[str] = field(default_factory=list)
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: new_key("k1"))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    ended: list[str] = field(default_factory=list)

    def turns_its_key(self) -> None:
        self.key = new_key(secrets.token_hex(4))

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.person.subject,
            "email": self.person.email,
            "email_verified": self.person.verified,
            "nonce": nonce,
            "iat": now,
            "exp": now + 300,
        }
        claims = self.claims(claims)
        if self.algorithm == "none":
            parts = ({"alg": "none", "typ": "JWT"}, claims)
            return ".".join(_plain(json.dumps(part).encode()) for part in parts) + "."
        if self.algorithm == "HS256":  # signed with what is public: the old confusion of keys
            head = {"alg": "HS256", "typ": "JWT", "kid": self.key.kid}
            signed = ".".join(_plain(json.dumps(part).encode()) for part in (head, claims))
            return f"{signed}.{_plain(hmac.digest(self.key.as_pem(private=False), signed.encode(), 'sha256'))}"
        header = {"alg": self.algorithm, "kid": self.key.kid or "", **self.header}
        return jwt.encode(header, claims, self.signs_with or self.key)


def new_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadedWSGIServer("127.0.0.1", 0, _app(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def _app(provider: Provider) -> Flask:
    app = Flask("openid-provider", static_folder=None)

    @app.before_request
    def spoilt() -> AnyResponse | None:
        provider.asked.append(request.path)
        answer = provider.answers.get(request.path)
        return answer() if answer is not None else None

    @app.get("/.well-known/openid-configuration")
    def discovery() -> Response:
        ours = provider.issuer
        return jsonify(
            issuer=ours,
            authorization_endpoint=f"{ours}/authorize",
            token_endpoint=f"{ours}/token",
            jwks_uri=f"{ours}/keys",
            end_session_endpoint=f"{ours}/end",
        )

    @app.get("/keys")
    def keys() -> Response:
        return jsonify(keys=[provider.key.as_dict(private=False)])

    _pages(app, provider)
    return app


def _pages(app: Flask, provider: Provider) -> None:
    @app.get("/authorize")
    def authorize() -> AnyResponse:
        """Its own page; the person presses its button, or the test follows the link."""
        asked = request.args.to_dict()
        known = asked["client_id"] == CLIENT and asked["response_type"] == "code"
        if not known or asked["code_challenge_method"] != "S256" or "openid" not in asked["scope"].split():
            return Response("bad request", 400)
        code = secrets.token_urlsafe(16)
        provider.codes[code] = asked
        back = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': provider.issuer})}"
        return Response(PAGE.format(back=escape(back)), mimetype="text/html")

    @app.post("/token")
    def token() -> AnyResponse | tuple[Response, int]:
        given, asked = request.form, provider.codes.pop(request.form.get("code", ""), None)
        auth = request.authorization
        if auth is None or (auth.username, auth.password) != (CLIENT, SECRET):
            return jsonify(error="invalid_client"), 401
        if asked is None or asked["redirect_uri"] != given.get("redirect_uri"):
            return jsonify(error="invalid_grant"), 400
        challenge = _plain(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if challenge != asked["code_challenge"]:
            return jsonify(error="invalid_grant", error_description="PKCE"), 400
        return jsonify(
            access_token=secrets.token_urlsafe(16), token_type="Bearer", id_token=provider.id_token(asked["nonce"])
        )

    @app.get("/end")
    def end() -> AnyResponse:
        provider.ended.append(request.args["client_id"])
        return redirect(request.args["post_logout_redirect_uri"])


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
