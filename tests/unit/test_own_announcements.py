"""The city's own words for an announcement: spoken in place of the service's, with its values; never a broken call."""

from dataclasses import replace

import pytest

from ivr.turn import KeySpoken, Say, Turn
from ivr.twiml import render
from routing_rules.model import Ruleset
from tests.unit.dialogue_walk import HELSINKI, rules, words
from tests.unit.test_dialogue_anything import URLS

VALUES = (("key", KeySpoken("3")),)


def own(key: str, sentence: str) -> Ruleset:
    return replace(rules(), announcements={key: {"fi": sentence, "sv": sentence, "en": sentence}})


def test_the_citys_own_words_are_spoken() -> None:
    said = words().text("menu.message", "fi", VALUES, own("menu.message", "{city}: viesti, {key}."), HELSINKI)
    assert said == "Kuopion kaupunki: viesti, kolme."
    assert words().text("menu.message", "fi", VALUES, rules(), HELSINKI) != said


@pytest.mark.parametrize(
    "sentence", ["{", "{name}", "{0}", "{key.real}", "{}", "{key:9999}", "{key:{city}}", "{key!r}"]
)
def test_a_sentence_that_would_end_the_call_is_not_spoken(sentence: str) -> None:
    """The check stops it; a document that was published before it knew may still hold it."""
    plain = words().text("menu.message", "fi", VALUES, rules(), HELSINKI)
    assert words().text("menu.message", "fi", VALUES, own("menu.message", sentence), HELSINKI) == plain


def test_a_recording_is_not_played_where_the_city_says_something_else() -> None:
    recorded = replace(words(), sounds=frozenset({"sv/emergency.wav"}))
    turn = Turn("sv", (Say("emergency"),))
    assert "emergency.wav" in render(turn, recorded, rules(), URLS)
    said = render(turn, recorded, own("emergency", "Ring ett ett två."), URLS)
    assert "emergency.wav" not in said
    assert "Ring ett ett två." in said
