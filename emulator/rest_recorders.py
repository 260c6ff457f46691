"""REST: the recording of a call that is under way. Start, pause, resume, stop."""

from typing import get_args
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, jsonify, request

from emulator.calls import Call, StatusSubscription
from emulator.network import Network
from emulator.recorders import Terms, Track
from emulator.recordings import Recording
from emulator.rest import PREFIX, Refused, equip, method, not_found, required
from emulator.rest_recordings import resource

CURRENT = "Twilio.CURRENT"
EVENTS = frozenset({"in-progress", "completed", "absent"})


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_recorders", __name__, url_prefix=f"{PREFIX}/<account>/Calls/<call_sid>")
    equip(api, network)

    @api.post("/Recordings.json")
    def start(account: str, call_sid: str) -> tuple[Response, int]:
        told, terms = _told(), _terms()
        with network.lock:
            call = _call(network, call_sid)
            if call.status != "in-progress":
                raise Refused(400, 21220, "Call is not in-progress. Cannot record.")
            recording = network.recorders.start(call, told, terms)
            recording.lost = g.fault is not None and g.fault.do == "absent"
            g.sid = recording.sid
            return jsonify(resource(recording, account)), 201

    @api.post("/Recordings/<sid>.json")
    def update(account: str, call_sid: str, sid: str) -> Response:
        wanted, behaviour = required("Status", 20001), _choice("PauseBehavior", "silence", ("silence", "skip"))
        with network.lock:
            recording = _recording(network, _call(network, call_sid), sid)
            g.sid = recording.sid
            _change(network, recording, wanted, skipped=behaviour == "skip")
            return jsonify(resource(recording, account))

    return api


def _call(network: Network, sid: str) -> Call:
    call = network.calls.get(sid)
    if call is None:
        raise not_found()
    return call


def _recording(network: Network, call: Call, sid: str) -> Recording:
    found = network.recorders.current(call) if sid == CURRENT else network.recordings.all.get(sid)
    if found is None or found.call is not call or found.status == "deleted":
        raise not_found()
    return found


def _change(network: Network, recording: Recording, wanted: str, *, skipped: bool) -> None:
    """What <Record> makes is its own master: it ends with its verb."""
    if wanted not in ("paused", "in-progress", "stopped"):
        raise Refused(400, 20001, f"Status {wanted}")
    if not network.recorders.runs(recording) or recording.status == wanted:
        raise Refused(400, 21220, f"Recording is {recording.status}. Cannot become {wanted}.")
    match wanted:
        case "paused":
            network.recorders.pause(recording, skipped=skipped)
        case "in-progress":
            network.recorders.resume(recording)
        case _:
            network.recorders.stop(recording)


def _told() -> StatusSubscription:
    url = request.form.get("RecordingStatusCallback", "")
    if url and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
        raise Refused(400, 21609, f"RecordingStatusCallback {url} is not an absolute URL")
    events = frozenset(" ".join(request.form.getlist("RecordingStatusCallbackEvent")).split())
    if not events <= EVENTS:
        raise Refused(400, 20001, f"RecordingStatusCallbackEvent {sorted(events - EVENTS)}")
    return StatusSubscription(url, method("RecordingStatusCallbackMethod"), events or frozenset({"completed"}))


def _terms() -> Terms:
    track = _choice("RecordingTrack", "both", get_args(Track))
    return Terms(
        next(known for known in get_args(Track) if known == track),
        dual=_choice("RecordingChannels", "mono", ("mono", "dual")) == "dual",
        trims=_choice("Trim", "do-not-trim", ("trim-silence", "do-not-trim")) == "trim-silence",
    )


def _choice(name: str, default: str, known: tuple[str, ...]) -> str:
    wanted = request.form.get(name, default)
    if wanted not in known:
        raise Refused(400, 20001, f"{name} {wanted}")
    return wanted
