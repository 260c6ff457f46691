"""The page of how the service runs: for administrators alone, in three languages; the board says what an alarm is."""

import pytest

from console.words import PAGE_LANGUAGES, page_words
from tests.web.console_rig import City
from tests.web.operations_rig import lively


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("sirpa", ("housing",), role="supervisor")
    empty.agent("olli", (), role="administrator")
    return empty


def test_only_an_administrator_sees_it(city: City) -> None:
    assert city.browser().get("/operations").status_code == 302
    assert city.signed_in("sirpa").get("/operations").status_code == 403
    assert "/console/operations" not in city.signed_in("sirpa").page("/line")
    assert "/console/operations" in city.signed_in("olli").page("/accounts")


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_quiet_house_says_so(city: City, language: str) -> None:
    olli, t = city.signed_in("olli"), page_words(language)
    olli.client.set_cookie("console_language", language)
    page = olli.page("/operations")
    for key in (
        "operations.alarms.none",
        "operations.complaints.none",
        "operations.test_calls.off",
        "ready.clock_never",
    ):
        assert t(key) in page, key


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_what_is_wrong_stands_in_words(city: City, language: str) -> None:
    lively(city)
    olli, t = city.signed_in("olli"), page_words(language)
    olli.client.set_cookie("console_language", language)
    page = olli.page("/operations")
    told = ("operations.state.degraded", "ready.clock_silent", "board.item.none_answered.about", "operations.goes_on")
    results = ("walked", "no_menu", "not_answered", "not_ordered")
    for key in (*told, "board.item.nothing_in.about", *(f"operations.result.{one}" for one in results)):
        assert t(key) in page, key
    assert t("operations.figure.not_ringing", count=3) in page
    assert t("operations.figure.silent", count=4, usual=15) in page
    assert page.count("11200</a>") == 1, "each code once, with how often"
    assert t("operations.clock", seconds=140) in page


def test_the_board_tells_supervisors_and_one_press_takes_it_off(city: City) -> None:
    lively(city)
    sirpa, t = city.signed_in("sirpa"), page_words("fi")
    page = sirpa.page("/line")
    assert t("board.item.none_answered") in page
    assert t("board.item.none_answered.about") in page
    assert sirpa.client.post("/console/items/it1/seen", data={"csrf_token": sirpa.word}).status_code == 303
    assert t("board.item.none_answered") not in sirpa.page("/line")
