"""A console with one desk, as far as an agent's browser sees it; the real one is tried in the city's own calls.

It keeps what was posted to it, and refuses what does not carry the session and the anti-forgery word.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests
from flask import Flask, Response, jsonify, make_response, redirect, request
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from werkzeug.serving import make_server
from werkzeug.wrappers import Response as AnyResponse

from tests.emulator_pages.laboratory import ACCOUNT, KEY, KEY_HALF, Laboratory, free_port

FORM = '<form method="post"><input name="sign_in"><input type="hidden" name="csrf_token" value="form-word"></form>'
SESSION, WORD = "session-1", "session-word"


def token(identity: str = "a_1", secret: str = KEY_HALF, ttl: int = 3600) -> str:
    grant = VoiceGrant(incoming_allow=True)
    return str(AccessToken(ACCOUNT, KEY, secret, identity=identity, ttl=ttl, grants=[grant]).to_jwt())


@dataclass
class ConsoleStandIn:
    lab: Laboratory
    origin: str
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    beaten: threading.Event = field(default_factory=threading.Event)

    def offer(self) -> dict[str, str] | None:
        """The newest call to the agent's telephone, as the desk would tell it."""
        noted = any(path.endswith("/outcome") for path, _fields in self.posts)
        calls = requests.get(f"{self.lab.emulator}/lab/calls", timeout=10).json()["calls"]
        mine = [call["status"] for call in calls if call["to"] == "client:a_1"]
        if not mine or noted:
            return None
        state = {"ringing": "offered", "in-progress": "connected", "completed": "wrapup"}.get(mine[-1])
        return {"token": "offer-1", "state": state, "kind": "live", "language": "sv"} if state else None


def _app(console: ConsoleStandIn) -> Flask:
    app = Flask(__name__)

    @app.before_request
    def closed() -> Response | None:
        if request.path == "/console/sign-in":
            return None
        if request.cookies.get("console") != SESSION:
            return make_response(jsonify(error="signed_out"), 401)
        if request.method == "POST" and request.headers.get("X-CSRF-Token") != WORD:
            return make_response(jsonify(error="forged"), 403)
        return None

    _door(app)
    _desk(app, console)
    return app


def _door(app: Flask) -> None:
    @app.get("/console/sign-in")
    def form() -> str:
        return FORM

    @app.post("/console/sign-in")
    def enter() -> AnyResponse:
        if (request.form["password"], request.form["csrf_token"]) != ("right", "form-word"):
            return make_response(FORM, 401)
        answer = redirect("/console/desk.json", 303)
        answer.set_cookie("console", SESSION)
        return answer


def _desk(app: Flask, console: ConsoleStandIn) -> None:
    @app.get("/console/desk.json")
    def desk() -> Response:
        return jsonify(csrf=WORD, presence="available", offer=console.offer())

    @app.get("/console/telephone-token")
    def telephone() -> Response:
        return jsonify(token=token(), identity="a_1", sdk_url=f"{console.lab.emulator}/voice-sdk.js")

    @app.post("/console/<path:what>")
    def post(what: str) -> Response:
        if what == "heartbeat":
            console.beaten.set()
        else:
            console.posts.append((f"/console/{what}", request.form.to_dict()))
        return jsonify(ok=True)


@contextmanager
def console_stand_in(lab: Laboratory) -> Iterator[ConsoleStandIn]:
    port = free_port()
    console = ConsoleStandIn(lab, f"http://127.0.0.1:{port}")
    server = make_server("127.0.0.1", port, _app(console), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield console
    finally:
        server.shutdown()
        thread.join()
