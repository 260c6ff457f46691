"""Which facts each step asks for. What is not named here is not looked up: a step without needs opens no store. Pure.

A menu before a leaf topic, a wrong key, ``*`` and a silence are answered from memory. A test takes every step
through one record with all facts and with these only: a need that is missing here fails there. When in doubt ask for
more (``ANYWHERE``): a fact too many costs a query, a fact too few costs the caller her way.
"""

from collections.abc import Callable as Function
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from desks.line.machine import FOR_MESSAGE
from ivr.caller_input import CallerInput, DialEnded, LeftQueue, Pressed, RecordingEnded
from ivr.dialogue.asking import LANGUAGE_KEYS, TRIES
from ivr.dialogue.line import CYCLE, MOVE_PHASE
from ivr.dialogue.menus import chosen_topic
from ivr.dialogue.recording_notice import DECLINE, names_a_stay, says_no
from ivr.effects import CodeChecked, Effect, GiveUpLine, NoWindow, NumberRefused, Result, TooLate
from ivr.facts import Callable, NotCallable
from ivr.step_url import Step
from routing_rules.decide import all_closed
from routing_rules.model import Ruleset

Need = Literal[
    "caller",  # the number that rings, read without any store; whoever needs more gets it too
    "draft",  # the number keyed in during this call, and the answer this very webhook was given before
    "missed",  # the matter we last rang this number about in vain
    "known",  # open requests of the number that rings
    "duty",  # who is on duty at which desk
    "line",  # the caller's stay
    "place",  # the stay's place and wait as they are told
    "staffed",  # who could take the stay's caller, here or at the extended-hours desk
    "times",  # windows that can be promised
    "wait",  # a newcomer's wait at the desk the topic leads to
    "message",  # the voice message this call is leaving
]
Needs = frozenset[Need]

NOTHING: Needs = frozenset()
CALLER: Needs = frozenset({"caller"})
NUMBER: Needs = frozenset({"draft"})
MATTERS: Needs = frozenset({"missed", "known"})
OFFER: Needs = frozenset({"draft", "times"})
ROUTE: Needs = frozenset({"draft", "duty", "times", "wait"})  # wherever a leaf topic may lead
LINE: Needs = frozenset({"draft", "line"})
MESSAGE: Needs = frozenset({"draft", "message"})
ANYWHERE: Needs = ROUTE | LINE | MATTERS


@dataclass(frozen=True)
class Asking:
    """One webhook as far as it is known without any store."""

    step: Step
    given: CallerInput
    rules: Ruleset
    now: datetime
    rings: Function[[], Callable | NotCallable]  # who rings; a menu that does not ask pays for no reading of numbers

    @property
    def number(self) -> Callable | NotCallable:
        return self.rings()

    @property
    def key(self) -> str:
        """ "" for anything that is no key."""
        return self.given.keys if isinstance(self.given, Pressed) else ""

    @property
    def led_on(self) -> bool:
        """Nothing understood, and not for the first time: the way on to a person."""
        return self.step.tries >= TRIES and self.key != "*"

    @property
    def talked(self) -> bool:
        return isinstance(self.given, DialEnded) and self.given.status in ("completed", "answered")

    @property
    def matters(self) -> Needs:
        """A number that cannot be rung has no open requests."""
        return MATTERS if isinstance(self.number, Callable) else NOTHING

    @property
    def house(self) -> Needs:
        """A closed house tells the first time that can be promised."""
        return OFFER if all_closed(self.rules, self.now) else NOTHING

    @property
    def confirming(self) -> Needs:
        """The number that is read back; whoever rings from abroad is told whether there is a line instead."""
        foreign = self.number == NotCallable("foreign")
        return NUMBER | (LINE if self.step.line else NOTHING) | (frozenset({"duty"}) if foreign else NOTHING)


def _nothing(ask: Asking) -> Needs:
    return NOTHING


def _caller(ask: Asking) -> Needs:
    return CALLER


def _route(ask: Asking) -> Needs:
    return ROUTE | (LINE if ask.step.line else NOTHING)


def _language(ask: Asking) -> Needs:
    if ask.key in LANGUAGE_KEYS:
        return ask.matters | ask.house
    return ROUTE if ask.key == "0" or ask.led_on else NOTHING


def _topic(ask: Asking) -> Needs:
    chosen = chosen_topic(ask.step, ask.given, ask.rules)
    if chosen is not None:
        return NOTHING if ask.rules.children(chosen) else ROUTE
    did_you_ring_me = ask.key == "9" and not ask.step.topic
    return ROUTE if ask.led_on and not did_you_ring_me else NOTHING


def _ringback(ask: Asking) -> Needs:
    return ask.matters | (ROUTE if ask.key in ("1", "0") or ask.led_on else ask.house)


def _known(ask: Asking) -> Needs:
    if ask.key == "2":
        return ask.matters | OFFER
    return ask.matters | (ROUTE if ask.key == "0" or ask.led_on else ask.house)


def _move(ask: Asking) -> Needs:
    return ask.matters | OFFER | (ROUTE if ask.key == "0" or ask.led_on else NOTHING)


def _cancel_sure(ask: Asking) -> Needs:
    return ask.matters | (ROUTE if ask.key == "0" else ask.house)


def _code(ask: Asking) -> Needs:
    return ROUTE if ask.key == "0" or ask.led_on else NOTHING


def _desk_over(ask: Asking) -> Needs:
    return NOTHING if ask.talked else ROUTE


def _offer(ask: Asking) -> Needs:
    return OFFER | ask.confirming | (ROUTE if ask.key == "0" else NOTHING)


def _number(ask: Asking) -> Needs:
    if ask.key == "2":
        return NOTHING
    return ask.confirming | (_route(ask) if ask.key == "0" else NOTHING)


def _key_number(ask: Asking) -> Needs:
    if ask.key == "0":
        return _route(ask)
    return LINE if ask.step.line and not ask.key and ask.led_on else NOTHING


def _same(ask: Asking) -> Needs:
    if ask.key == "0":
        return _route(ask)
    return LINE if ask.step.line and ask.led_on else NOTHING


def _wait(ask: Asking) -> Needs:
    """Every few seconds for everybody waiting: most turns are music, and ask for the stay alone."""
    if ask.key in ("1", "5"):
        return frozenset({"line", "times"})
    if ask.key == DECLINE:
        return frozenset({"line"})
    phase = 0 if ask.key == "*" else (ask.step.tries - 1) % CYCLE
    if phase == 0 and (ask.key == "*" or not ask.step.spared):
        return frozenset({"line", "place", "staffed"})
    if phase in (0, 1):  # after music from memory place and offers are one turn
        return frozenset({"line", "place", "staffed", "times"})
    return frozenset({"line", "staffed"}) if ask.key == "2" or phase == MOVE_PHASE else frozenset({"line"})


def _left(ask: Asking) -> Needs:
    redirected = isinstance(ask.given, LeftQueue) and ask.given.result == "redirected"
    return frozenset({"line"}) if redirected else LINE


def _line(ask: Asking) -> Needs:
    return LINE


def _recording(ask: Asking) -> Needs:
    """Silence and wrong keys are answered from memory; an address that names no stay asks where this call stands."""
    return LINE if says_no(ask.step, ask.given) or not names_a_stay(ask.step) else NOTHING


def _message_done(ask: Asking) -> Needs:
    spoke = isinstance(ask.given, RecordingEnded)
    return OFFER if ask.step.tries >= TRIES else CALLER if spoke else NUMBER


def _message_choice(ask: Asking) -> Needs:
    if ask.key == "0":
        return ROUTE
    return MESSAGE if ask.key == "2" else NUMBER if ask.key == "3" else NOTHING


def _message_play(ask: Asking) -> Needs:
    return MESSAGE


NEEDS: Mapping[str, Function[[Asking], Needs]] = {
    "incoming": _nothing,
    "language": _language,
    "ringback": _ringback,
    "topic": _topic,
    "other-language": _route,
    "overload": _route,
    "information": _route,
    "partner": _route,
    "closed": _route,
    "desk-over": _desk_over,
    "duty-over": _caller,
    "offer": _offer,
    "number": _number,
    "key-number": _key_number,
    "same": _same,
    "other-ways": _route,
    "known": _known,
    "move": _move,
    "cancel-sure": _cancel_sure,
    "code": _code,
    "check": _code,
    "wait": _wait,
    "recording": _recording,
    "left": _left,
    "closing": _line,
    "talk-over": _line,
    "message": _caller,
    "message-done": _message_done,
    "message-choice": _message_choice,
    "message-play": _message_play,
}


def needs(asking: Asking) -> Needs:
    """An unknown step begins again at the greeting, and needs nothing."""
    return NEEDS.get(asking.step.name, _nothing)(asking)


def needs_in_line(step: Step, state: str | None) -> Needs:
    """What else a leg needs that asks where it goes, once its stay is read; None: there is none of this call."""
    if step.name not in ("left", "closing", "talk-over", "recording"):
        return NOTHING
    return OFFER if state in (None, "wishes", "closing") else NOTHING


def needs_after(effect: Effect, result: Result) -> Needs:
    """What the words after an effect need beyond what led to it: looked up anew, in the effect's own transaction."""
    match result:
        case TooLate() | NoWindow() | CodeChecked():
            return ANYWHERE
        case NumberRefused("live" | "too_many" | "stopped"):
            return ANYWHERE
    return ANYWHERE if isinstance(effect, GiveUpLine) and effect.why not in ("silent", FOR_MESSAGE) else NOTHING


def takes_effect(step: Step, given: CallerInput) -> bool:
    """The answer is an effect for all that is known: its facts are looked up in the effect's transaction, once."""
    if not isinstance(given, Pressed):
        return False
    return (step.name == "number" and given.keys == "1") or (step.name == "same" and given.keys in ("1", "2"))
