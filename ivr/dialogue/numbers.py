"""The number that is rung: read back and confirmed, keyed in, or refused in words with other ways. Pure.

No request without a confirmed key. A foreign number cannot be rung: its caller waits, speaks a message, or gives a
Finnish one.
"""

from dataclasses import replace
from typing import Literal

from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import message
from ivr.dialogue.asking import TRIES, ask, spoken_in, unheard
from ivr.dialogue.told import person, spoken, unconfirmed
from ivr.effects import Effect, KeepNumber, MakePromise, SameMatter, Stay
from ivr.facts import Callable, Facts, NotCallable
from ivr.step_url import Step, url_of
from ivr.turn import Gather, KeySpoken, PhoneSpoken, Say, Turn
from routing_rules.routes import ToLine
from routing_rules.switches.withheld import is_withheld

NUMBER_TRIES = 3
NEXT_PERSON = 0  # MakePromise.person: the next one on this telephone who has no open request about the topic

REFUSALS = {
    "withheld": "number.withheld",
    "foreign": "number.refused_foreign",
    "service": "number.refused_service",
    "premium": "number.refused_service",
    "emergency": "number.refused_emergency",
    "own": "number.refused_own",
    "malformed": "number.refused_malformed",
    "not_a_line": "number.refused_malformed",
}
OWN_NUMBER = {  # of whoever rings: any other odd number is none that she could mend
    "service": "number.refused_service",
    "premium": "number.refused_service",
    "own": "number.refused_own",
}


def read_number(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn | Effect:
    match facts.caller:
        case Callable(e164):
            says = (*before, Say("number.readback", (("number", PhoneSpoken(e164)),)), Say("number.confirm"))
            return ask(step, "number", facts, *says, Say("number.other"), Say("menu.repeat_star"), tries=tries)
        case NotCallable("foreign"):
            return other_ways(step, facts, Say("number.foreign"))
        case NotCallable(reason):
            return key_in(step, facts, 1, *before, Say(OWN_NUMBER.get(reason, "number.withheld")))


def number(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("1") if isinstance(facts.caller, Callable):
            return _promise(step, facts, 1, "join" if facts.caller.keyed_in else "ask")
        case Pressed("2"):
            return key_in(step, facts, 1)
        case Pressed("0"):
            return person(step, facts)
        case Pressed("*"):
            return read_number(step, facts, step.tries)
    if step.tries < TRIES:
        return read_number(step, facts, step.tries + 1, unheard(given))
    return unconfirmed(step, facts)


def _promise(step: Step, facts: Facts, whose: int, same: Literal["ask", "join"]) -> MakePromise:
    department = facts.rules.topic(step.topic).department or ""
    return MakePromise(step.topic, department, step.choice, step.line, person=whose, same=same)


# --- keyed in ----------------------------------------------------------------------------------------------------


def key_in(step: Step, facts: Facts, tries: int, *before: Say) -> Turn:
    """Told again, it names the way to a person: whoever has no number to give would only hear the same again."""
    to = url_of(facts.base, step.go("key-number", facts.nonce, tries=tries))
    says = (*before, Say("number.key_in"), *((Say("code.person"),) if tries > 1 else ()))
    return Turn(step.language, (Gather(says, to, digits=None),))


def key_number(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("*"):
            return key_in(step, facts, step.tries)
        case Pressed("0"):
            return person(step, facts)
        case Pressed(keys):
            return KeepNumber(keys)
    if step.tries < TRIES:
        return key_in(step, facts, step.tries + 1, unheard(given))
    return unconfirmed(step, facts)


def refused(step: Step, reason: str, facts: Facts) -> Turn | Effect:
    """By the kind of number: another one is asked for. By a cap: the other ways (an urgent matter goes live)."""
    if reason == "live":
        return _live(step, facts)
    if reason == "too_many":
        return other_ways(step, facts, Say("number.too_many"))
    if reason == "stopped":
        return Stay(step.line) if step.line else stopped(step, replace(facts, stopped=True))
    if step.tries >= NUMBER_TRIES:
        return unconfirmed(step, facts)
    return key_in(step, facts, step.tries + 1, Say(REFUSALS.get(reason, "number.refused_malformed")))


def stopped(step: Step, facts: Facts, *before: Say) -> Turn:
    """The city's limit is met: nobody is promised a ring, and nobody can mend it with another number."""
    return other_ways(step, facts, Say("number.stopped"), 1, *before)


def is_stopped(step: Step, facts: Facts) -> bool:
    """By a limit of the city or a supervisor's switch; never for an urgent matter."""
    if facts.rules.topic(step.topic).urgent:
        return False
    return facts.stopped or is_withheld(facts.rules, step.topic, spoken_in(step), facts.now)


def _live(step: Step, facts: Facts) -> Turn | Effect:
    from ivr.dialogue import routes  # which leads here too: both are loaded by now

    if step.line:
        return Stay(step.line)
    return routes.routed(step.go("topic", facts.nonce, choice=""), step.topic, facts)


# --- the other ways of a caller whose number cannot be rung ----------------------------------------------------------


def other_ways(step: Step, facts: Facts, why: Say, tries: int = 1, *before: Say) -> Turn:
    says = [*before, why]
    if _may_wait(step, facts):
        says.append(Say("ways.wait"))
    if not step.line:
        says.append(Say("menu.message", (("key", KeySpoken("2")),)))
    says.append(Say("emergency") if is_stopped(step, facts) else Say("ways.number"))
    return ask(step, "other-ways", facts, *says, Say("menu.repeat_star"), tries=tries)


def other_ways_key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    why = _why(step, facts)
    match given:
        case Pressed("1") if _may_wait(step, facts):
            return _live(step, facts)
        case Pressed("2") if not step.line:
            return message.start(step, facts)
        case Pressed("3") if not is_stopped(step, facts):
            return key_in(step, facts, 1)
        case Pressed("0"):
            return person(step, facts)
        case Pressed("*"):
            return other_ways(step, facts, why, step.tries)
    if step.tries < TRIES:
        return other_ways(step, facts, why, step.tries + 1, unheard(given))
    return unconfirmed(step, facts)


def _why(step: Step, facts: Facts) -> Say:
    if is_stopped(step, facts):
        return Say("number.stopped")
    foreign = isinstance(facts.caller, NotCallable) and facts.caller.reason == "foreign"
    return Say("number.foreign" if foreign else "number.too_many")


def _may_wait(step: Step, facts: Facts) -> bool:
    """There is a line to wait in: the caller's old place in it, or the topic's own."""
    from ivr.dialogue import routes  # which leads here too: both are loaded by now

    if step.line:
        return facts.line is None or facts.line.state != "closing"
    return isinstance(routes.here(step, facts), ToLine)


# --- the same matter, or another person on the same telephone -------------------------------------------------------


def same_matter(step: Step, found: SameMatter, facts: Facts) -> Turn:
    """There is an open request of this number about this topic: nothing was made before the caller has chosen."""
    window = (("window", spoken(found.matter.window, facts)),)
    already = Say("same.already", window) if found.rings else Say("same.again")
    return ask(step, "same", facts, already, *_same_choices(), person=found.matter.person)


def _same_choices() -> tuple[Say, ...]:
    return Say("same.keep"), Say("same.person"), Say("menu.repeat_star")


def same(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("1"):
            return _promise(step, facts, max(1, step.person), "join")
        case Pressed("2"):
            return _promise(step, facts, NEXT_PERSON, "join")
        case Pressed("0"):
            return person(step, facts)
        case Pressed("*"):
            return ask(step, "same", facts, Say("same.again"), *_same_choices(), tries=step.tries)
    if step.tries < TRIES:
        said = (unheard(given), Say("same.again"), *_same_choices())
        return ask(step, "same", facts, *said, tries=step.tries + 1)
    return unconfirmed(step, facts)
