"""Where a topic leads now, by the ruleset: the line, an outside number, another language, overload, information. Pure.

A partner's matter, urgent faults and the closed house have files of their own.
"""

from dataclasses import replace
from typing import assert_never

from ivr.caller_input import CallerInput, DialEnded, Pressed
from ivr.dialogue import closed, duty, message, notices, partner
from ivr.dialogue.asking import TRIES, ask, prefaced, spoken_in, unheard
from ivr.dialogue.numbers import is_stopped
from ivr.dialogue.offers import offer_callback, times
from ivr.effects import Effect, JoinLine, Reopen
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import (
    Decided,
    DepartmentSpoken,
    DialNumber,
    Hangup,
    KeySpoken,
    LanguagesSpoken,
    MinutesSpoken,
    Say,
    Turn,
    WordsSpoken,
)
from routing_rules.decide import decide
from routing_rules.model import Duty
from routing_rules.routes import (
    AllClosed,
    Information,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)

PROMISE_ONLY = "promise"  # step.choice in the topic menu: everything is closed, the topic is asked for the promise
MESSAGE_ONLY = "message"  # step.choice in the topic menu: the topic is asked for a voice message


def routed(step: Step, topic_id: str, facts: Facts) -> Turn | Effect:
    """Where this topic leads now. What is wrong there today is said first: it may have answered the matter."""
    wanted = step.choice
    step = step.go("topic", facts.nonce, topic=topic_id, choice="")
    route = decide(facts.rules, topic_id, spoken_in(step), facts.now, facts.staffed, facts.circumstances)
    return prefaced(because(_wanted(step, wanted, route, facts), step, route), *notices.about(topic_id, facts))


def because(said: Turn | Effect, step: Step, route: Route) -> Turn | Effect:
    """The same answer, with the decision that led to it: whoever carries it out keeps why the call went there."""
    if isinstance(said, Turn | JoinLine | Reopen):
        return replace(said, decided=Decided(step.topic, spoken_in(step), route))
    return said


def _wanted(step: Step, wanted: str, route: Route, facts: Facts) -> Turn | Effect:
    """Whoever chose a promise or a message in a closed house gets it, where the matter is the city's own to promise."""
    if isinstance(route, ToPartner | Information | ToDuty | ToNumber):
        return follow(step, route, facts)
    if wanted == PROMISE_ONLY:
        return offer_callback(step, facts)
    if wanted == MESSAGE_ONLY:
        return message.start(step, facts)
    return follow(step, route, facts)


def follow(step: Step, route: Route, facts: Facts, tries: int = 1) -> Turn | Effect:
    return because(_followed(step, route, facts, tries), step, route)


def _followed(step: Step, route: Route, facts: Facts, tries: int) -> Turn | Effect:
    match route:
        case ToLine():
            busy = _overloaded(step, route, facts)
            return overload(step, route, facts, tries) if busy else into_line(step, route, facts)
        case ToNumber(owner, number):
            return dial_desk(step, owner, number, "number_desk.connecting", facts)
        case ToPartner():
            return partner.told(step, route, facts, tries)
        case ToDuty(service):
            return duty.called(step, service, facts)
        case Information():
            return information(step, facts, tries)
        case OtherLanguage():
            return not_staffed(step, route, facts, tries)
        case NobodyOnDuty(department):
            urgent = urgent_duty(step, facts)
            if urgent is not None:
                return duty.called(step, urgent, facts)
            before = Say("offer.nobody_on_duty", (("department", DepartmentSpoken(department)),))
            return offer_callback(step, facts, before, Say("emergency"))
        case AllClosed():
            return closed.closed(step, facts)
        case _:
            assert_never(route)


def urgent_duty(step: Step, facts: Facts) -> Duty | None:
    """Who is rung about an urgent fault when the desk is open but empty: a promise would be too late."""
    urgent = any(topic.id == step.topic and topic.urgent for topic in facts.rules.topics)
    return facts.rules.duty_of(step.topic) if urgent else None


def here(step: Step, facts: Facts) -> Route:
    """Where the topic of this call leads at this moment: a step asks anew, the world may have changed."""
    return decide(facts.rules, step.topic, spoken_in(step), facts.now, facts.staffed, facts.circumstances)


def to_general(step: Step, facts: Facts) -> Turn | Effect:
    """Nought: the general desk; where this already is its topic, the best substitute."""
    if step.topic == facts.rules.general_topic:
        route = here(step, facts)
        reached = isinstance(route, ToLine | ToNumber | AllClosed)
        return follow(step, route, facts) if reached else offer_callback(step, facts)
    return routed(step.go("topic", facts.nonce, request="", choice=""), facts.rules.general_topic, facts)


def into_line(step: Step, route: ToLine, facts: Facts) -> JoinLine:
    owner = facts.rules.topic(step.topic).department or route.desk
    return JoinLine(step.topic, owner, route.desk, step.language, route.extended, route.closed, step.request)


# --- more callers than can be served soon ----------------------------------------------------------------------


def _overloaded(step: Step, route: ToLine, facts: Facts) -> bool:
    """Never an urgent matter, and never one who rings back to an old place: the newcomer's wait is not hers."""
    if facts.wait_minutes is None or step.request or facts.rules.topic(step.topic).urgent:
        return False
    return facts.wait_minutes >= facts.rules.department(route.desk).overload_wait_minutes


def overload(step: Step, route: ToLine, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    says = [*before, Say("overload.why", (("wait", MinutesSpoken(facts.wait_minutes or 0)),)), Say("emergency")]
    if times(facts):
        says.append(Say("overload.callback"))
    says += [Say("overload.wait"), Say("menu.message", (("key", KeySpoken("3")),)), Say("menu.repeat_star")]
    return ask(step, "overload", facts, *says, tries=tries)


def overload_key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Whoever says nothing waits: a person comes at the end of it."""
    route = here(step, facts)
    if not isinstance(route, ToLine):
        return follow(step, route, facts)
    match given:
        case Pressed("1") if times(facts):
            return offer_callback(step, facts)
        case Pressed("2" | "0"):
            return into_line(step, route, facts)
        case Pressed("3"):
            return message.start(step, facts)
        case Pressed("*"):
            return overload(step, route, facts, step.tries)
    if step.tries < TRIES:
        return overload(step, route, facts, step.tries + 1, unheard(given))
    return into_line(step, route, facts)


# --- staffed, but not in the caller's language -----------------------------------------------------------------


def not_staffed(step: Step, route: OtherLanguage, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    other = Say("language.other", (("spoken", LanguagesSpoken(route.languages)),))
    leave = Say("menu.message", (("key", KeySpoken("3")),))
    promising = bool(times(facts)) and not is_stopped(step, facts)
    ours = (Say("language.callback"),) if promising else ()
    says = (Say("language.not_staffed"), other, *ours, leave, Say("menu.repeat_star"))
    return ask(step, "other-language", facts, *before, *says, tries=tries)


def other_language(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Nobody on duty speaks the caller's language: another one now, or a callback in one's own."""
    route = here(step, facts)
    if not isinstance(route, OtherLanguage):
        return follow(step, route, facts)
    match given:
        case Pressed("1"):
            owner = facts.rules.topic(step.topic).department or route.desk
            return JoinLine(step.topic, owner, route.desk, route.languages[0], route.extended, False, step.request)
        case Pressed("2"):
            return offer_callback(step, facts)
        case Pressed("3"):
            return message.start(step, facts)
        case Pressed("0"):
            return to_general(step, facts)
        case Pressed("*"):
            return not_staffed(step, route, facts, step.tries)
    if step.tries < TRIES:
        return not_staffed(step, route, facts, step.tries + 1, unheard(given))
    return offer_callback(step, facts)


# --- information only -------------------------------------------------------------------------------------------


def information(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    words = facts.rules.topic(step.topic).information or {}
    told = Say("information.words", (("words", WordsSpoken(tuple(sorted(words.items())))),))
    says = (*before, told, Say("information.zero"), Say("menu.repeat_star"))
    return ask(step, "information", facts, *says, tries=tries)


def information_key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Whoever says nothing has heard what she rang for."""
    if not isinstance(here(step, facts), Information):
        return routed(step, step.topic, facts)
    match given:
        case Pressed("*"):
            return information(step, facts, step.tries)
        case Pressed("0"):
            return to_general(step, facts)
        case Pressed(_) if step.tries < TRIES:
            return information(step, facts, step.tries + 1, unheard(given))
        case Pressed(_):
            return to_general(step, facts)
    return Turn(step.language, (Say("thanks_goodbye"), Hangup()))


# --- a desk that answers at an outside number -------------------------------------------------------------------


def dial_desk(step: Step, department: str, number: str, key: str, facts: Facts) -> Turn:
    """No line here, 20 s of ringing, then the offer."""
    over = url_of(facts.base, step.go("desk-over", facts.nonce, choice=department))
    values = (("department", DepartmentSpoken(department)),)
    return Turn(step.language, (Say(key, values), DialNumber(number, over)))


def desk_over(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """The outside desk has talked, or did not answer: then the offer. A partner's number is told instead."""
    if duty.was_called(step):  # a call that the last release put through to the duty service
        return duty.over(step, given, facts)
    if isinstance(given, DialEnded) and given.status in ("completed", "answered"):
        return Turn(step.language, (Hangup(),))
    if partner.is_partner(step.choice, facts):
        return partner.unanswered(step, facts)
    desk = facts.rules.desk(step.choice).id
    before = Say("number_desk.no_answer", (("department", DepartmentSpoken(desk)),))
    return offer_callback(step.go("topic", facts.nonce, choice=""), facts, before, Say("emergency"))
