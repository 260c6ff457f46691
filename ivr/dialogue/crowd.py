"""What is answered from memory while more callers ask than the machine carries: a longer music, and the door. Pure.

Nothing is decided about the caller, so nothing is lost: her next webhook is the same step again, in the same words'
language, with the same keys and the same moment of arrival.
"""

from dataclasses import replace

from ivr.caller_input import CallerInput, Silent
from ivr.dialogue import notices
from ivr.dialogue.asking import DEFAULT_LANGUAGE
from ivr.dialogue.line import CYCLE
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import Gather, Music, PhoneSpoken, Redirect, Say, Spoken, Turn
from routing_rules.model import LANGUAGES

SPARED_FROM = 1  # the level of adapters.load from which whoever waits hears music instead of her place
IN_FULL = 2  # turns of the wait that nobody is spared: where she stands, and the key to be rung back
IN_A_ROW = 3  # short turns, some 75 seconds; then the record is asked: a lost order is found, and the offers are heard
SPARED_SECONDS = 24  # of music, in place of eight
FIRST_SECONDS, LATER_SECONDS = 2, 16  # of music at the door, after the words; the first ones are long


def is_spared(level: int, step: Step, given: CallerInput) -> bool:
    """A turn of waiting whose words can wait: the next one in full speaks them, the offers too (``line``). A key is an
    answer: it is never spared, nor is what is asked once more (its key stands in the address)."""
    waits = step.name == "wait" and step.line != "" and given == Silent() and not step.again
    return waits and level >= SPARED_FROM and step.tries > IN_FULL and step.spared < IN_A_ROW


def music(step: Step, facts: Facts) -> Turn:
    """The keys count all along. What is told to her in full next is her place, her wait and what she can do instead."""
    following = step.go(
        "wait", facts.nonce, tries=_told_next(step.tries), choice=step.choice, spared=step.spared + 1
    )  # fmt: skip
    url = url_of(facts.base, following)
    return Turn(step.language, (Gather((Music(SPARED_SECONDS),), url, 1, timeout=1), Redirect(url)))


def _told_next(tries: int) -> int:
    """The turn at which place and wait are told: this one, or the first of the next cycle."""
    return tries + -(tries - 1) % CYCLE


def at_the_door(step: Step, facts: Facts) -> Turn:
    """In every language, for hers is not known yet: what is so and where help is; then, because no key is asked for
    here, the number for an urgent fault; then today's notices, all that most callers of such an hour want to hear."""
    following = step.go("incoming", facts.nonce, spared=step.spared + 1)
    again = Redirect(url_of(facts.base, following))
    if step.spared:
        thanks = tuple(Say("crowd.still", language=language) for language in LANGUAGES)
        return Turn(DEFAULT_LANGUAGE, (*thanks, Music(LATER_SECONDS), again))
    words = [Say(key, language=language) for language in LANGUAGES for key in ("crowd.first", "emergency")]
    return Turn(DEFAULT_LANGUAGE, (*words, *_urgent(facts), *_notices(facts), Music(FIRST_SECONDS), again))


def _urgent(facts: Facts) -> tuple[Spoken, ...]:
    """The city's own fault duty, day and night: a burst pipe cannot wait until she is let in."""
    duty = next((duty for duty in facts.rules.duties if duty.id == facts.rules.duty), None)
    if duty is None:
        return ()
    number = (("number", PhoneSpoken(duty.numbers[0])),)
    return tuple(Say("fallback.duty", number, language) for language in LANGUAGES)


def _notices(facts: Facts) -> tuple[Spoken, ...]:
    said = notices.general(facts)
    if not said:
        return ()
    return tuple(
        replace(say, language=language) for language in LANGUAGES for say in (*said, Say("notice.may_hang_up"))
    )
