"""REST: conferences and participants. Add, hold, mute, remove, end."""

from flask import Blueprint, Response, g, jsonify, request

from emulator.callbacks import rfc2822
from emulator.calls import Call, Fetch, StatusSubscription
from emulator.conferences import Conference, Participant
from emulator.detection import DEFAULT_TIMEOUT as DETECTION_TIMEOUT
from emulator.detection import Detection, detect, mode_of
from emulator.history import Json
from emulator.network import Network
from emulator.player import start
from emulator.rest import PREFIX, VERSION, Refused, equip, flag, method, not_found, page, required, whole
from emulator.ringing import E164, ring
from emulator.telephones import is_client
from emulator.verbs_conference import attend_or_follow

DEFAULT_TIMEOUT = 60


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_conferences", __name__, url_prefix=f"{PREFIX}/<account>")
    equip(api, network)

    @api.get("/Conferences.json")
    def conferences(account: str) -> Response:
        with network.lock:
            rooms = [room for room in network.conferences.all.values() if _wanted(room)]
            return page("conferences", [_conference(room, account) for room in reversed(rooms)])

    @api.get("/Conferences/<sid>.json")
    def conference(account: str, sid: str) -> Response:
        return jsonify(_conference(_found(network, sid), account))

    @api.post("/Conferences/<sid>.json")
    def end(account: str, sid: str) -> Response:
        room = _found(network, sid)
        if request.form.get("AnnounceUrl"):
            for member in list(room.participants.values()):
                network.conferences.announce(room, member, _announcement())
        if request.form.get("Status") == "completed":
            network.conferences.end(room)
        return jsonify(_conference(room, account))

    return api


def participants(network: Network) -> Blueprint:
    api = Blueprint("rest_participants", __name__, url_prefix=f"{PREFIX}/<account>/Conferences/<sid>")
    equip(api, network)

    @api.get("/Participants.json")
    def members(account: str, sid: str) -> Response:
        with network.lock:
            room = _found(network, sid)
            return page("participants", [_participant(room, one, account) for one in _members(room)])

    @api.post("/Participants.json")
    def add(account: str, sid: str) -> tuple[Response, int]:
        with network.lock:  # the answer says queued, whatever happens next
            member = _dial_in(network, sid)
            g.sid = member.call.sid
            room = network.conferences.running(sid)
            return jsonify(_participant(room, member, account)), 201

    @api.get("/Participants/<call_sid>.json")
    def member(account: str, sid: str, call_sid: str) -> Response:
        return jsonify(_participant(room := _found(network, sid), _inside(room, call_sid), account))

    @api.post("/Participants/<call_sid>.json")
    def change(account: str, sid: str, call_sid: str) -> Response:
        with network.lock:
            room = _found(network, sid)
            inside = _inside(room, call_sid)
            g.sid = inside.call.sid
            _changed(network, room, inside)
            return jsonify(_participant(room, inside, account))

    @api.delete("/Participants/<call_sid>.json")
    def remove(account: str, sid: str, call_sid: str) -> tuple[str, int]:
        with network.lock:
            inside = _inside(_found(network, sid), call_sid)
            g.sid = inside.call.sid
            network.conferences.remove(inside)
        return "", 204

    return api


def _found(network: Network, sid: str) -> Conference:
    room = network.conferences.all.get(sid) or network.conferences.running(sid)
    if room is None:
        raise not_found()
    return room


def _members(room: Conference) -> list[Participant]:
    """Of a room that is over nobody, although their calls may still be on their way out."""
    return [] if room.status == "completed" else list(room.participants.values())


def _inside(room: Conference, call_sid: str) -> Participant:
    for member in room.participants.values():
        if call_sid in (member.call.sid, member.label or member.call.sid) and not member.removed:
            return member
    raise not_found()


def _changed(network: Network, room: Conference, member: Participant) -> None:
    coached = request.form.get("CallSidToCoach", "")
    if coached and coached not in room.participants:
        raise Refused(400, 13240, f"{coached} is not in this conference")
    network.conferences.change(room, member, _apply)
    if request.form.get("AnnounceUrl"):
        network.conferences.announce(room, member, _announcement())


def _apply(member: Participant) -> None:
    form = request.form
    if "Hold" in form:
        member.hold_source = Fetch(form["HoldUrl"], method("HoldMethod")) if form.get("HoldUrl") else None
        member.hold = flag("Hold", default=False)
    if "Muted" in form:
        member.muted = flag("Muted", default=False)
    if "EndConferenceOnExit" in form:
        member.end_on_exit = flag("EndConferenceOnExit", default=False)
    if "Coaching" in form:
        member.coaching = form.get("CallSidToCoach", member.coaching) if flag("Coaching", default=False) else ""


def _announcement() -> Fetch:
    return Fetch(request.form["AnnounceUrl"], method("AnnounceMethod"))


def _dial_in(network: Network, sid: str) -> Participant:
    caller, callee = required("From", 21213), required("To", 21201)
    if caller not in network.numbers and not is_client(caller):
        raise Refused(400, 21210, f"From {caller} is not a number of the account")
    if not is_client(callee) and not E164.fullmatch(callee):
        raise Refused(400, 21211, f"To {callee}")
    room = network.conferences.running(sid)
    if room is None and sid.startswith("CF") and len(sid) == 34:
        raise not_found()
    call = network.new_call(caller, callee, "outbound-api")
    form = request.form
    call.subscription = StatusSubscription(
        form.get("StatusCallback", ""),
        method("StatusCallbackMethod"),
        frozenset(form.getlist("StatusCallbackEvent")) or frozenset({"completed"}),
    )
    member = Participant(
        call,
        form.get("Label", ""),
        muted=flag("Muted", default=False),
        start_on_enter=flag("StartConferenceOnEnter", default=True),
        end_on_exit=flag("EndConferenceOnExit", default=False),
    )
    told = StatusSubscription(
        form.get("ConferenceStatusCallback", ""),
        method("ConferenceStatusCallbackMethod"),
        frozenset(" ".join(form.getlist("ConferenceStatusCallbackEvent")).split()),
    )
    name, timeout = (room.name if room else sid), whole("Timeout", DEFAULT_TIMEOUT)
    waiting = Fetch(form["WaitUrl"], method("WaitMethod")) if form.get("WaitUrl") else None
    detection = _detection()
    start(network, call, lambda: _life(network, call, name, member, told, waiting, detection, timeout))
    return member


def _detection() -> Detection | None:
    """Of a participant it is always beside the call."""
    mode = mode_of(request.form.get("MachineDetection", ""))
    if mode is None:
        return None
    told = StatusSubscription(request.form.get("AmdStatusCallback", ""), method("AmdStatusCallbackMethod"))
    return Detection(mode, whole("MachineDetectionTimeout", DETECTION_TIMEOUT), told)


def _life(
    network: Network,
    call: Call,
    name: str,
    member: Participant,
    told: StatusSubscription,
    waiting: Fetch | None,
    detection: Detection | None,
    timeout: int,
) -> None:
    if ring(network, call, timeout):
        if detection is not None:
            detect(network, call, detection)
        attend_or_follow(network, name, member, told, waiting)


def _wanted(room: Conference) -> bool:
    args = request.args
    return args.get("FriendlyName", room.name) == room.name and args.get("Status", room.status) == room.status


def _conference(room: Conference, account: str) -> dict[str, Json]:
    return {
        "sid": room.sid,
        "account_sid": account,
        "api_version": VERSION,
        "call_sid_ending_conference": room.ended_by or None,
        "date_created": rfc2822(room.created),
        "date_updated": rfc2822(room.ended or room.created),
        "friendly_name": room.name,
        "reason_conference_ended": room.reason or None,
        "region": "us1",
        "status": room.status,
        "subresource_uris": {},
        "uri": f"{PREFIX}/{account}/Conferences/{room.sid}.json",
    }


def _participant(room: Conference | None, member: Participant, account: str) -> dict[str, Json]:
    return {
        "account_sid": account,
        "call_sid": member.call.sid,
        "call_sid_to_coach": member.coaching or None,
        "coaching": bool(member.coaching),
        "conference_sid": room.sid if room else None,
        "date_created": rfc2822(member.since or member.call.created),
        "date_updated": rfc2822(member.since or member.call.created),
        "end_conference_on_exit": member.end_on_exit,
        "hold": member.hold,
        "label": member.label or None,
        "muted": member.muted,
        "start_conference_on_enter": member.start_on_enter,
        "status": "connected" if member.since else member.call.status,
        "uri": f"{PREFIX}/{account}/Conferences/{room.sid if room else ''}/Participants/{member.call.sid}.json",
    }
