"""What a check of the rules is told of the rest of the service, which the rules do not know: speech and numbers."""

from collections.abc import Mapping

from callbacks.model import Refused
from callbacks.numbers import callable_number, takes_texts
from ivr.speech.announcements import Announcements
from routing_rules.checking.model import Numbers


def known_announcements(announcements: Announcements) -> Mapping[str, frozenset[str]]:
    """Every key that can be spoken, with its placeholders."""
    return {key: announcements.placeholders(key) for key in announcements.spoken_keys()}


def known_numbers(own_numbers: frozenset[str]) -> Numbers:
    """``own_numbers``: the city's, so that no desk leads back to the one number."""

    def refusal(number: str, countries: tuple[str, ...]) -> str | None:
        found = callable_number(number, own_numbers, countries)
        return found.reason if isinstance(found, Refused) else None

    return Numbers(refusal, takes_texts)
