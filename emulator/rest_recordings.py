"""REST: recordings. List, fetch, delete, and the sound itself."""

from datetime import UTC

from flask import Blueprint, Response, g, jsonify, request

from emulator.callbacks import rfc2822
from emulator.faults import Fault
from emulator.history import Json
from emulator.media_served import spoiled, streamed
from emulator.network import Network
from emulator.recordings import TOO_SHORT, Recording
from emulator.rest import PREFIX, VERSION, Refused, equip, not_found, page
from emulator.rest_calls import moment


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_recordings", __name__, url_prefix=f"{PREFIX}/<account>")
    equip(api, network)

    @api.get("/Recordings.json")
    def recordings(account: str) -> Response:
        return _list(network, account, request.args.get("CallSid"))

    @api.get("/Calls/<call_sid>/Recordings.json")
    def of_call(account: str, call_sid: str) -> Response:
        return _list(network, account, call_sid)

    @api.get("/Recordings/<sid>.json")
    @api.get("/Calls/<call_sid>/Recordings/<sid>.json")
    def fetch(account: str, sid: str, call_sid: str | None = None) -> Response:
        return jsonify(resource(_found(network, sid, call_sid), account))

    @api.delete("/Recordings/<sid>.json")
    @api.delete("/Calls/<call_sid>/Recordings/<sid>.json")
    def delete(account: str, sid: str, call_sid: str | None = None) -> tuple[str, int]:
        g.sid = sid
        with network.lock:
            recording = _found(network, sid, call_sid)
            if recording.status == "deleted":
                raise not_found()
            if recording.running:
                raise Refused(400, 20001, "Cannot delete a recording that is in progress")
            network.recordings.delete(recording)
        return "", 204

    return api


def media(network: Network) -> Blueprint:
    """The sound: behind the keys, as the account's setting for media wants it."""
    api = Blueprint("rest_media", __name__, url_prefix=f"{PREFIX}/<account>/Recordings")
    equip(api, network, guarded=network.config.media_auth)

    @api.get("/<sid>")
    @api.get("/<sid>.<kind>")
    def sound(account: str, sid: str, kind: str = "wav") -> Response:
        recording = network.recordings.all.get(sid)
        if recording is None or not recording.fetchable:
            raise not_found()
        if kind != "wav":
            raise Refused(415, 20001, f"no .{kind} here: this emulator makes WAV only")
        fault: Fault | None = g.fault
        return streamed(recording.tape) if fault is None else spoiled(recording.tape, fault)

    return api


def _list(network: Network, account: str, call_sid: str | None) -> Response:
    with network.lock:
        chosen = [one for one in reversed(network.recordings.all.values()) if _wanted(one, call_sid)]
        return page("recordings", [resource(one, account) for one in chosen])


def _soft_deleted() -> bool:
    return request.args.get("IncludeSoftDeleted", "").lower() == "true"


def _wanted(recording: Recording, call_sid: str | None) -> bool:
    args = request.args
    since = args.get("DateCreated>") or args.get("DateCreated>=")
    before = args.get("DateCreated<") or args.get("DateCreated<=")
    return (
        (call_sid is None or recording.call.sid == call_sid)
        and (recording.status != "deleted" or _soft_deleted())
        and ("ConferenceSid" not in args)
        and (not since or recording.created >= moment(since))
        and (not before or recording.created <= moment(before))
        and _on_day(recording, args.get("DateCreated"))
    )


def _on_day(recording: Recording, day: str | None) -> bool:
    return not day or recording.created.astimezone(UTC).date() == moment(day).date()


def _found(network: Network, sid: str, call_sid: str | None) -> Recording:
    recording = network.recordings.all.get(sid)
    if recording is None or (call_sid is not None and recording.call.sid != call_sid):
        raise not_found()
    if recording.status == "deleted" and not (request.method == "GET" and _soft_deleted()):
        raise not_found()
    return recording


def resource(recording: Recording, account: str) -> dict[str, Json]:
    return {
        "sid": recording.sid,
        "account_sid": account,
        "api_version": VERSION,
        "call_sid": recording.call.sid,
        "channels": recording.manner.channels,
        "conference_sid": None,
        "date_created": rfc2822(recording.created),
        "date_updated": rfc2822(recording.updated),
        "duration": None if recording.running else str(recording.tape.seconds),
        "encryption_details": None,
        "error_code": TOO_SHORT if recording.status == "absent" else None,
        "media_url": recording.url,
        "price": None,
        "price_unit": "USD",
        "source": recording.manner.source,
        "start_time": rfc2822(recording.created),
        "status": recording.status,
        "subresource_uris": {},
        "track": recording.manner.track,
        "uri": f"{PREFIX}/{account}/Recordings/{recording.sid}.json",
    }
