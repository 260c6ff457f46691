"""Everything is closed: when we open, 112, the urgent key, and a promise or a message. Pure.

Topics come after the keys: whoever wants a promise or leaves a message is asked for the topic then.
"""

from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import duty, menus, message, routes
from ivr.dialogue.asking import TRIES, ask, spoken_in, unheard
from ivr.dialogue.offers import offer_callback
from ivr.dialogue.told import silent_goodbye
from ivr.effects import Effect
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import KeySpoken, MomentSpoken, Say, Turn, WindowSpoken
from routing_rules.decide import decide
from routing_rules.routes import AllClosed


def closed(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    says = [*before, *told(step, facts)]
    if facts.slots:
        first = facts.slots[0]
        says.append(Say("offer.slot", (("window", WindowSpoken(first.start, first.end, facts.now)),)))
    says += [Say("menu.message", (("key", KeySpoken("2")),)), Say("menu.repeat_star")]
    return ask(step, "closed", facts, *says, tries=tries, topic=step.topic, choice="")


def told(step: Step, facts: Facts) -> list[Say]:
    """What is true whatever store answers: when we open, 112, and the key for an urgent fault."""
    topic_id = step.topic or facts.rules.general_topic
    route = decide(facts.rules, topic_id, spoken_in(step), facts.now, (), facts.circumstances)
    opens = route.opens_at if isinstance(route, AllClosed) else None
    says = [Say("closed.all", (("opens", MomentSpoken(opens, facts.now)),)) if opens else Say("closed.now")]
    says.append(Say("emergency"))
    if facts.rules.duty_of(topic_id) is not None:
        says.append(Say("closed.duty"))
    return says


def key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    service = facts.rules.duty_of(step.topic or facts.rules.general_topic)
    match given:
        case Pressed("3") if service is not None:
            return duty.called(step, service, facts)
        case Pressed("0") if _somebody_answers(step, facts):
            return routes.to_general(step, facts)
        case Pressed("1" | "0") if facts.slots:
            return _promise(step, facts)
        case Pressed("2" | "0"):
            return _message(step, facts)
        case Pressed("*"):
            return closed(step, facts, step.tries)
    if step.tries < TRIES:
        return closed(step, facts, step.tries + 1, unheard(given))
    return silent_goodbye(step, facts)


def _somebody_answers(step: Step, facts: Facts) -> bool:
    """This topic's desks alone are closed: the general desk has other hours."""
    general = step.go("topic", facts.nonce, topic=facts.rules.general_topic)
    return not isinstance(routes.here(general, facts), AllClosed)


def _promise(step: Step, facts: Facts) -> Turn | Effect:
    if step.topic:
        return offer_callback(step, facts)
    return menus.topics(step.go("topic", facts.nonce, choice=routes.PROMISE_ONLY), facts)


def _message(step: Step, facts: Facts) -> Turn:
    if step.topic:
        return message.start(step, facts)
    return menus.topics(step.go("topic", facts.nonce, choice=routes.MESSAGE_ONLY), facts)
