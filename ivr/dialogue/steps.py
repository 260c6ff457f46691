"""advance(step, input, facts) -> a turn, or the effect that must be carried out before the caller is answered. Pure.

``after`` turns the effect's result into the turn. One table of steps: a step in flight during a deploy must stay known
for one release after it changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from ivr.caller_input import CallerInput, Silent
from ivr.dialogue import line as line_dialogue
from ivr.dialogue import menus, message_left, offers
from ivr.facts import (
    Bridged,
    CloseLine,
    DropMessage,
    Effect,
    Facts,
    GiveUpLine,
    HungUp,
    Joined,
    JoinLine,
    MakePromise,
    MessageKept,
    MoveToExtended,
    NoWindow,
    NumberKept,
    NumberRefused,
    Promised,
    Recorded,
    Reopen,
    Result,
    Settled,
    Stay,
    TooLate,
    Wish,
)
from ivr.facts import Callable as CallableNumber
from ivr.step_url import Step
from ivr.turn import Hangup, Say, Turn

Advance = Callable[[Step, CallerInput, Facts], Turn | Effect]

STEPS: Mapping[str, Advance] = {
    "incoming": menus.greeting,
    "language": menus.language,
    "ringback": menus.ringback,
    "topic": menus.topic,
    "other-language": menus.other_language,
    "closed": menus.closed_key,
    "desk-over": menus.desk_over,
    "offer": offers.offer,
    "number": offers.number,
    "key-number": offers.key_number,
    "wait": line_dialogue.wait,
    "left": line_dialogue.left,
    "closing": line_dialogue.closing_key,
    "talk-over": line_dialogue.talk_over,
    "message": message_left.opened,
    "message-done": message_left.done,
    "message-choice": message_left.choice,
    "message-play": message_left.play,
}
BEFORE_LANGUAGE = frozenset({"incoming", "language"})
NEEDS_NOTHING = frozenset({"incoming"})  # answered without any store


def advance(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """An unknown step (an older release's URL that is gone) begins again at the greeting."""
    return STEPS.get(step.name, menus.greeting)(step, given, facts)


def after(step: Step, effect: Effect, result: Result, facts: Facts) -> Turn | Effect:
    """The words that follow an effect. May ask for one more effect (back into the line)."""
    step = replace(step, language=step.language or menus.DEFAULT_LANGUAGE)  # silence from the beginning
    match result:
        case Joined(line_id):
            return _joined(step, effect, line_id, facts)
        case Bridged():
            return line_dialogue.bridged(step, result, facts)
        case Promised():
            at_closing = isinstance(effect, MakePromise) and effect.at_closing
            return (offers.told_at_closing if at_closing else offers.told)(step, result, facts)
        case NumberKept(e164):
            kept = CallableNumber(e164, keyed_in=True)
            return offers.read_number(step, _with_caller(facts, kept))
        case NumberRefused(reason):
            return offers.refused(step, reason, facts)
        case NoWindow():
            return Stay(step.line) if step.line else offers.offer_callback(_plain(step, facts), facts)
        case Settled():
            return _settled(step, effect, facts)
        case TooLate():
            return _too_late(step, facts)
        case Recorded():
            return message_left.recorded(step, result, facts)
        case MessageKept():
            return message_left.kept(step, result, facts)
    assert_never(result)


def _joined(step: Step, effect: Effect, line_id: str, facts: Facts) -> Turn:
    if isinstance(effect, JoinLine):
        return line_dialogue.joined(step, effect, line_id, facts)
    if isinstance(effect, MoveToExtended):
        return line_dialogue.moved(step, line_id, facts)
    return line_dialogue.enter(step, line_id, facts, Say("line.stay"))


def _settled(step: Step, effect: Effect, facts: Facts) -> Turn | Effect:
    match effect:
        case Wish() | CloseLine():
            return line_dialogue.out_of_queue(step)
        case GiveUpLine(_, "silent"):
            return offers.silent_goodbye(step, facts)
        case GiveUpLine():
            return line_dialogue.given_up(step, facts)
        case HungUp():
            return Turn(step.language, (Hangup(),))
        case Stay(line_id):
            return line_dialogue.enter(step, line_id, facts, Say("line.stay"))
        case Reopen():
            return Turn(step.language, (Say("goodbye"), Hangup()))
        case DropMessage():
            return message_left.dropped(step, facts)
    return Turn(step.language, (Say("goodbye"), Hangup()))


def _too_late(step: Step, facts: Facts) -> Turn | Effect:
    if facts.line is not None and step.name != "wait":
        return line_dialogue.placed(step, facts.line, facts)
    if step.name == "wait":
        return line_dialogue.out_of_queue(step)
    return menus.topic(_plain(step, facts), Silent(), facts)


def _plain(step: Step, facts: Facts) -> Step:
    return step.go("topic", facts.nonce, request="", choice="")


def _with_caller(facts: Facts, caller: CallableNumber) -> Facts:
    return replace(facts, caller=caller)
