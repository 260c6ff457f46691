"""REST: queues and their members. Taking a member out sends that caller to another document."""

from flask import Blueprint, Response, g, jsonify

from emulator.callbacks import rfc2822
from emulator.calls import Fetch
from emulator.history import Json
from emulator.network import Network
from emulator.queues import QueueMember, WaitingQueue
from emulator.rest import PREFIX, equip, method, not_found, page, required


def blueprint(network: Network) -> Blueprint:
    api = Blueprint("rest_queues", __name__, url_prefix=f"{PREFIX}/<account>")
    equip(api, network)

    @api.get("/Queues.json")
    def queues(account: str) -> Response:
        with network.lock:
            return page("queues", [_queue(queue, account) for queue in network.queues.all.values()])

    @api.get("/Queues/<sid>.json")
    def queue(account: str, sid: str) -> Response:
        return jsonify(_queue(_found(network, sid), account))

    @api.get("/Queues/<sid>/Members.json")
    def members(account: str, sid: str) -> Response:
        with network.lock:
            found = _found(network, sid)
            return page("queue_members", [_member(network, found, member, account) for member in found.members])

    @api.get("/Queues/<sid>/Members/<call_sid>.json")
    def member(account: str, sid: str, call_sid: str) -> Response:
        with network.lock:
            found = _found(network, sid)
            return jsonify(_member(network, found, _waiting(found, call_sid), account))

    @api.post("/Queues/<sid>/Members/<call_sid>.json")
    def take(account: str, sid: str, call_sid: str) -> Response:
        source = Fetch(required("Url", 21205), method("Method"))
        with network.lock:
            found = _found(network, sid)
            waiting = _waiting(found, call_sid)
            g.sid = waiting.call.sid
            answer = jsonify(_member(network, found, waiting, account))
            waiting.call.send_to(source)
            return answer

    return api


def _found(network: Network, sid: str) -> WaitingQueue:
    queue = network.queues.all.get(sid)
    if queue is None:
        raise not_found()
    return queue


def _waiting(queue: WaitingQueue, call_sid: str) -> QueueMember:
    """Somebody who still waits; who was just taken or hung up is gone."""
    for member in queue.members:
        if member.call.redirect_wanted or member.call.over:
            continue
        if call_sid in ("Front", member.call.sid):
            return member
    raise not_found()


def _queue(queue: WaitingQueue, account: str) -> dict[str, Json]:
    return {
        "sid": queue.sid,
        "account_sid": account,
        "average_wait_time": queue.average,
        "current_size": len(queue.members),
        "date_created": rfc2822(queue.created),
        "date_updated": rfc2822(queue.created),
        "friendly_name": queue.name,
        "max_size": queue.max_size,
        "uri": f"{PREFIX}/{account}/Queues/{queue.sid}.json",
    }


def _member(network: Network, queue: WaitingQueue, member: QueueMember, account: str) -> dict[str, Json]:
    return {
        "call_sid": member.call.sid,
        "account_sid": account,
        "date_enqueued": rfc2822(member.enqueued),
        "position": queue.position(member),
        "queue_sid": queue.sid,
        "uri": f"{PREFIX}/{account}/Queues/{queue.sid}/Members/{member.call.sid}.json",
        "wait_time": network.queues.seconds(member),
    }
