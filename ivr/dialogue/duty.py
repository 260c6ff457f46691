"""The fault duty service: one number after another, then an alarm and a message after the tone. Pure.

Nothing here waits for a store: the numbers stand in the ruleset. Which number rings is said by ``step.choice``.
"""

from ivr.caller_input import CallerInput, DialEnded
from ivr.dialogue import message
from ivr.effects import Effect, RaiseAlarm
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import DialNumber, DutySpoken, Hangup, PhoneSpoken, Say, Turn
from routing_rules.model import Duty

OF_LAST_RELEASE = "duty"  # step.choice of ``desk-over`` while the first duty number rang
TALKED = ("completed", "answered")
GONE = "canceled"  # the caller hung up while it rang


def called(step: Step, duty: Duty, facts: Facts) -> Turn:
    return _dial(step, duty, 0, facts, Say("duty.connecting", (("duty", DutySpoken(duty.id)),)))


def was_called(step: Step) -> bool:
    return step.choice == OF_LAST_RELEASE


def over(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """They have talked, or the next number rings; after the last one an alarm goes out."""
    if isinstance(given, DialEnded) and given.status in (*TALKED, GONE):
        return Turn(step.language, (Hangup(),))
    duty = _of(step, facts)
    following = _following(step)
    if duty is not None and following < len(duty.numbers):
        return _dial(step, duty, following, facts, Say("duty.next"))
    return RaiseAlarm(duty.id if duty is not None else "", step.topic or facts.rules.general_topic)


def alarmed(step: Step, duty_id: str, facts: Facts) -> Turn:
    """Nobody answered. The alarm is on its way; what the caller says after the tone goes with it."""
    step = step.go("message", facts.nonce, topic=step.topic or facts.rules.general_topic, choice=message.DUTY)
    return message.start(step, facts, *_nobody(duty_id), Say("duty.alarmed"), Say("emergency"))


def unreachable(step: Step, facts: Facts) -> Turn:
    """Without the record no alarm can be kept: the numbers are told, so that the caller can go on trying."""
    duty = _of(step, facts)
    numbers = duty.numbers if duty is not None else ()
    told = [Say("duty.number", (("number", PhoneSpoken(number)),)) for number in numbers[:2]]
    said = (*_nobody(duty.id if duty is not None else ""), *told, Say("emergency"), Say("goodbye"))
    return Turn(step.language, (*said, Hangup()))


def _nobody(duty_id: str) -> tuple[Say, ...]:
    if not duty_id:
        return (Say("duty.nobody"),)
    return (Say("duty.unanswered", (("duty", DutySpoken(duty_id)),)),)


def _dial(step: Step, duty: Duty, index: int, facts: Facts, *before: Say) -> Turn:
    over_url = url_of(facts.base, step.go("duty-over", facts.nonce, choice=f"{duty.id}.{index}"))
    return Turn(step.language, (*before, DialNumber(duty.numbers[index], over_url)))


def _of(step: Step, facts: Facts) -> Duty | None:
    named = step.choice.partition(".")[0]
    found = next((duty for duty in facts.rules.duties if duty.id == named), None)
    return found or facts.rules.duty_of(step.topic or facts.rules.general_topic)


def _following(step: Step) -> int:
    """The index of the number after the one that has rung; a URL without one rang the first."""
    index = step.choice.partition(".")[2]
    return int(index) + 1 if index.isascii() and index.isdigit() and len(index) < 3 else 1
