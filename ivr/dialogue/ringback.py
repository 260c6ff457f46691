"""The ring that was missed: one key leads back to the desk, at the old place; in a closed house to a new time. Pure.

The URL carries what the first key was said to do: it does that, though the house has opened or closed since.
"""

from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import known, routes
from ivr.dialogue.asking import TRIES, ask, spoken_in, unheard
from ivr.effects import Effect, JoinLine, Reopen
from ivr.facts import Facts, Ringback
from ivr.step_url import Step
from ivr.turn import MomentSpoken, Say, Turn
from routing_rules.decide import decide
from routing_rules.routes import AllClosed, ToLine

NEW_TIME = "new-time"  # step.choice: nobody could be reached, the first key was said to be a new time
AGAIN = "again"  # step.choice: we ring again, the second key was said to be about that


def missed(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn | None:
    """None: no ring was missed, or all is closed and the next ring is known: it is told as every promise is."""
    rung = facts.ringback
    if rung is None:
        return None
    closed, again = _is_closed(step, rung, facts), _rings_again(rung, facts)
    if closed and again:
        return None
    tried = (("at", MomentSpoken(rung.tried_at, facts.now)),)
    first = (Say("ringback.new_time", tried), Say("emergency")) if closed else (Say("ringback.tried", tried),)
    others = (Say("ringback.again"), Say("ringback.third")) if again else (Say("ringback.other"),)
    says = (*before, *first, *others, Say("menu.repeat_star"))
    choice = NEW_TIME if closed else AGAIN if again else ""
    return ask(step, "ringback", facts, *says, tries=tries, choice=choice, request=rung.request_id)


def _is_closed(step: Step, rung: Ringback, facts: Facts) -> bool:
    """By the hours alone: who is on duty is not asked before a key is pressed."""
    return isinstance(decide(facts.rules, rung.topic, spoken_in(step), facts.now, ()), AllClosed)


def _rings_again(rung: Ringback, facts: Facts) -> bool:
    return any(matter.request_id == rung.request_id and matter.state == "requested" for matter in facts.known)


def key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("1") if facts.ringback is not None:
            return _back(step, facts.ringback, facts)
        case Pressed("2") if step.choice == AGAIN and (matter := known.matter_of(step, facts)) is not None:
            return known.menu(step.go("known", facts.nonce, choice=""), matter, facts)
        case Pressed("2"):
            return _elsewhere(step, facts)
        case Pressed("3") if step.choice == AGAIN:
            return known.other(step, facts)
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return missed(step, facts, step.tries) or _elsewhere(step, facts)
    if step.tries < TRIES:
        return missed(step, facts, step.tries + 1, unheard(given)) or _elsewhere(step, facts)
    return routes.to_general(step, facts)


def _elsewhere(step: Step, facts: Facts) -> Turn | Effect:
    """What else is open, or another matter."""
    return known.matters(step, facts) or known.other(step, facts)


def _back(step: Step, rung: Ringback, facts: Facts) -> Turn | Effect:
    """At the old place. A sensitive matter's desk is not named to whoever happens to hold this telephone."""
    topic, new_time = rung.topic, step.choice == NEW_TIME
    step = step.go("topic", facts.nonce, topic=topic, request=rung.request_id, choice="")
    if not new_time and not known.is_sensitive(topic, facts):
        return routes.routed(step, topic, facts)
    route = decide(facts.rules, topic, spoken_in(step), facts.now, facts.staffed, facts.circumstances)
    if new_time or not isinstance(route, ToLine):
        return routes.because(Reopen(rung.request_id), step, route)
    department = facts.rules.topic(topic).department or route.desk
    said = JoinLine(topic, department, route.desk, step.language, route.extended, route.closed, rung.request_id)
    return routes.because(said, step, route)
