"""Lab pages about sound: what was recorded, and the recordings as a browser plays them. JSON; not Twilio's."""

from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, request

from emulator.calls import Call
from emulator.history import Json
from emulator.lab_calls import Reply
from emulator.network import Network, telephone_number
from emulator.recordings import RECORD_VERB, Recording
from emulator.speaking import say, speak, types
from emulator.tapes import Taped
from emulator.voice import Deed, Part, Quiet, Sound, Words, speaking_time

KEYS = frozenset("0123456789*#")
LONGEST = 14400.0


def blueprint(network: Network) -> Blueprint:
    lab = Blueprint("lab_sound", __name__)

    @lab.post("/lab/calls/<sid>/speak")
    def speaks(sid: str) -> Reply:
        call = network.calls.get(sid)
        if call is None:
            return jsonify(reason="no such call"), 404
        content = request.get_json()
        parts = _parts(content)
        if isinstance(parts, str):
            return jsonify(reason=parts), 400
        at_once = bool(content.get("now"))
        if call.over or (at_once and call.status != "in-progress"):
            return jsonify(reason="the call is over, or not yet answered"), 409
        speak(network, call, parts, at_once=at_once)
        return jsonify(call_sid=sid, recording=call.recording is not None)

    @lab.post("/lab/calls/<sid>/typing")
    def types_words(sid: str) -> Reply:
        call = network.calls.get(sid)
        if call is None:
            return jsonify(reason="no such call"), 404
        types(network, call)
        return jsonify(call_sid=sid)

    @lab.post("/lab/calls/<sid>/say")
    def says(sid: str) -> Reply:
        call = network.calls.get(sid)
        if call is None:
            return jsonify(reason="no such call"), 404
        return _say(network, call, request.get_json())

    return lab


def tapes(network: Network) -> Blueprint:
    lab = Blueprint("lab_tapes", __name__)

    @lab.get("/lab/recordings")
    def recordings() -> Reply:
        with network.lock:
            return jsonify(recordings=[summary(one) for one in reversed(network.recordings.all.values())])

    @lab.get("/lab/recordings/<sid>.wav")
    def sound(sid: str) -> Response | Reply:
        recording = network.recordings.all.get(sid)
        if recording is None or not recording.exists or recording.running:
            return jsonify(reason="no such sound"), 404
        return _audio(recording.tape)

    @lab.get("/lab/recordings/<sid>/words")
    def words(sid: str) -> Reply:
        with network.lock:
            recording = network.recordings.all.get(sid)
            if recording is None or recording.running:
                return jsonify(reason="no such recording, or still running"), 404
            return jsonify(
                status=recording.status, words=[_word(network, recording, one) for one in recording.tape.all]
            )

    return lab


def _audio(tape: Taped) -> Response:
    """As a player asks for it: whole, or a part; never more than a second of it is held."""
    part = request.range.range_for_length(tape.size) if request.range else None
    first, after = part or (0, tape.size)
    answer = Response(_between(tape.pieces(), first, after), 206 if part else 200, mimetype="audio/wav")
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Content-Length"] = str(after - first)
    if part:
        answer.headers["Content-Range"] = f"bytes {first}-{after - 1}/{tape.size}"
    return answer


def _between(pieces: Iterator[bytes], first: int, after: int) -> Iterator[bytes]:
    place = 0
    for piece in pieces:
        yield piece[max(0, first - place) : max(0, after - place)]
        place += len(piece)
        if place >= after:
            return


def _word(network: Network, recording: Recording, sound: Sound) -> dict[str, Json]:
    """Where in the file it is, and by whose telephone: nobody's is the line's own."""
    speaker = recording.call if recording.manner is RECORD_VERB else network.calls.get(sound.by)
    return {
        "begin": round(sound.begin - recording.tape.begin, 3),
        "end": round(sound.end - recording.tape.begin, 3),
        "text": sound.text,
        "by": telephone_number(speaker) if speaker else "",
        "key": sound.key,
    }


def _say(network: Network, call: Call, content: dict[str, object]) -> Reply:
    text, confidence = str(content.get("text") or "").strip(), content.get("confidence", 0.9)
    try:
        sure = None if confidence is None else float(str(confidence))
    except ValueError:
        return jsonify(reason="confidence"), 400
    if not text or (sure is not None and not 0 <= sure <= 1):
        return jsonify(reason="text, and confidence from 0 to 1"), 400
    refusal = say(network, call, text, sure)
    if refusal is not None:
        return jsonify(reason=refusal), 409
    return jsonify(call_sid=call.sid)


def _parts(content: dict[str, object]) -> list[Part] | str:
    """What is said, or what is wrong with it."""
    parts: list[Part] = []
    text = str(content.get("text") or "").strip()
    try:
        seconds = float(str(content.get("seconds", speaking_time(text) if text else 0)))
        silence = float(str(content.get("silence", 0)))
    except ValueError:
        return "seconds"
    if not (0 <= seconds <= LONGEST and 0 <= silence <= LONGEST):
        return "seconds"
    if silence:
        parts.append(Quiet(silence))
    if seconds:
        parts.append(Words(text, seconds))
    then = str(content.get("then") or "")
    if then and then != "hangup" and set(then) - KEYS:
        return "then"
    if then:
        parts.append(Deed("" if then == "hangup" else then))
    return parts or "nothing to say"


def summary(recording: Recording) -> dict[str, Json]:
    playable = recording.exists and not recording.running
    return {
        "sid": recording.sid,
        "call_sid": recording.call.sid,
        "from": telephone_number(recording.call),
        "status": recording.status,
        "source": recording.manner.source,
        "seconds": recording.tape.seconds,
        "text": recording.tape.words,
        "created": recording.created.isoformat(),
        "audio": f"/lab/recordings/{recording.sid}.wav" if playable else None,
    }
