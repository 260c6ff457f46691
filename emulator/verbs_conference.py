"""What a participant of a conference hears: waiting music, hold, the talk; from entering to leaving."""

from collections.abc import Callable

from emulator.calls import Call, CallRedirected, Fetch, StatusSubscription
from emulator.conferences import Conference, Mode, Participant
from emulator.documents import NoDocument
from emulator.history import Problem
from emulator.network import Network
from emulator.player import Playing, follow, live
from emulator.twiml_parse import Element
from emulator.twiml_tables import Context

BETWEEN_DOCUMENTS = 1.0  # business seconds before a hold document is asked for again


class ModeChanged(Exception):
    """The room started, the hold ended, the participant is out: what is playing stops."""


def dial_conference(noun: Element, playing: Playing) -> str:
    """The DialCallStatus at the end."""
    call = playing.call
    member = Participant(
        call,
        noun.get("participantLabel", ""),
        muted=noun.yes("muted"),
        start_on_enter=noun.yes("startConferenceOnEnter", default=True),
        end_on_exit=noun.yes("endConferenceOnExit"),
        coaching=noun.get("coach", ""),
    )
    if member.coaching and not _may_coach(playing.network, noun.text, member.coaching):
        playing.network.problem(call, Problem(13240, member.coaching))
        return "failed"
    return attend(playing.network, noun.text, member, _subscription(noun, playing), _waiting(noun, playing))


def _may_coach(network: Network, name: str, call_sid: str) -> bool:
    """Only somebody who is in that room already."""
    room = network.conferences.running(name)
    return room is not None and call_sid in room.participants


def _subscription(noun: Element, playing: Playing) -> StatusSubscription:
    if "statusCallback" not in noun.attributes:
        return StatusSubscription(events=frozenset())
    return StatusSubscription(
        playing.link(noun.get("statusCallback", ""), "POST").url,
        noun.get("statusCallbackMethod", "POST"),
        frozenset(noun.get("statusCallbackEvent", "").split()),
    )


def _waiting(noun: Element, playing: Playing) -> Fetch | None:
    """The document played before the start; a missing one is music, an empty one silence."""
    address = noun.attributes.get("waitUrl")
    if address is None:
        return None
    return playing.link(address, noun.get("waitMethod", "POST")) if address else Fetch("")


def attend(
    network: Network, name: str, member: Participant, subscription: StatusSubscription, waiting: Fetch | None
) -> str:
    rooms = network.conferences
    room = rooms.enter(name, member, subscription)
    try:
        _stay(network, room, member, waiting)
    except NoDocument:
        return "failed"
    finally:
        rooms.leave(room, member)
    return "answered"


def attend_or_follow(
    network: Network, name: str, member: Participant, subscription: StatusSubscription, waiting: Fetch | None
) -> None:
    """The life of a leg that was dialled into the room; a redirect takes it to a document of its own."""
    try:
        attend(network, name, member, subscription, waiting)
    except CallRedirected:
        source = member.call.take_redirect()
        if source is not None:
            live(network, member.call, source)


def _stay(network: Network, room: Conference, member: Participant, waiting: Fetch | None) -> None:
    while (mode := room.mode(member)) != "out":
        try:
            with member.call.guarded_by(_guard(room, member, mode)):
                _hear(network, room, member, mode, waiting)
        except ModeChanged:
            continue


def _guard(room: Conference, member: Participant, mode: Mode) -> Callable[[], None]:
    def guard() -> None:
        if room.mode(member) != mode:
            raise ModeChanged

    return guard


def _hear(network: Network, room: Conference, member: Participant, mode: Mode, waiting: Fetch | None) -> None:
    """Goes on until the mode changes."""
    call = member.call
    match mode:
        case "wait":
            _sound(network, call, waiting)
            call.wait(None)
        case "hold":
            _sound(network, call, member.hold_source)
            call.wait(BETWEEN_DOCUMENTS)
        case "announce":
            _announce(network, room, member)
        case "talk" | "out":
            call.wait(None)


def _announce(network: Network, room: Conference, member: Participant) -> None:
    """Played once to this one alone; a document that cannot be had changes nothing."""
    source, clean = member.announcement, False
    try:
        clean = source is not None and follow(network, member.call, source, Context.CONFERENCE_WAIT)
    except NoDocument:
        clean = False
    network.conferences.announced(room, member, clean=clean)


def _sound(network: Network, call: Call, source: Fetch | None) -> None:
    if source is None:
        call.note("music")
        with call.sounding("music"):
            call.wait(None)
        return
    if source.url:
        follow(network, call, source, Context.CONFERENCE_WAIT)
