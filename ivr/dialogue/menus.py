"""Greeting, language and topic: the caller's first minute. Where a topic leads is said in routes. Pure."""

from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue import asking, closed, codes, known, notices, routes
from ivr.dialogue.asking import ask, prefaced, unheard
from ivr.effects import Effect
from ivr.facts import Facts
from ivr.step_url import Step
from ivr.turn import KeySpoken, Say, TopicSpoken, Turn
from routing_rules.decide import all_closed
from routing_rules.model import LANGUAGES, Ruleset, Topic

DEFAULT_LANGUAGE, LANGUAGE_KEYS, TRIES = asking.DEFAULT_LANGUAGE, asking.LANGUAGE_KEYS, asking.TRIES


def greeting(step: Step, given: CallerInput, facts: Facts) -> Turn:
    says = tuple(Say("greeting", language=language) for language in LANGUAGES)
    return ask(step, "language", facts, *says, tries=step.tries)


def language(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Nought asks for a person at once; silence and wrong keys get one after the second greeting, in Finnish."""
    match given:
        case Pressed(key) if key in LANGUAGE_KEYS:
            return welcomed(step.go("topic", facts.nonce, language=LANGUAGE_KEYS[key]), facts)
        case Pressed("*"):
            return greeting(step, given, facts)
        case Pressed("0"):
            return to_person(step.go("topic", facts.nonce, language=DEFAULT_LANGUAGE), facts)
    if step.tries < TRIES:
        return greeting(step.go("incoming", facts.nonce, tries=step.tries + 1), given, facts)
    return to_person(step.go("topic", facts.nonce, language=DEFAULT_LANGUAGE), facts)


def to_person(step: Step, facts: Facts) -> Turn | Effect:
    """The general desk, without a menu before it: what everybody must hear is said there."""
    return prefaced(routes.routed(step, facts.rules.general_topic, facts), *notices.general(facts))


def welcomed(step: Step, facts: Facts) -> Turn | Effect:
    """The language is known: what is on everybody's mind today comes before whatever comes."""
    return prefaced(known.first(step, facts) or unknown(step, facts), *notices.general(facts))


def unknown(step: Step, facts: Facts) -> Turn:
    """Whoever rings about something new: a closed house says so before the topics."""
    if all_closed(facts.rules, facts.now):
        return closed.closed(step.go("topic", facts.nonce, request=""), facts)
    return topics(step.go("topic", facts.nonce, request="", topic=""), facts)


def topics(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    """The menu below ``step.topic`` ("" at the top); 0 and * in every menu."""
    step = step.go(step.name, step.nonce, topic=_branch(step, facts.rules), tries=step.tries)
    options = facts.rules.children(step.topic or None)
    says = [Say("menu.option", (("topic", TopicSpoken(t.id)), ("key", KeySpoken(t.key or "")))) for t in options]
    # below the top the star repeats as everywhere, but is not told again: help has to be offered within a minute
    top = (Say("menu.help_zero"), Say("check.offer"), Say("menu.repeat_star"))
    others = (Say("menu.zero"),) if step.topic else top
    return ask(
        step, "topic", facts, *before, *says, *others,
        tries=tries, topic=step.topic, choice=step.choice,
    )  # fmt: skip


def _branch(step: Step, rules: Ruleset) -> str:
    """The branch whose menu is told; the top for anything that has no menu: nobody hears one without options."""
    return step.topic if rules.children(step.topic) else ""


def chosen_topic(step: Step, given: CallerInput, rules: Ruleset) -> str | None:
    """The topic a key names in the menu of ``step``, branch or leaf; None for anything else."""
    if not isinstance(given, Pressed):
        return None
    if given.keys == "0":
        return rules.general_topic
    found = [t.id for t in rules.children(_branch(step, rules) or None) if t.key == given.keys]
    return found[0] if found else None


def topic(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    chosen = chosen_topic(step, given, facts.rules)
    if chosen is not None:
        return _into(step, facts.rules.topic(chosen), facts)
    if given == Pressed("*"):
        return topics(step, facts, step.tries)
    if given == Pressed("9") and not step.topic:
        return codes.ask_whether(step, facts)
    if step.tries >= TRIES:
        return routes.routed(step, facts.rules.general_topic, facts)
    return topics(step, facts, step.tries + 1, unheard(given))


def _into(step: Step, chosen: Topic, facts: Facts) -> Turn | Effect:
    if facts.rules.children(chosen.id):
        below = topics(step.go("topic", facts.nonce, topic=chosen.id), facts)
        return prefaced(below, *notices.about(chosen.id, facts))
    return routes.routed(step, chosen.id, facts)
