"""Greeting, language, topic and the ways out of a closed house: the caller's first minute. Pure."""

from callbacks.model import Window
from ivr.caller_input import CallerInput, DialEnded, Pressed
from ivr.dialogue.offers import offer_callback, silent_goodbye
from ivr.facts import Effect, Facts, JoinLine
from ivr.step_url import Step, url_of
from ivr.turn import (
    DepartmentSpoken,
    DialNumber,
    Gather,
    Hangup,
    KeySpoken,
    LanguagesSpoken,
    MomentSpoken,
    Say,
    Spoken,
    TopicSpoken,
    Turn,
    WindowSpoken,
)
from routing_rules.decide import all_closed, decide
from routing_rules.model import (
    LANGUAGES,
    AllClosed,
    Language,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    Ruleset,
    ToLine,
    ToNumber,
    Topic,
)

LANGUAGE_KEYS: dict[str, Language] = {"1": "fi", "2": "sv", "3": "en"}
DEFAULT_LANGUAGE: Language = "fi"
TRIES = 2
DUTY = "duty"  # step.choice while the fault duty number rings
PROMISE_ONLY = "promise"  # step.choice in the topic menu: everything is closed, the topic is asked for the promise


def spoken_in(step: Step) -> Language:
    return next((language for language in LANGUAGES if language == step.language), DEFAULT_LANGUAGE)


def ask(step: Step, name: str, facts: Facts, *spoken: Spoken, **changes: object) -> Turn:
    """A menu of one key that leads to step ``name``; silence leads there too."""
    to = step.go(name, facts.nonce, **changes)
    return Turn(step.language or DEFAULT_LANGUAGE, (Gather(spoken, url_of(facts.base, to)),))


def greeting(step: Step, given: CallerInput, facts: Facts) -> Turn:
    says = tuple(Say("greeting", language=language) for language in LANGUAGES)
    return ask(step, "language", facts, *says, tries=step.tries)


def language(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed(key) if key in LANGUAGE_KEYS:
            return welcomed(step.go("topic", facts.nonce, language=LANGUAGE_KEYS[key]), facts)
        case Pressed("*"):
            return greeting(step, given, facts)
    if step.tries < TRIES:
        return greeting(step.go("incoming", facts.nonce, tries=step.tries + 1), given, facts)
    return routed(step.go("topic", facts.nonce, language=DEFAULT_LANGUAGE), facts.rules.general_topic, facts)


def welcomed(step: Step, facts: Facts, tries: int = 1) -> Turn:
    """The language is known: a missed call of ours comes first, then a closed house, then the topics."""
    if facts.ringback is not None:
        tried = MomentSpoken(facts.ringback.tried_at, facts.now)
        says = (Say("ringback.tried", (("at", tried),)), Say("ringback.other"), Say("menu.repeat_star"))
        return ask(step, "ringback", facts, *says, tries=tries, request=facts.ringback.request_id)
    if all_closed(facts.rules, facts.now):
        return closed(step, facts, tries)
    return topics(step, facts)


def ringback(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    match given:
        case Pressed("1") if facts.ringback is not None:
            topic = facts.ringback.topic
            return routed(step.go("topic", facts.nonce, request=facts.ringback.request_id), topic, facts)
        case Pressed("*"):
            return welcomed(step, facts, step.tries)
        case Pressed(_):
            return topics(step.go("topic", facts.nonce, request=""), facts)
    if step.tries < TRIES:
        return welcomed(step, facts, step.tries + 1)
    return topics(step.go("topic", facts.nonce, request=""), facts)


def topics(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    """The menu below ``step.topic`` ("" at the top); 0 and * in every menu."""
    options = facts.rules.children(step.topic or None)
    says = [Say("menu.option", (("topic", TopicSpoken(t.id)), ("key", KeySpoken(t.key or "")))) for t in options]
    return ask(
        step, "topic", facts, *before, *says, Say("menu.help_zero"), Say("menu.repeat_star"),
        tries=tries, topic=step.topic, choice=step.choice,
    )  # fmt: skip


def chosen_topic(step: Step, given: CallerInput, rules: Ruleset) -> str | None:
    """The topic a key names in the menu of ``step``, branch or leaf; None for anything else."""
    if not isinstance(given, Pressed):
        return None
    if given.keys == "0":
        return rules.general_topic
    found = [t.id for t in rules.children(step.topic or None) if t.key == given.keys]
    return found[0] if found else None


def topic(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    chosen = chosen_topic(step, given, facts.rules)
    if chosen is not None:
        return _into(step, facts.rules.topic(chosen), facts)
    if given == Pressed("*"):
        return topics(step, facts, step.tries)
    if step.tries >= TRIES:
        return routed(step, facts.rules.general_topic, facts)
    said = Say("menu.not_understood" if isinstance(given, Pressed) else "menu.silent")
    return topics(step, facts, step.tries + 1, said)


def _into(step: Step, chosen: Topic, facts: Facts) -> Turn | Effect:
    if chosen.department is None:
        return topics(step.go("topic", facts.nonce, topic=chosen.id), facts)
    return routed(step, chosen.id, facts)


def routed(step: Step, topic_id: str, facts: Facts) -> Turn | Effect:
    """Where this topic leads now, by the ruleset."""
    step = step.go("topic", facts.nonce, topic=topic_id)
    if step.choice == PROMISE_ONLY:
        return offer_callback(step, facts)
    return follow(step, decide(facts.rules, topic_id, spoken_in(step), facts.now, facts.staffed), facts)


def follow(step: Step, route: Route, facts: Facts, tries: int = 1) -> Turn | Effect:
    department = facts.rules.topic(step.topic).department or ""
    match route:
        case ToLine(desk, extended, is_closed):
            return JoinLine(step.topic, department, desk, step.language, extended, is_closed, step.request)
        case ToNumber(owner, number):
            return dial_desk(step, owner, number, "number_desk.connecting", facts)
        case OtherLanguage(_, languages, _):
            says = (Say("language.not_staffed", (("spoken", LanguagesSpoken(languages)),)), Say("menu.repeat_star"))
            return ask(step, "other-language", facts, *says, tries=tries)
        case NobodyOnDuty():
            before = Say("offer.nobody_on_duty", (("department", DepartmentSpoken(department)),))
            return offer_callback(step, facts, before, Say("emergency"))
        case AllClosed():
            return closed(step, facts)


def other_language(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """Nobody on duty speaks the caller's language: another one now, or a callback in one's own."""
    route = decide(facts.rules, step.topic, spoken_in(step), facts.now, facts.staffed)
    if not isinstance(route, OtherLanguage):
        return follow(step, route, facts)
    match given:
        case Pressed("1"):
            department = facts.rules.topic(step.topic).department or ""
            return JoinLine(step.topic, department, route.desk, route.languages[0], route.extended, False, step.request)
        case Pressed("2"):
            return offer_callback(step, facts)
        case Pressed("*"):
            return follow(step, route, facts, step.tries)
    if step.tries < TRIES:
        return follow(step, route, facts, step.tries + 1)
    return offer_callback(step, facts)


def dial_desk(step: Step, department: str, number: str, key: str, facts: Facts) -> Turn:
    """An outside number answers this desk: no line, 20 s of ringing, then the offer."""
    over = url_of(facts.base, step.go("desk-over", facts.nonce, choice=department))
    values = () if department == DUTY else (("department", DepartmentSpoken(department)),)
    return Turn(step.language, (Say(key, values), DialNumber(number, over)))


def closed(step: Step, facts: Facts, tries: int = 1) -> Turn:
    """Everything is closed: when we open, the urgent key, 112, and a promise for a named time."""
    topic_id = step.topic or facts.rules.general_topic
    route = decide(facts.rules, topic_id, spoken_in(step), facts.now, ())
    opens = route.opens_at if isinstance(route, AllClosed) else None
    duty = route.duty if isinstance(route, AllClosed) else None
    says: list[Spoken] = [
        Say("closed.all", (("opens", MomentSpoken(opens, facts.now)),)) if opens else Say("closed.now")
    ]
    says.append(Say("emergency"))
    if duty:
        says.append(Say("closed.duty"))
    first: Window | None = facts.slots[0] if facts.slots else None
    if first is not None:
        says.append(Say("offer.slot", (("window", WindowSpoken(first.start, first.end, facts.now)),)))
    says.append(Say("menu.repeat_star"))
    return ask(step, "closed", facts, *says, tries=tries, topic=step.topic)


def closed_key(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    topic_id = step.topic or facts.rules.general_topic
    duty = facts.rules.duty_of(topic_id)
    match given:
        case Pressed("3") if duty:
            return dial_desk(
                step.go("closed", facts.nonce, topic=topic_id), DUTY, duty.numbers[0], "closed.duty_connecting", facts
            )
        case Pressed("1") if step.topic:
            return offer_callback(step, facts)
        case Pressed("1"):
            return topics(step.go("topic", facts.nonce, choice=PROMISE_ONLY), facts)
        case Pressed("*"):
            return closed(step, facts, step.tries)
    if step.tries < TRIES:
        return closed(step, facts, step.tries + 1)
    return silent_goodbye(step, facts)


def desk_over(step: Step, given: CallerInput, facts: Facts) -> Turn | Effect:
    """The outside desk has talked, or did not answer: then the offer."""
    if isinstance(given, DialEnded) and given.status in ("completed", "answered"):
        return Turn(step.language, (Hangup(),))
    if step.choice == DUTY:
        before = Say("closed.duty_no_answer")
    else:
        before = Say("number_desk.no_answer", (("department", DepartmentSpoken(step.choice)),))
    return offer_callback(step.go("topic", facts.nonce, choice=""), facts, before)
