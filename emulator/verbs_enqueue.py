"""Enqueue with its wait loop, and Leave; every way out is told to the action with its QueueResult."""

from emulator.call_params import standard
from emulator.callbacks import notify
from emulator.calls import CallEnded, CallRedirected, Fetch, StatusSubscription
from emulator.documents import NoDocument
from emulator.player import Playing, answer_if_ringing, follow, verb
from emulator.queues import QueueMember, WaitingQueue
from emulator.twiml_parse import Element
from emulator.twiml_tables import Context

BETWEEN_DOCUMENTS = 1.0  # business seconds at least from one wait document to the next


class LeftQueue(Exception):
    """<Leave> in the wait document."""


@verb("Leave")
def leave(_element: Element, playing: Playing) -> Fetch | None:
    if playing.call.in_queue is None:
        return None
    raise LeftQueue


@verb("Enqueue")
def enqueue(element: Element, playing: Playing) -> Fetch | None:
    answer_if_ringing(playing)
    network, call = playing.network, playing.call
    queue = network.queues.named(element.text[:64])
    queue.max_size = element.number("maxQueueSize", queue.max_size)
    member = network.queues.enter(queue, call) if element.text else None
    if member is None:
        return _action(element, playing, queue, "queue-full" if element.text else "error", 0)
    try:
        result = _wait_out(element, playing, queue, member)
    except CallRedirected:
        _tell_only(element, playing, queue, "redirected", network.queues.leave(queue, member, "redirected"))
        raise
    except CallEnded:
        _tell_only(element, playing, queue, "hangup", network.queues.leave(queue, member, "hangup"))
        raise
    return _action(element, playing, queue, result, network.queues.leave(queue, member, result))


def _wait_out(element: Element, playing: Playing, queue: WaitingQueue, member: QueueMember) -> str:
    """The QueueResult; requests the wait document again whenever it has run out."""
    address = element.attributes.get("waitUrl")
    if not address:
        if address is None:
            playing.call.note("music")
        with playing.call.sounding("music" if address is None else ""):
            playing.call.wait(None)
    try:
        while _one_turn(element, playing, queue, member):
            pass
    except LeftQueue:
        return "leave"
    except NoDocument:
        return "error"
    return "error"


def _one_turn(element: Element, playing: Playing, queue: WaitingQueue, member: QueueMember) -> bool:
    began = playing.network.clock.elapsed()
    source = playing.link(
        element.get("waitUrl", ""), element.get("waitUrlMethod", "POST"), _wait_params(playing, queue, member)
    )
    clean = follow(playing.network, playing.call, source, Context.QUEUE_WAIT)
    playing.call.wait(max(0.0, BETWEEN_DOCUMENTS - (playing.network.clock.elapsed() - began)))
    return clean


def _wait_params(playing: Playing, queue: WaitingQueue, member: QueueMember) -> tuple[tuple[str, str], ...]:
    with playing.network.lock:
        return (
            ("AvgQueueTime", str(queue.average)),
            ("CurrentQueueSize", str(len(queue.members))),
            ("MaxQueueSize", str(queue.max_size)),
            ("QueuePosition", str(queue.position(member))),
            ("QueueSid", queue.sid),
            ("QueueTime", str(playing.network.queues.seconds(member))),
        )


def _result(queue: WaitingQueue, result: str, seconds: int) -> tuple[tuple[str, str], ...]:
    return (("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", str(seconds)))


def _action(element: Element, playing: Playing, queue: WaitingQueue, result: str, seconds: int) -> Fetch | None:
    if "action" not in element.attributes:
        return None
    return playing.link(element.get("action", ""), element.get("method", "POST"), _result(queue, result, seconds))


def _tell_only(element: Element, playing: Playing, queue: WaitingQueue, result: str, seconds: int) -> None:
    """The action is requested, but its answer is nobody's: the call is over or follows another document."""
    following = _action(element, playing, queue, result, seconds)
    if following is None:
        return
    fields = standard(playing.call, playing.network.config.account_sid) | dict(following.params)
    notify(playing.network, playing.call, StatusSubscription(following.url, following.method), fields)
