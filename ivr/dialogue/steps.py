"""advance(step, input, facts) -> a turn, or the effect that must be carried out before the caller is answered. Pure.

``after`` turns the effect's result into the turn. One table of steps: a step in flight during a deploy must stay known
for one release after it changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from desks.line.machine import FOR_MESSAGE
from ivr.caller_input import CallerInput, Silent
from ivr.dialogue import (
    asking,
    closed,
    codes,
    duty,
    known,
    menus,
    message_left,
    numbers,
    offers,
    partner,
    ringback,
    routes,
    told,
)
from ivr.dialogue import line as line_dialogue
from ivr.dialogue import recording_notice as recording
from ivr.effects import (
    Bridged,
    CancelRequest,
    CloseLine,
    CodeChecked,
    DeclineRecording,
    DropMessage,
    Effect,
    GiveUpLine,
    HungUp,
    Joined,
    JoinLine,
    MakePromise,
    MessageKept,
    MoveRequest,
    MoveToExtended,
    NoWindow,
    NumberKept,
    NumberRefused,
    RaiseAlarm,
    Recorded,
    Reopen,
    Result,
    SameMatter,
    Settled,
    Stay,
    TextNumber,
    TooLate,
    Wish,
)
from ivr.facts import Callable as CallableNumber
from ivr.facts import Facts, Promised
from ivr.step_url import Step
from ivr.turn import Hangup, Say, Turn

Advance = Callable[[Step, CallerInput, Facts], Turn | Effect]

STEPS: Mapping[str, Advance] = {
    "incoming": menus.greeting,
    "language": menus.language,
    "ringback": ringback.key,
    "topic": menus.topic,
    "other-language": routes.other_language,
    "overload": routes.overload_key,
    "information": routes.information_key,
    "partner": partner.key,
    "closed": closed.key,
    "desk-over": routes.desk_over,
    "duty-over": duty.over,
    "offer": offers.offer,
    "number": numbers.number,
    "key-number": numbers.key_number,
    "same": numbers.same,
    "other-ways": numbers.other_ways_key,
    "known": known.key,
    "move": known.move,
    "cancel-sure": known.cancel_sure,
    "code": codes.code,
    "check": codes.check,
    "wait": recording.wait,
    "recording": recording.key,
    "left": line_dialogue.left,
    "closing": line_dialogue.closing_key,
    "talk-over": line_dialogue.talk_over,
    "message": message_left.opened,
    "message-done": message_left.done,
    "message-choice": message_left.choice,
    "message-play": message_left.play,
}
BEFORE_LANGUAGE = frozenset({"incoming", "language"})


def advance(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """An unknown step (an older release's URL that is gone) begins again at the greeting."""
    return STEPS.get(step.name, menus.greeting)(step, given, facts)


def after(step: Step, effect: Effect, result: Result, facts: Facts) -> Turn | Effect:  # noqa: C901 - one case for each, nothing nested
    """The words that follow an effect. May ask for one more effect (back into the line)."""
    step = replace(step, language=step.language or asking.DEFAULT_LANGUAGE)  # silence from the beginning
    match result:
        case Joined():
            return _joined(step, effect, result, facts)
        case Bridged():
            return line_dialogue.bridged(step, result, facts)
        case Promised() if isinstance(effect, MoveRequest):
            return known.moved(step, result, facts)
        case Promised():
            at_closing = isinstance(effect, MakePromise) and effect.at_closing
            return (told.told_at_closing if at_closing else told.told)(step, result, facts)
        case NumberKept(e164):
            kept = CallableNumber(e164, keyed_in=True)
            return numbers.read_number(step, _with_caller(facts, kept))
        case NumberRefused(reason):
            return numbers.refused(step, reason, facts)
        case SameMatter():
            return numbers.same_matter(step, result, facts)
        case CodeChecked():
            return codes.checked(step, result, facts)
        case NoWindow():
            return _no_window(step, facts)
        case Settled():
            return _settled(step, effect, facts)
        case TooLate():
            return _too_late(step, facts)
        case Recorded():
            return message_left.recorded(step, result, facts)
        case MessageKept():
            return message_left.kept(step, result, facts)
    assert_never(result)


def _no_window(step: Step, facts: Facts) -> Turn | Effect:
    if step.name == "move":
        return known.gone(step, facts)
    return Stay(step.line) if step.line else offers.gone(_plain(step, facts), facts)


def _joined(step: Step, effect: Effect, result: Joined, facts: Facts) -> Turn:
    line_id = result.line_id
    if isinstance(effect, JoinLine):
        turn = line_dialogue.joined(step, effect, line_id, facts)
        step = replace(step, topic=effect.topic)
        return recording.told_first(turn, step, line_id, facts) if result.tell_recording else turn
    if isinstance(effect, MoveToExtended):
        in_queue = step.name == "wait"  # only a leg outside the queue can be put into another
        return line_dialogue.out_of_queue(step) if in_queue else line_dialogue.moved(step, line_id, facts)
    return line_dialogue.enter(step, line_id, facts, Say("line.stay"))


def _settled(step: Step, effect: Effect, facts: Facts) -> Turn | Effect:  # noqa: C901 - one case for each, nothing nested
    match effect:
        case Wish() | CloseLine():
            return line_dialogue.out_of_queue(step)
        case GiveUpLine(_, why) if why == FOR_MESSAGE:
            return line_dialogue.out_of_queue(step)
        case GiveUpLine(_, "silent"):
            return told.silent_goodbye(step, facts)
        case GiveUpLine():
            return line_dialogue.given_up(step, facts)
        case HungUp():
            return Turn(step.language, (Hangup(),))
        case Stay(line_id):
            return line_dialogue.enter(step, line_id, facts, Say("line.stay"))
        case CancelRequest():
            return known.cancelled(step, facts)
        case Reopen():
            return Turn(step.language, (Say("goodbye"), Hangup()))
        case DropMessage():
            return message_left.dropped(step, facts)
        case DeclineRecording():
            return recording.declined(step, facts)
        case TextNumber():
            return partner.texted(step, facts)
        case RaiseAlarm(duty_id):
            return duty.alarmed(step, duty_id, facts)
    return Turn(step.language, (Say("goodbye"), Hangup()))


def _too_late(step: Step, facts: Facts) -> Turn | Effect:
    if step.name in ("move", "cancel-sure"):
        return known.too_late(step, facts)
    if step.name == "message-done":  # the provider has counted fewer seconds: nothing is held that could be kept
        return message_left.done(step, Silent(), facts)
    if facts.line is not None and step.name != "wait":
        return line_dialogue.placed(step, facts.line, facts)
    if step.name == "wait":
        return line_dialogue.out_of_queue(step)
    return routes.routed(_plain(step, facts), step.topic or facts.rules.general_topic, facts)


def _plain(step: Step, facts: Facts) -> Step:
    return step.go("topic", facts.nonce, request="", choice="")


def _with_caller(facts: Facts, caller: CallableNumber) -> Facts:
    return replace(facts, caller=caller)
