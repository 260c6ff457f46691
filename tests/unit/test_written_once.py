"""A menu that is kept says the same as one that is written anew, each time with its own URL."""

from dataclasses import replace

import pytest

from ivr.step_url import Step, url_of
from ivr.turn import (
    DigitsSpoken,
    Gather,
    Hangup,
    KeySpoken,
    Music,
    PhoneSpoken,
    Redirect,
    Say,
    Spoken,
    TopicSpoken,
    Turn,
    WindowSpoken,
    WordsSpoken,
)
from ivr.twiml import CallerIds, Urls, render
from ivr.written_once import Pages
from tests.support.clock import TUESDAY
from tests.support.services import BASE, CITY, sample_rules, words

URLS = Urls(BASE, CallerIds(CITY))
OPTION = Say("menu.option", (("topic", TopicSpoken("housing")), ("key", KeySpoken("1"))))


def a_promise(code: str, hour: int = 9, language: str = "fi") -> Turn:
    window = WindowSpoken(TUESDAY.replace(hour=hour), TUESDAY.replace(hour=hour + 2), TUESDAY)
    told = Say("promise.told", (("about", TopicSpoken("housing", "about")), ("window", window)))
    code_said = Say("promise.code", (("code", DigitsSpoken(code)),))
    number = Say("promise.from_number", (("number", PhoneSpoken(CITY)),))
    return Turn(language, (Say("thanks"), told, code_said, number, Say("promise.may_hang_up"), Hangup()))


def a_menu(nonce: str, *spoken: Spoken, digits: int | None = 1) -> Turn:
    return Turn("fi", (Gather(spoken, url_of(BASE, Step("topic", "fi", nonce=nonce, choice='a&b<"')), digits),))


@pytest.mark.parametrize(
    "turn",
    [
        a_menu("n1", OPTION, Say("menu.repeat_star")),
        a_menu("n1", Say("number.key_in"), digits=None),
        a_menu("n1", Say("promise.code", (("code", DigitsSpoken("123456")),))),
        a_menu("n1", OPTION, Music(4)),
        a_promise("123456"),
        a_promise("123456", language="sv"),
        Turn("fi", (Say("promise.code", (("code", DigitsSpoken("123456")),), language="en"), Hangup())),
        Turn("fi", (Say("notice.words", (("words", WordsSpoken((("fi", "a & b"),))),)), Hangup())),
        Turn("fi", (Redirect(url_of(BASE, Step("wait", "fi", nonce="n1"))),)),
    ],
    ids=[
        "menu",
        "digits",
        "a value of one caller",
        "music",
        "promise",
        "promise in Swedish",
        "another language",
        "words of a notice",
        "no menu",
    ],
)
def test_what_is_kept_is_what_would_be_written(turn: Turn) -> None:
    pages = Pages(words(), URLS)
    anew = render(turn, words(), sample_rules(), URLS)
    assert [pages.written(turn, sample_rules()) for _ in range(2)] == [anew, anew]


def test_each_caller_gets_her_own_url_and_her_own_language() -> None:
    pages = Pages(words(), URLS)
    first, second = (pages.written(a_menu(nonce, OPTION), sample_rules()) for nonce in ("n1", "n2"))
    assert "n=n1" in first
    assert first.replace("n=n1", "n=n2") == second
    swedish = Turn("sv", a_menu("n1", OPTION).instructions)
    assert pages.written(swedish, sample_rules()) == render(swedish, words(), sample_rules(), URLS)


def test_each_caller_hears_her_own_promise() -> None:
    """One document is kept for all of them, and nothing of theirs stands in it."""
    pages = Pages(words(), URLS)
    for turn in (a_promise("123456"), a_promise("654321"), a_promise("123456", 13), a_promise("000000", language="en")):
        assert pages.written(turn, sample_rules()) == render(turn, words(), sample_rules(), URLS)


def test_a_kept_menu_never_outlives_its_ruleset() -> None:
    pages, rules = Pages(words(), URLS), sample_rules()
    menu = a_menu("n1", OPTION)
    pages.written(menu, rules)
    renamed = {**rules.topic("housing").spoken, "fi": "kattoasiat"}
    topics = tuple(replace(topic, spoken=renamed) if topic.id == "housing" else topic for topic in rules.topics)
    other = replace(rules, topics=topics)
    assert "kattoasiat" in pages.written(menu, other)
