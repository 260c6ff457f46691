"""Lab pages about calls: ring the service, listen, press keys, pick up, hang up. JSON; not Twilio's."""

import time
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, request

from emulator.calls import Call, Event
from emulator.history import Json
from emulator.incoming import NotConnected, ring_in
from emulator.network import Network

LONGEST_POLL = 25.0
Reply = Response | tuple[Response, int]


def summary(call: Call) -> dict[str, Json]:
    gathering: Json = None
    if call.gathering is not None:
        gathering = {
            "digits": call.gathering.digits,
            "finish": call.gathering.finish,
            "keys": call.gathering.keys,
            "speech": call.gathering.speech,
            "language": call.gathering.language or None,
        }
    return {
        "call_sid": call.sid,
        "from": call.caller,
        "to": call.callee,
        "direction": call.direction,
        "status": call.status,
        "parent": call.parent.sid if call.parent else None,
        "gathering": gathering,
        "recording": _recording(call),
        "in_queue": call.in_queue,
        "talking_with": list(call.partners),
        "hears": list(call.hears),
        "conference": call.conference,
        "created": call.created.isoformat(),
    }


def _recording(call: Call) -> Json:
    now = call.recording
    if now is None:
        return None
    speaking = call.voice.speaking(call.clock.elapsed())
    return {
        "sid": now.sid,
        "finish": now.finish,
        "max": now.longest,
        "timeout": now.timeout,
        "speaking": speaking,
    }


def event_json(event: Event) -> dict[str, Json]:
    return asdict(event)


def blueprint(network: Network) -> Blueprint:
    lab = Blueprint("lab_calls", __name__)

    @lab.post("/lab/calls")
    def ring() -> Reply:
        content = request.get_json()
        return _ring(network, str(content.get("from") or ""), str(content["to"]))

    @lab.get("/lab/calls")
    def calls() -> Reply:
        active = request.args.get("active") == "1"
        with network.lock:
            chosen = [summary(call) for call in network.calls.values() if not (active and call.over)]
        return jsonify(calls=chosen)

    @lab.get("/lab/calls/<sid>")
    def events(sid: str) -> Reply:
        call = network.calls.get(sid)
        if call is None:
            return jsonify(reason="no such call"), 404
        since = request.args.get("since", 0, int)
        _await_events(call, since, min(LONGEST_POLL, request.args.get("wait", 0.0, float)))
        with network.lock:
            news = [event_json(event) for event in call.events[since:]]
            return jsonify({**summary(call), "events": news, "next": max(since, len(call.events))})

    @lab.post("/lab/calls/<sid>/<deed>")
    def act(sid: str, deed: str) -> Reply:
        call = network.calls.get(sid)
        if call is None:
            return jsonify(reason="no such call"), 404
        refusal = _do(network, call, deed)
        if refusal is not None:
            return jsonify(reason=refusal), 409
        return jsonify(summary(call))

    return lab


def _ring(network: Network, caller: str, number: str) -> Reply:
    try:
        call = ring_in(network, caller, number)
    except NotConnected as error:
        return jsonify(reason=f"not connected: {error}"), 404
    return jsonify(call_sid=call.sid), 201


def _await_events(call: Call, since: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    with call.lock:
        while len(call.events) <= since and not call.over:
            left = deadline - time.monotonic()
            if left <= 0:
                return
            call.changed.wait(left)


def _do(network: Network, call: Call, deed: str) -> str | None:
    """None, or why it is impossible."""
    with network.lock:
        if call.over:
            return "the call is over"
        match deed:
            case "press":
                return press(call, str(request.get_json().get("digits", "")))
            case "hangup":
                network.hang_up(call, "telephone")
                return None
            case "answer" | "decline":
                return _answer(call, accept=deed == "answer")
            case _:
                return "no such deed"


def press(call: Call, digits: str) -> str | None:
    if not digits or set(digits) - set("0123456789*#"):
        return "no digits"
    if call.status != "in-progress":
        return "the call is not answered"
    call.press(digits)
    return None


def _answer(call: Call, *, accept: bool) -> str | None:
    if call.direction == "inbound" or call.status != "ringing" or call.picked_up:
        return "it does not ring"
    if accept:
        call.picked_up = True
    else:
        call.refused = "declined"
    call.changed.notify_all()
    return None
