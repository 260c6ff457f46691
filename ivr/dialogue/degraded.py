"""What a caller hears when the record cannot be reached: never silence, never a promise (decision 24). Pure."""

from ivr.caller_input import CallerInput, DialEnded, Pressed
from ivr.dialogue.menus import DEFAULT_LANGUAGE, LANGUAGE_KEYS, topics
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import DialNumber, Hangup, Music, PhoneSpoken, Redirect, Say, Turn

LOST_MOMENTS = 5  # four seconds each


def turn(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """Menus go on from memory; whoever waits keeps waiting; everybody else is put through, or told the number."""
    language = step.language or DEFAULT_LANGUAGE
    step = step.go(step.name, facts.nonce, language=language, tries=step.tries)
    if step.name == "left" and step.tries <= LOST_MOMENTS:  # the record may be back in a moment: the place is not lost
        again = url_of(facts.base, step.go("left", facts.nonce, tries=step.tries + 1))
        return Turn(language, (Music(4), Redirect(again)))
    if step.name == "wait":
        again = url_of(facts.base, step.go("wait", facts.nonce, tries=step.tries, choice=step.choice))
        return Turn(language, (Music(8), Redirect(again)))
    if step.name == "language" and not isinstance(given, DialEnded):
        return _menu_or_person(step, given, facts)
    return person(step, given, facts)


def _menu_or_person(step: Step, given: CallerInput, facts: Facts) -> Turn:
    if isinstance(given, Pressed) and given.keys in LANGUAGE_KEYS:
        return topics(step.go("topic", facts.nonce, language=LANGUAGE_KEYS[given.keys]), facts)
    return person(step, given, facts)


def person(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """Put through to the fallback number; if that has been tried, the number is told with the 112 sentence."""
    number = _fallback_number(step, facts)
    if isinstance(given, DialEnded):
        if given.status in ("completed", "answered"):
            return Turn(step.language, (Hangup(),))
        said = (Say("degraded.number", (("number", PhoneSpoken(number)),)), Say("emergency"), Say("goodbye"))
        return Turn(step.language, (*said, Hangup()))
    over = url_of(facts.base, step.go("desk-over", facts.nonce, choice=_department(step, facts), line=""))
    return Turn(step.language, (Say("degraded.connecting"), DialNumber(number, over)))


def _department(step: Step, facts: Facts) -> str:
    known = {t.id: t.department for t in facts.rules.topics}
    return known.get(step.topic) or known[facts.rules.general_topic] or facts.rules.extended_desk


def _fallback_number(step: Step, facts: Facts) -> str:
    return facts.rules.department(_department(step, facts)).fallback_number
