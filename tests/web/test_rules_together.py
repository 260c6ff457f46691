"""Two supervisors at one draft: the second is told, sees both sides, and nothing is overwritten in silence."""

import pytest
from werkzeug.test import TestResponse

from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, document, element, keeps, row, sends


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


def test_the_second_is_told_who_else_works_on_the_draft(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    assert seija.get(f"{DRAFT}/news.json?revision=1").get_json() == {"newer": False}
    keeps(seija, "departments", "housing", page, grace_minutes="12")
    olli = at_work(city, "olli")
    assert "Seija Virtanen muokkaa myös tätä luonnosta" in olli.page(DRAFT)
    assert "muokkaa myös tätä luonnosta" not in seija.page(DRAFT)
    assert olli.get(f"{DRAFT}/news.json?revision=1").get_json() == {"newer": True}
    city.clock.passes(601)
    assert "muokkaa myös tätä luonnosta" not in olli.page(DRAFT)


def test_two_who_change_different_elements_both_keep_their_work(city: City, seija: Browser) -> None:
    olli = at_work(city, "olli")
    hers = seija.page(f"{DRAFT}/parts/departments/housing")
    his = olli.page(f"{DRAFT}/parts/departments/streets")
    assert keeps(olli, "departments", "streets", his, grace_minutes="20").status_code == 303
    assert keeps(seija, "departments", "housing", hers, grace_minutes="12").status_code == 303
    assert element(city, "departments", "streets")["grace_minutes"] == 20
    assert element(city, "departments", "housing")["grace_minutes"] == 12


def conflict(city: City, seija: Browser) -> TestResponse:
    """Olli has set the grace to 20 and the overload to 30; she sets the grace to 12 and the fallback number."""
    olli = at_work(city, "olli")
    hers = seija.page(f"{DRAFT}/parts/departments/housing")
    his = olli.page(f"{DRAFT}/parts/departments/housing")
    his_fields = {"grace_minutes": "20", "overload_wait_minutes": "30"}
    assert keeps(olli, "departments", "housing", his, **his_fields).status_code == 303
    return keeps(seija, "departments", "housing", hers, grace_minutes="12", fallback_number="017 555 0111")


def test_the_second_sees_both_sides_and_nothing_is_overwritten(city: City, seija: Browser) -> None:
    answer = conflict(city, seija)
    assert answer.status_code == 409
    assert "Olli Virtanen muutti samaa kohtaa" in answer.text
    assert element(city, "departments", "housing")["grace_minutes"] == 20
    proposed = filled(answer.text)
    assert proposed["take.overload_wait_minutes"] == ["theirs"]  # only he has changed it
    assert proposed["take.fallback_number"] == ["mine"]  # only she has
    assert "take.grace_minutes" not in proposed  # both have: she says
    undecided = sends(seija, f"{DRAFT}/parts/departments/housing/choose", **proposed)
    assert undecided.status_code == 422
    assert "Valitse joka kohdasta" in undecided.text
    assert "notice-problem" in undecided.text
    assert filled(undecided.text) == proposed  # what was proposed still is
    swapped = {**proposed, "take.fallback_number": "theirs"}
    again = sends(seija, f"{DRAFT}/parts/departments/housing/choose", **swapped)
    assert filled(again.text)["take.fallback_number"] == ["theirs"]  # and what she picked stands
    assert element(city, "departments", "housing")["grace_minutes"] == 20


@pytest.mark.parametrize(
    ("picks", "grace", "overload", "fallback"),
    [
        ({"take.grace_minutes": "mine"}, 12, 30, "+358175550111"),
        ({"take.grace_minutes": "theirs"}, 20, 30, "+358175550111"),
        ({"all": "mine"}, 12, 45, "+358175550111"),
        ({"all": "theirs"}, 20, 30, "+358175550110"),
    ],
)
def test_she_takes_hers_theirs_or_each_by_each(
    city: City, seija: Browser, picks: dict[str, str], grace: int, overload: int, fallback: str
) -> None:
    proposed = filled(conflict(city, seija).text)
    answer = sends(seija, f"{DRAFT}/parts/departments/housing/choose", **{**proposed, **picks})
    assert answer.status_code == 303
    housing = element(city, "departments", "housing")
    found = (housing["grace_minutes"], housing["overload_wait_minutes"], housing["fallback_number"])
    assert found == (grace, overload, fallback)


def test_an_element_that_another_has_removed_comes_back_only_if_she_wants(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/duties/water")
    olli = at_work(city, "olli")
    sends(olli, f"{DRAFT}/parts/duties/water/remove", revision="1")
    answer = keeps(seija, "duties", "water", page, alarm_number="")
    assert answer.status_code == 409
    assert "poisti tämän sillä välin" in answer.text
    assert not any(one["id"] == "water" for one in document(city)["duties"])
    sends(seija, f"{DRAFT}/parts/duties/water/choose", **filled(answer.text), all="mine")
    assert element(city, "duties", "water")["numbers"]


def test_a_list_that_has_changed_meanwhile_is_shown_anew(city: City, seija: Browser) -> None:
    before = document(city)
    answer = sends(seija, f"{DRAFT}/parts/topics/move", revision="7", element="housing", direction="down")
    assert answer.status_code == 409
    assert "Mitään ei korvattu" in answer.text
    assert document(city) == before


# --- the whole document as text -----------------------------------------------------------------------------------


def overtaken_text(city: City, seija: Browser) -> dict[str, list[str]]:
    """Her text, the grace at 15, made before Olli has set the overload of the same department to 30."""
    hers = filled(seija.page(f"{DRAFT}/text"))
    hers["text"] = [hers["text"][0].replace("grace_minutes: 10", "grace_minutes: 15")]
    olli = at_work(city, "olli")
    his = olli.page(f"{DRAFT}/parts/departments/housing")
    assert keeps(olli, "departments", "housing", his, overload_wait_minutes="30").status_code == 303
    return hers


@pytest.mark.parametrize("broken", ["departments: [", ""])
def test_a_text_refused_after_anothers_saving_still_knows_what_it_was_made_from(
    city: City, seija: Browser, broken: str
) -> None:
    hers = overtaken_text(city, seija)
    refused = sends(seija, f"{DRAFT}/text", **{**hers, "text": broken})
    assert refused.status_code == 422
    assert filled(refused.text)["revision"] == ["1"]
    mended = {**filled(refused.text), "text": hers["text"]}
    assert sends(seija, f"{DRAFT}/text", **mended).status_code == 409
    assert element(city, "departments", "housing")["overload_wait_minutes"] == 30


def test_a_text_replaces_anothers_work_only_once_she_has_seen_what(city: City, seija: Browser) -> None:
    answer = sends(seija, f"{DRAFT}/text", **overtaken_text(city, seija))
    assert answer.status_code == 409
    assert "45, ei enää 30" in answer.text  # his, which her text would put back
    assert "15, ei enää 10" in answer.text  # hers
    assert row(city).revision == 2
    assert sends(seija, f"{DRAFT}/text", **filled(answer.text)).status_code == 303
    assert element(city, "departments", "housing")["overload_wait_minutes"] == 45
    assert element(city, "departments", "housing")["grace_minutes"] == 15
