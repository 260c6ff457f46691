"""What the browser library talks to: register, poll, accept, reject, disconnect, press, mute. JSON."""

import select
import socket
from typing import Any

from flask import Blueprint, jsonify, request

from emulator.calls import Call
from emulator.devices import Session
from emulator.lab_calls import Reply, press
from emulator.network import Network
from emulator.tokens import BadToken, identity_in

LONGEST_POLL = 25.0


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("device_api", __name__)

    @api.post("/device/register")
    def register() -> Reply:
        try:
            identity = identity_in(str(_content().get("token", "")), network.config)
        except BadToken as error:
            return jsonify(code=20101, reason=str(error)), 401
        return jsonify(session=network.devices.register(identity).id, identity=identity)

    @api.get("/device/events")
    def events() -> Reply:
        session = network.devices.sessions.get(request.args.get("session", ""))
        if session is None:
            return jsonify(reason="not registered"), 404
        wait = min(LONGEST_POLL, request.args.get("wait", 0.0, float))
        line = request.environ.get("werkzeug.socket")
        news, following = network.devices.poll(
            session, request.args.get("since", 0, int), wait, lambda: _connected(line)
        )
        return jsonify(events=news, next=following)

    @api.post("/device/<deed>")
    def act(deed: str) -> Reply:
        content = _content()
        session = network.devices.sessions.get(str(content.get("session", "")))
        if session is None:
            return jsonify(reason="not registered"), 404
        if deed == "unregister":
            network.devices.unregister(session)
            return jsonify(done=True)
        call = network.calls.get(str(content.get("call_sid", "")))
        if call is None or call.callee != session.number:
            return jsonify(reason="no such call"), 404
        refusal = _do(network, session, call, deed, content)
        return (jsonify(reason=refusal), 409) if refusal else jsonify(done=True)

    return api


def _do(network: Network, session: Session, call: Call, deed: str, content: dict[str, Any]) -> str | None:
    """None, or why it is impossible. Whoever hangs up a call that the other side has just ended has what she wants."""
    if call.over:
        return None if deed == "disconnect" else "the call is over"
    match deed:
        case "accept":
            return network.devices.accept(session, call)
        case "reject":
            return network.devices.reject(call)
        case "disconnect":
            network.hang_up(call, "device")
            return None
        case "press":
            return press(call, str(content.get("digits", "")))
        case "mute":
            network.history.add("leg", call_sid=call.sid, leg="muted", muted=bool(content.get("muted", True)))
            return None
        case _:
            return "no such deed"


def _content() -> dict[str, Any]:
    content = request.get_json(force=True, silent=True)
    return content if isinstance(content, dict) else {}


def _connected(line: socket.socket | None) -> bool:
    """Whether the browser at the other end of this poll is still there."""
    if line is None:
        return True
    try:
        readable, _, _ = select.select([line], [], [], 0)
        return not readable or line.recv(1, socket.MSG_PEEK) != b""
    except (OSError, ValueError):
        return False
