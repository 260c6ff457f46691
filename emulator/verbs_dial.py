"""Dial with Number and Client: legs that ring, the first that answers, the whisper, the bridge, the action."""

from dataclasses import dataclass, field

from emulator.calls import Call, CallRedirected, Fetch, StatusSubscription
from emulator.detection import DEFAULT_TIMEOUT as DETECTION_TIMEOUT
from emulator.detection import Detection, detect, mode_of
from emulator.documents import NoDocument
from emulator.history import Problem
from emulator.network import Network
from emulator.player import Playing, answer_if_ringing, follow, live, start, verb
from emulator.ringing import ring
from emulator.twiml_parse import NOT_TWILIOS, Element, identity_of
from emulator.twiml_tables import Context
from emulator.verbs_conference import dial_conference

DEFAULT_TIMEOUT = 30
LONGEST_TALK = 14400


@dataclass(frozen=True)
class DialOutcome:
    status: str
    leg: Call | None = None
    bridged: bool = False

    def params(self) -> tuple[tuple[str, str], ...]:
        if self.leg is None:
            return (("DialCallStatus", self.status),)
        return (
            ("DialBridged", "true" if self.bridged else "false"),
            ("DialCallDuration", str(self.leg.duration)),
            ("DialCallSid", self.leg.sid),
            ("DialCallStatus", self.status),
        )


@dataclass(eq=False)
class Bridge:
    """One round of dialling: the first leg that is picked up wins; `left` when it went to another document."""

    caller: Call
    legs: list[Call] = field(default_factory=list)
    winner: Call | None = None
    joined: bool = False
    left: bool = False
    closed: bool = False

    @property
    def settled(self) -> bool:
        return self.left or all(leg.over for leg in self.legs)


@verb("Dial")
def dial(element: Element, playing: Playing) -> Fetch | None:
    if not element.yes("answerOnBridge"):
        answer_if_ringing(playing)
    outcome = _dial(element, playing)
    if "action" not in element.attributes:
        return None
    return playing.link(element.get("action", ""), element.get("method", "POST"), outcome.params())


def _dial(element: Element, playing: Playing) -> DialOutcome:
    nouns = element.children
    if not nouns:
        return DialOutcome("failed")
    if nouns[0].name == "Conference":
        answer_if_ringing(playing)
        return DialOutcome(dial_conference(nouns[0], playing))
    for noun in nouns:
        if noun.name not in ("Number", "Client"):
            playing.network.problem(playing.call, Problem(NOT_TWILIOS, f"<{noun.name}> is not played here"))
            return DialOutcome("failed")
    caller_id = element.get("callerId", playing.call.caller)
    if not _may_show(playing, caller_id):
        playing.network.problem(playing.call, Problem(13214, caller_id))
        return DialOutcome("failed")
    return _rounds(element, playing, caller_id)


def _may_show(playing: Playing, caller_id: str) -> bool:
    """A number of the account, or the From or To of the call itself where that is a number."""
    own = {playing.call.caller, playing.call.callee} | set(playing.network.numbers)
    return caller_id.startswith("+") and caller_id in own


def _rounds(element: Element, playing: Playing, caller_id: str) -> DialOutcome:
    if not element.yes("sequential"):
        return _round(element, playing, caller_id, element.children)
    outcome = DialOutcome("failed")
    for noun in element.children:
        outcome = _round(element, playing, caller_id, (noun,))
        if outcome.leg is not None and outcome.leg.answered_at is not None:
            return outcome
    return outcome


def _round(element: Element, playing: Playing, caller_id: str, nouns: tuple[Element, ...]) -> DialOutcome:
    call, bridge = playing.call, Bridge(playing.call)
    timeout = element.number("timeout", DEFAULT_TIMEOUT)
    for noun in nouns:
        bridge.legs.append(_leg(playing, caller_id, noun))
    call.note("dial", ", ".join(leg.callee for leg in bridge.legs), legs=[leg.sid for leg in bridge.legs])
    for leg, noun in zip(bridge.legs, nouns, strict=True):
        _start_leg(playing, bridge, leg, noun, timeout)
    try:
        _hold_the_line(element, call, bridge)
    finally:
        _close(playing.network, bridge)
    leg = bridge.winner or bridge.legs[-1]
    answered = leg.answered_at is not None
    return DialOutcome("completed" if answered else leg.status, leg, bridge.joined)


def _hold_the_line(element: Element, call: Call, bridge: Bridge) -> None:
    """Until the talk is over; the time limit counts from the answer."""
    star = element.yes("hangupOnStar")
    call.keys.clear()
    call.wait(None, lambda: bridge.joined or bridge.settled)
    limit = element.number("timeLimit", LONGEST_TALK)
    call.wait(limit, lambda: bridge.settled or (star and "*" in call.keys))


def _leg(playing: Playing, caller_id: str, noun: Element) -> Call:
    callee = f"client:{identity_of(noun)}" if noun.name == "Client" else noun.text
    leg = playing.network.new_call(caller_id, callee, "outbound-dial", playing.call)
    leg.parameters = {
        child.get("name", ""): child.get("value", "") for child in noun.children if child.name == "Parameter"
    }
    if "statusCallback" in noun.attributes:
        leg.subscription = StatusSubscription(
            playing.link(noun.get("statusCallback", ""), "POST").url,
            noun.get("statusCallbackMethod", "POST"),
            frozenset(noun.get("statusCallbackEvent", "completed").split()),
        )
    return leg


def _start_leg(playing: Playing, bridge: Bridge, leg: Call, noun: Element, timeout: int) -> None:
    network = playing.network
    whisper, detection = None, _detection(playing, noun)
    if "url" in noun.attributes:
        whisper = playing.link(noun.get("url", ""), noun.get("method", "POST"))
    start(network, leg, lambda: _leg_life(network, bridge, leg, whisper, detection, timeout))


def _detection(playing: Playing, noun: Element) -> Detection | None:
    """Of a dialled number it is always beside the call."""
    mode = mode_of(noun.get("machineDetection", ""))
    if mode is None or "sendDigits" in noun.attributes:
        return None
    url = noun.get("amdStatusCallback", "")
    told = StatusSubscription(playing.link(url, "POST").url if url else "", noun.get("amdStatusCallbackMethod", "POST"))
    return Detection(mode, noun.number("machineDetectionTimeout", DETECTION_TIMEOUT), told)


def _leg_life(
    network: Network, bridge: Bridge, leg: Call, whisper: Fetch | None, detection: Detection | None, timeout: int
) -> None:
    if not ring(network, leg, timeout) or not _win(network, bridge, leg):
        return
    try:
        if detection is not None:
            detect(network, leg, detection)
        if whisper is not None:
            _whisper(network, leg, whisper)
        _bridge(network, bridge, leg)
    except CallRedirected:
        _leave(network, bridge, leg)
        source = leg.take_redirect()
        if source is not None:
            live(network, leg, source)


def _win(network: Network, bridge: Bridge, leg: Call) -> bool:
    with network.lock:
        if bridge.winner is not None or bridge.closed:
            return False
        bridge.winner = leg
        for other in bridge.legs:
            if other is not leg:
                network.end(other, "canceled", "network")
        return True


def _whisper(network: Network, leg: Call, source: Fetch) -> None:
    try:
        follow(network, leg, source, Context.CALLED_PARTY)
    except NoDocument:
        return  # the called party hears nothing and is bridged


def _bridge(network: Network, bridge: Bridge, leg: Call) -> None:
    caller = bridge.caller
    with network.lock:
        if bridge.closed or caller.over:
            return
        if caller.status == "ringing":
            network.progress(caller, "in-progress")
        bridge.joined = True
        network.join(caller, leg)
        caller.changed.notify_all()
    leg.wait(None, lambda: bridge.closed)


def _leave(network: Network, bridge: Bridge, leg: Call) -> None:
    with network.lock:
        bridge.left = True
        network.part(bridge.caller, leg)
        bridge.caller.changed.notify_all()


def _close(network: Network, bridge: Bridge) -> None:
    """The caller's side is through: what still rings is cancelled, who still talks is hung up."""
    with network.lock:
        bridge.closed = True
        for leg in bridge.legs:
            if leg.over or bridge.left:
                continue
            if leg.redirect_wanted:
                _leave(network, bridge, leg)
                continue
            network.end(leg, "completed" if leg.answered_at is not None else "canceled", "network")
