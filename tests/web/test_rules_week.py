"""Week and Calendar: what a supervisor reads of the days to come, and what is refused in words."""

from datetime import timedelta

import pytest

from console.words import page_words
from ivr.heard import reachable
from tests.web.console_rig import Browser, City
from tests.web.test_rules_try import asks, city, reader, shown, sirpa

__all__ = ["city", "reader", "sirpa"]  # fixtures


# --- Week ---------------------------------------------------------------------------------------------------------


def test_the_week_of_a_topic_at_a_glance(reader: Browser) -> None:
    page = shown(reader.page("/rules/week?topic=parking&language=fi&first=2026-11-30"))
    assert "Pysäköinti ja virhemaksut, suomi, ma 30.11.2026 – su 6.12.2026" in page
    assert "8.00–15.30 auki" in page
    assert "ilta- ja viikonloppuneuvonta" in page
    assert "itsenäisyyspäivä" in page


def test_the_whole_city_and_the_neighbouring_weeks(city: City, sirpa: Browser) -> None:
    page = sirpa.page("/rules/week?first=2026-11-30")
    assert "Koko kaupunki" in page
    assert "first=2026-11-23" in page
    assert "first=2026-12-07" in page
    topics = len(reachable(city.services.rules.current()))
    assert page.count('<svg class="bar"') == 7 + 7 * topics
    assert "style=" not in page  # the page allows no inline style


def test_the_day_the_clocks_change_says_so(reader: Browser) -> None:
    assert "Kelloja siirretään" in reader.page("/rules/week?first=2027-03-22")
    assert "Kelloja siirretään" not in reader.page("/rules/week?first=2027-03-29")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("first=2026-02-30", "Anna päivä"),
        ("first=9999-12-31", "Anna päivä"),
        ("first=", "Anna päivä"),
        ("topic=volcano", "Tätä aihetta ei säännöissä ole"),
        ("topic=" + "x" * 5_000, "Tätä aihetta ei säännöissä ole"),
        ("language=de", "Valitse kieli"),
    ],
)
def test_a_week_that_cannot_be_shown(reader: Browser, query: str, told: str) -> None:
    answer = reader.get(f"/rules/week?{query}")
    assert answer.status_code == 422
    assert told in answer.text


@pytest.mark.parametrize("first", ["2000-01-01", "2199-12-31"])
def test_the_ends_of_the_calendar_are_shown(reader: Browser, first: str) -> None:
    assert reader.get(f"/rules/week?first={first}").status_code == 200
    assert reader.get(f"/rules/calendar?year={first[:4]}").status_code == 200
    asks(reader, at=f"{first}T23:59")


# --- Calendar -----------------------------------------------------------------------------------------------------


def test_the_eighteen_holidays_in_three_languages(reader: Browser) -> None:
    page = shown(reader.page("/rules/calendar?year=2027&department=housing"))
    for code in ("fi", "sv", "en"):
        names = [words for key, words in page_words(code).starting("holiday.").items()]
        assert len(names) == 18
        assert [name for name in names if name not in page] == []
    assert "pe 26.3.2027" in page  # Good Friday
    assert "28.6.2027 – pe 30.7.2027" in page  # housing's summer


def test_the_next_days_as_residents_hear_them(city: City, sirpa: Browser) -> None:
    page = shown(sirpa.page("/rules/calendar?department=housing"))
    assert "Asumisen palvelu on avoinna tänään kello kahdeksan ja viidentoista välillä." in page
    assert "Boendetjänsten är öppen i dag mellan klockan åtta och femton." in page
    assert "The housing service is closed all day. The service opens on Monday at eight in the morning." in page
    city.clock.passes(timedelta(hours=8).total_seconds())
    sirpa.signs_in("sirpa")
    assert "avoinna tänään" not in sirpa.page("/rules/calendar?department=housing")  # over for today


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("year=9999", "Anna vuosi"),
        ("year=0", "Anna vuosi"),
        ("year=" + "2" * 9_000, "Anna vuosi"),
        ("year=²⁰²⁶", "Anna vuosi"),
        ("department=volcano", "Tätä palvelua ei säännöissä ole"),
    ],
)
def test_a_calendar_that_cannot_be_shown(reader: Browser, query: str, told: str) -> None:
    answer = reader.get(f"/rules/calendar?{query}")
    assert answer.status_code == 422
    assert told in answer.text
