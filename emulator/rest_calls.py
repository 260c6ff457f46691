"""REST: calls. Create, list, fetch, update (another document, cancel, hang up)."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, g, jsonify, request

from emulator.callbacks import rfc2822
from emulator.calls import Call, Fetch, Inline, Source, StatusSubscription
from emulator.detection import DEFAULT_TIMEOUT as DETECTION_TIMEOUT
from emulator.detection import Detection, mode_of
from emulator.faults import Fault
from emulator.history import Json
from emulator.network import Network
from emulator.outgoing import Order, place
from emulator.rest import PREFIX, VERSION, Refused, equip, method, not_found, page, required, whole
from emulator.ringing import E164
from emulator.telephones import is_client

EVENTS = frozenset({"initiated", "ringing", "answered", "completed"})
LONGEST_TWIML = 4000
DEFAULT_TIMEOUT = 60
LONGEST_TIMEOUT = 600


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_calls", __name__, url_prefix=f"{PREFIX}/<account>")
    equip(api, network)

    @api.post("/Calls.json")
    def create(account: str) -> tuple[Response, int]:
        order = _order(network)
        with network.lock:  # the answer says queued, whatever happens next
            call = place(network, order)
            g.sid = call.sid
            return jsonify(resource(call, account)), 201

    @api.get("/Calls.json")
    def calls(account: str) -> Response:
        with network.lock:
            until = _known_until(network)
            chosen = [call for call in reversed(network.calls.values()) if call.created <= until and _wanted(call)]
            return page("calls", [resource(call, account) for call in chosen])

    @api.get("/Calls/<sid>.json")
    def fetch(account: str, sid: str) -> Response:
        return jsonify(resource(_found(network, sid), account))

    @api.post("/Calls/<sid>.json")
    def update(account: str, sid: str) -> Response:
        g.sid = sid
        with network.lock:
            call = _found(network, sid)
            _update(network, call)
            return jsonify(resource(call, account))

    @api.delete("/Calls/<sid>.json")
    def delete(account: str, sid: str) -> tuple[str, int]:
        g.sid = sid
        _delete(network, sid)
        return "", 204

    return api


def _found(network: Network, sid: str) -> Call:
    call = network.calls.get(sid)
    if call is None:
        raise not_found()
    return call


def _delete(network: Network, sid: str) -> None:
    """Its record goes; what belongs to the call, such as a recording, stays where it is."""
    with network.lock:
        if not _found(network, sid).over:
            raise Refused(400, 20001, "Cannot delete a call that is in progress")
        del network.calls[sid]


def _order(network: Network) -> Order:
    callee, caller = required("To", 21201), required("From", 21213)
    if not is_client(callee) and not E164.fullmatch(callee):
        raise Refused(400, 21211, f"To {callee}")
    if caller not in network.numbers and not is_client(caller):
        raise Refused(400, 21210, f"From {caller} is not a number of the account")
    source = _source()
    if source is None:
        raise Refused(400, 21205, "Url is required")
    timeout = whole("Timeout", DEFAULT_TIMEOUT)
    fallback = request.form.get("FallbackUrl")
    return Order(
        caller,
        callee,
        source,
        min(timeout, LONGEST_TIMEOUT),
        Fetch(fallback, method("FallbackMethod")) if fallback else None,
        _subscription(),
        _detection(),
    )


def _detection() -> Detection | None:
    """Keys that are sent on answering switch it off."""
    wanted = request.form.get("MachineDetection", "")
    mode = mode_of(wanted)
    if wanted and mode is None:
        raise Refused(400, 20001, f"MachineDetection {wanted}")
    if mode is None or request.form.get("SendDigits"):
        return None
    timeout = whole("MachineDetectionTimeout", DETECTION_TIMEOUT)
    if not 3 <= timeout <= 60:
        raise Refused(400, 20001, f"MachineDetectionTimeout {timeout}")
    if request.form.get("AsyncAmd") != "true":
        return Detection(mode, timeout)
    told = StatusSubscription(request.form.get("AsyncAmdStatusCallback", ""), method("AsyncAmdStatusCallbackMethod"))
    return Detection(mode, timeout, told)


def _subscription() -> StatusSubscription:
    events = frozenset(request.form.getlist("StatusCallbackEvent")) or frozenset({"completed"})
    if not events <= EVENTS:
        raise Refused(400, 21626, f"StatusCallbackEvent {sorted(events - EVENTS)}")
    return StatusSubscription(request.form.get("StatusCallback", ""), method("StatusCallbackMethod"), events)


def _source() -> Source | None:
    """The document that was given; an address and a text exclude each other."""
    url, twiml = request.form.get("Url"), request.form.get("Twiml")
    if url and twiml:
        raise Refused(400, 21218, "Url and Twiml")
    if twiml is not None:
        if len(twiml) > LONGEST_TWIML:
            raise Refused(400, 21626, "Twiml longer than 4000 characters")
        return Inline(twiml)
    if url and "://" not in url:
        raise Refused(400, 21205, f"Url {url}")
    return Fetch(url, method("Method")) if url else None


def _update(network: Network, call: Call) -> None:
    status, source = request.form.get("Status"), _source()
    if status is not None and status not in ("canceled", "completed"):
        raise Refused(400, 20001, f"Status {status}")
    if call.over:
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status == "canceled" and call.answered_at is not None:
        raise Refused(400, 21220, "Call is in progress. Cannot cancel.")
    if source is not None and call.status != "in-progress":
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status is not None:
        answered = call.answered_at is not None
        network.end(call, "completed" if answered else "canceled", "rest")
    elif source is not None:
        call.send_to(source)


def _known_until(network: Network) -> datetime:
    """Later calls are not listed yet, where the list is made to lag behind."""
    fault: Fault | None = g.fault
    lag = fault.seconds * network.clock.rate if fault is not None and fault.do == "stale" else 0.0
    return network.clock.now() - timedelta(seconds=lag)


def _wanted(call: Call) -> bool:
    args = request.args
    since = args.get("StartTime>") or args.get("StartTime>=")
    return (
        args.get("To", call.callee) == call.callee
        and args.get("From", call.caller) == call.caller
        and args.get("Status", call.status) == call.status
        and args.get("ParentCallSid", call.parent.sid if call.parent else "")
        == (call.parent.sid if call.parent else "")
        and (not since or call.created >= moment(since))
    )


def moment(text: str) -> datetime:
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused(400, 20001, f"StartTime {text}") from error
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def resource(call: Call, account: str) -> dict[str, Json]:
    start = call.started or (call.created if call.over else None)
    return {
        "sid": call.sid,
        "account_sid": account,
        "answered_by": call.answered_by,
        "api_version": VERSION,
        "date_created": rfc2822(call.created),
        "date_updated": rfc2822(call.ended or call.created),
        "direction": call.direction,
        "duration": str(call.duration) if call.over else None,
        "end_time": rfc2822(call.ended) if call.ended else None,
        "from": call.caller,
        "from_formatted": call.caller,
        "parent_call_sid": call.parent.sid if call.parent else None,
        "price": None,
        "price_unit": "USD",
        "start_time": rfc2822(start) if start else None,
        "status": call.status,
        "subresource_uris": {},
        "to": call.callee,
        "to_formatted": call.callee,
        "uri": f"{PREFIX}/{account}/Calls/{call.sid}.json",
    }
