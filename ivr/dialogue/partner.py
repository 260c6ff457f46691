"""Another authority's matter: whose it is, and the way there by line, by text or by its number told. Pure.

The caller is never put through unasked: she chose the city's number, and another authority has other rules.
"""

from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import routes
from ivr.dialogue.asking import TRIES, ask, unheard
from ivr.effects import Effect, TextNumber
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import DepartmentSpoken, Hangup, MomentSpoken, PhoneSpoken, Say, Turn
from routing_rules.routes import ToPartner

KNOWS = "knows"  # step.choice: the number has been told or texted, silence is no riddle any more


def is_partner(department_id: str, facts: Facts) -> bool:
    known = next((d for d in facts.rules.departments if d.id == department_id), None)
    return known is not None and known.provider != "city" and known.number is not None


def told(step: Step, route: ToPartner, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    """Whose matter it is, and when they answer where they are closed now."""
    says = [*before, Say("partner.whose", (("department", DepartmentSpoken(route.department)),))]
    if not route.open:
        opens = route.opens_at
        says += [Say("partner.closed_until", (("opens", MomentSpoken(opens, facts.now)),))] if opens else []
        says += [Say("partner.closed")] if opens is None else []
        says.append(Say("emergency"))
    return _choices(step, route, facts, tries, *says)


def key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    route = routes.here(step, facts)
    if not isinstance(route, ToPartner):
        return routes.follow(step, route, facts)
    match given:
        case Pressed("1") if route.open:
            return routes.dial_desk(step, route.department, route.number, "partner.connecting", facts)
        case Pressed("2") if facts.can_text:
            return TextNumber(route.department)
        case Pressed("3"):
            return _number_told(step, route, facts)
        case Pressed("0"):
            return routes.to_general(step, facts)
        case Pressed("*"):
            return _again(step, route, facts, step.tries)
    if step.choice == KNOWS and not isinstance(given, Pressed):
        return Turn(step.language, (Say("thanks_goodbye"), Hangup()))
    if step.tries < TRIES:
        return _again(step, route, facts, step.tries + 1, unheard(given))
    return routes.to_general(step, facts)


def _again(step: Step, route: ToPartner, facts: Facts, tries: int, *before: Say) -> Turn:
    if step.choice == KNOWS:
        return _number_told(step, route, facts, tries, *before)
    return told(step, route, facts, tries, *before)


def texted(step: Step, facts: Facts) -> Turn | Effect:
    """The message is ordered: whoever wanted no more than the number may go."""
    route = routes.here(step, facts)
    if not isinstance(route, ToPartner):
        return routes.follow(step, route, facts)
    step = step.go("partner", facts.nonce, choice=KNOWS)
    return _choices(step, route, facts, 1, Say("partner.texted"), Say("promise.may_hang_up"))


def unanswered(step: Step, facts: Facts) -> Turn | Effect:
    """Put through, but nobody took the call there."""
    route = routes.here(step, facts)
    if not isinstance(route, ToPartner):
        return routes.follow(step, route, facts)
    nobody = Say("number_desk.no_answer", (("department", DepartmentSpoken(route.department)),))
    return _number_told(step, route, facts, 1, nobody, Say("emergency"))


def _number_told(step: Step, route: ToPartner, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    step = step.go("partner", facts.nonce, choice=KNOWS)
    number = Say("partner.number", (("number", PhoneSpoken(route.number)),))
    return _choices(step, route, facts, tries, *before, number)


def _choices(step: Step, route: ToPartner, facts: Facts, tries: int, *before: Say) -> Turn:
    says = [*before]
    if route.open:
        says.append(Say("partner.connect"))
    if facts.can_text:
        says.append(Say("partner.text"))
    says += [Say("partner.hear"), Say("partner.zero"), Say("menu.repeat_star")]
    return ask(step, "partner", facts, *says, tries=tries, choice=step.choice)
