"""What every menu shares: the languages, the question for one key, and words put before a turn. Pure."""

from dataclasses import replace

from ivr.caller_input import CallerInput, Pressed
from ivr.effects import Effect
from ivr.facts import Facts
from ivr.step_url import Step, url_of
from ivr.turn import Gather, Say, Spoken, Turn
from routing_rules.model import LANGUAGES, Language

LANGUAGE_KEYS: dict[str, Language] = {"1": "fi", "2": "sv", "3": "en"}
DEFAULT_LANGUAGE: Language = "fi"
TRIES = 2


def spoken_in(step: Step) -> Language:
    return next((language for language in LANGUAGES if language == step.language), DEFAULT_LANGUAGE)


def ask(step: Step, name: str, facts: Facts, *spoken: Spoken, **changes: object) -> Turn:
    """A menu of one key that leads to step ``name``; silence leads there too."""
    to = step.go(name, facts.nonce, **changes)
    return Turn(step.language or DEFAULT_LANGUAGE, (Gather(spoken, url_of(facts.base, to)),))


def unheard(given: CallerInput) -> Say:
    """Why the options are told again: a key without an option, or none at all."""
    return Say("menu.not_understood" if isinstance(given, Pressed) else "menu.silent")


def prefaced(said: Turn | Effect, *before: Say) -> Turn | Effect:
    """The same turn with words before it, inside its question where it begins with one: a key then ends them too.

    An effect has no words yet; what must be heard before the line is said where the line is entered.
    """
    if not isinstance(said, Turn) or not before:
        return said
    first, *others = said.instructions
    if isinstance(first, Gather):
        return replace(said, instructions=(replace(first, spoken=(*before, *first.spoken)), *others))
    return replace(said, instructions=(*before, *said.instructions))
