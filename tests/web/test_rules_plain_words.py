"""The words of the rules' pages: one word for one thing, and one of a thing told as one."""

import re

import pytest

from console.words import page_words
from tests.web.console_rig import City
from tests.web.rules_forms import at_work, city_of_rules
from tests.web.test_rules_judged import streets_open_till_evening


def test_only_the_fault_duty_is_a_duty_in_finnish() -> None:
    on_duty = re.compile("päivystä|päivystäm", re.IGNORECASE)
    said = {key for key, words in page_words("fi").starting("rules.").items() if on_duty.search(words)}
    assert {key.removeprefix("rules.") for key in said} <= {"finding.urgent_without_duty"}


def test_ringing_back_has_one_word_in_swedish() -> None:
    assert not [key for key, words in page_words("sv").starting("").items() if "återsamtal" in words]


@pytest.mark.parametrize(("language", "words"), [("fi", "yksi muutos"), ("sv", "en ändring"), ("en", "one change")])
def test_one_change_is_told_as_one(empty: City, language: str, words: str) -> None:
    city = city_of_rules(empty)
    streets_open_till_evening(city, "tuesday", "wednesday", "thursday", "friday")
    browser = at_work(city, "olli")
    browser.client.set_cookie("console_language", language)
    page = browser.page("/rules/versions")
    assert f"· {words}<" in page
    assert "1 muutosta" not in page
