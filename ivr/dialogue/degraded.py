"""What a caller hears when the record cannot be reached: never silence, never a promise. Pure.

The rules, the notices and the words are in memory: menus, information, partners and the fault duty go on as ever.
Whoever would need the record (the line, a promise, a message) is put through, or told a number.
"""

from dataclasses import replace

from ivr.caller_input import ONE_KEY, CallerInput, DialEnded, Pressed, Silent
from ivr.dialogue import closed, duty, menus, notices, partner, routes
from ivr.dialogue.asking import DEFAULT_LANGUAGE, LANGUAGE_KEYS, TRIES, ask, prefaced, unheard
from ivr.dialogue.recording_notice import NO, says_no
from ivr.dialogue.told import silent_goodbye
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import DialNumber, Gather, Hangup, Music, PhoneSpoken, Redirect, Say, Turn
from routing_rules.decide import all_closed
from routing_rules.routes import Information, ToDuty, ToPartner

LOST_MOMENTS = 5  # four seconds each
MOMENTS = 2  # two seconds and four: with the waits between them eight, then a person is better than more music
OWN_MOMENTS = frozenset({"left", "recording", "talk-over", "wait"})
ROOM_FAILED = "failed"  # step.choice of "talk-over": how her Dial has ended, which a redirect does not tell
TALKED = ("completed", "answered")


def turn(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """Menus go on from memory; whoever waits keeps waiting; everybody else is put through, or told the number."""
    language, facts = step.language or DEFAULT_LANGUAGE, replace(facts, can_text=False)
    step = step.go(step.name, facts.nonce, language=language, tries=step.tries)
    if step.name == "left" and step.tries <= LOST_MOMENTS:  # the record may be back in a moment: the place is not lost
        return _once_more(step, facts, 4)
    if step.name == "recording" and step.tries <= LOST_MOMENTS:  # her word waits with her, before the line
        return _once_more(step, facts, 4, NO if says_no(step, given) else "")
    if step.name == "wait":  # her keys count all along: what the record does not take now it takes a moment later
        again = url_of(facts.base, step.go("wait", facts.nonce, tries=step.tries, choice=step.choice))
        return Turn(language, (Gather((Music(8),), again, 1, timeout=1), Redirect(again)))
    if step.name == "talk-over":
        return _after_a_talk(step, given, facts)
    return _from_memory(step, given, facts) or person(step, given, facts)


def _after_a_talk(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """She may be on her way to a colleague, or in the line again: the record is asked about her twice more, then she
    hears goodbye. She is never hung up on without a word."""
    if step.tries > MOMENTS:
        return Turn(step.language, (Say("thanks_goodbye"), Hangup()))
    return _once_more(step, facts, 2 if step.tries == 1 else 4, ROOM_FAILED if given == DialEnded("failed") else "")


def _once_more(step: Step, facts: Facts, seconds: int, choice: str | None = None) -> Turn:
    """The same step after some music; ``choice``: what she did, where the address is to tell it instead."""
    told = step.choice if choice is None else choice
    again = url_of(facts.base, step.go(step.name, facts.nonce, tries=step.tries + 1, choice=told))
    return Turn(step.language, (Music(seconds), Redirect(again)))


def is_asked_again(step: Step, given: CallerInput) -> bool:
    """Where the record is held the same is asked of it in a moment: nobody need hear nothing for long. What is asked
    only once is waited for as long as by anybody."""
    return step.name in OWN_MOMENTS or _that_rides_along(given) is not None


def done_before(step: Step, given: CallerInput) -> CallerInput:
    """What she did when this was asked for the first time, as it rides along in the address."""
    if given != Silent():
        return given
    if step.again and step.pressed in ONE_KEY:
        return Pressed(step.pressed)
    room_failed = step.name == "talk-over" and step.tries > 1 and step.choice == ROOM_FAILED
    return DialEnded("failed") if room_failed else given


def in_a_moment(step: Step, given: CallerInput, base: str) -> Turn | None:
    """Others hold the record, and she has waited for them in silence as long as anybody should: the same question to
    it in a moment, under the same receipt. None: that was in vain, or what she did cannot ride along in an address
    (a number that was keyed in, how a recording or a dial ended), or the step has its own way to wait: but the line's
    music must not swallow her key."""
    key = _that_rides_along(given)
    if step.again >= MOMENTS or key is None:
        return None
    if step.name in OWN_MOMENTS and not (step.name == "wait" and key):
        return None
    following = url_of(base, replace(step, again=step.again + 1, pressed=key))
    words = () if step.again else (Say("degraded.moment"),)
    chosen = LANGUAGE_KEYS.get(key) if step.name == "language" else None
    language = step.language or chosen or DEFAULT_LANGUAGE
    return Turn(language, (*words, Music(4 if step.again else 2), Redirect(following)))


def _that_rides_along(given: CallerInput) -> str | None:
    if isinstance(given, Pressed) and given.keys in ONE_KEY:
        return given.keys
    return "" if given == Silent() else None


def _from_memory(step: Step, given: CallerInput, facts: Facts) -> Turn | None:
    """The steps that lead somewhere without the record; None: somebody must be rung."""
    match step.name:
        case "language":
            return _language(step, given, facts)
        case "topic":
            return _topic(step, given, facts)
        case "closed":
            return _closed_key(step, given, facts)
        case "duty-over":
            return _duty_over(step, given, facts)
        case "partner" | "information":
            return _asked_again(step, given, facts)
        case "desk-over" if duty.was_called(step):
            return _duty_over(step, given, facts)
        case "desk-over" if partner.is_partner(step.choice, facts) and not _talked(given):
            return _turn(partner.unanswered(step, facts))
    return None


def _language(step: Step, given: CallerInput, facts: Facts) -> Turn | None:
    if not (isinstance(given, Pressed) and given.keys in LANGUAGE_KEYS):
        return None
    step = step.go("topic", facts.nonce, language=LANGUAGE_KEYS[given.keys])
    first = _closed(step, facts) if all_closed(facts.rules, facts.now) else menus.topics(step, facts)
    return _turn(prefaced(first, *notices.general(facts)))


def _topic(step: Step, given: CallerInput, facts: Facts) -> Turn | None:
    """A branch, and a leaf that needs nobody's record: information, a partner, the fault duty; else its own desk."""
    chosen = menus.chosen_topic(step, given, facts.rules)
    if chosen is None:
        return _turn(menus.topic(step, given, facts)) if step.tries < TRIES or given == Pressed("*") else None
    if facts.rules.children(chosen):
        return _turn(menus.topic(step, given, facts))
    step = step.go("topic", facts.nonce, topic=chosen)
    if isinstance(routes.here(step, facts), Information | ToPartner | ToDuty):
        return _turn(routes.routed(step, chosen, facts))
    closed_now = all_closed(facts.rules, facts.now)
    said = _closed(step, facts) if closed_now else person(step, given, facts)
    return _turn(prefaced(said, *notices.about(chosen, facts)))


def _closed(step: Step, facts: Facts, tries: int = 1, *before: Say) -> Turn:
    """Without a time that could be kept, and without a message that might be lost."""
    says = (*before, *closed.told(step, facts), Say("menu.repeat_star"))
    return ask(step, "closed", facts, *says, tries=tries, choice="")


def _closed_key(step: Step, given: CallerInput, facts: Facts) -> Turn:
    service = facts.rules.duty_of(step.topic or facts.rules.general_topic)
    if given == Pressed("3") and service is not None:
        return duty.called(step, service, facts)
    if given == Pressed("*"):
        return _closed(step, facts, step.tries)
    if step.tries < TRIES:
        return _closed(step, facts, step.tries + 1, unheard(given))
    return silent_goodbye(step, facts)


def _duty_over(step: Step, given: CallerInput, facts: Facts) -> Turn:
    said = duty.over(step, given, facts)
    return said if isinstance(said, Turn) else duty.unreachable(step, facts)


def _asked_again(step: Step, given: CallerInput, facts: Facts) -> Turn | None:
    """What these menus answer themselves: a number that cannot be texted now is told. Whoever wants a person, or is
    not understood, gets the city's own: never the number of whom she did not choose, nor a promise or a message."""
    if not isinstance(routes.here(step, facts), Information | ToPartner):
        return None
    if step.name == "information":
        said = _turn(routes.information_key(step, given, facts))
    else:
        said = _turn(partner.key(step, Pressed("3") if given == Pressed("2") else given, facts))
    return said if said is not None and _stays(said, step) else _general(step, given, facts)


def _stays(said: Turn, step: Step) -> bool:
    first = said.instructions[0]
    return not isinstance(first, Gather) or f"/voice/step/{step.name}?" in first.action


def _general(step: Step, given: CallerInput, facts: Facts) -> Turn:
    step = step.go("topic", facts.nonce, topic=facts.rules.general_topic, choice="")
    return _closed(step, facts) if all_closed(facts.rules, facts.now) else person(step, given, facts)


def _turn(said: object) -> Turn | None:
    return said if isinstance(said, Turn) else None


def _talked(given: CallerInput) -> bool:
    return isinstance(given, DialEnded) and given.status in TALKED


def person(step: Step, given: CallerInput, facts: Facts) -> Turn:
    """Put through to the fallback number; if that has been tried, the number is told with the 112 sentence."""
    number = _fallback_number(step, facts)
    if isinstance(given, DialEnded):
        if _talked(given):
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
