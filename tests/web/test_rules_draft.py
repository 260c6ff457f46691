"""A supervisor edits a draft by its parts: what she writes is kept, what cannot be is refused at its field."""

import json
from typing import Any

import pytest

from routing_rules.document import parse
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, document, element, keeps, row, sends

NIGHT = {"name.fi": "Yö", "name.sv": "Natt", "name.en": "Night", "goal": "duty:faults", "when.wait_minutes": "15"}


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize(
    ("part", "element_id"),
    [
        ("topics", "housing"), ("topics", "water"), ("departments", "employment"), ("departments", "county"),
        ("duties", "faults"), ("rules", "youth-in-july"), ("examples", "youth-in-july"), ("limits", "limits"),
        ("city", "city"),
    ],
)  # fmt: skip
def test_a_form_that_is_saved_untouched_changes_nothing(
    city: City, seija: Browser, part: str, element_id: str, language: str
) -> None:
    if part in ("rules", "examples") and not document(city)[part]:
        pytest.skip("the sample has none")
    if part in ("rules", "examples"):
        element_id = document(city)[part][0]["id"]
    seija.client.set_cookie("console_language", language)
    before = document(city)
    page = seija.page(f"{DRAFT}/parts/{part}/{element_id}")
    assert keeps(seija, part, element_id, page).status_code == 303
    assert parse(json.dumps(document(city))) == parse(json.dumps(before))


def test_a_supervisor_writes_hours_as_she_says_them(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    monday = {"hours.week.monday": "8-12, 13 - 15.30", "fallback_number": "017 555 0110"}
    assert keeps(seija, "departments", "housing", page, **monday).status_code == 303
    housing = element(city, "departments", "housing")
    assert housing["hours"]["week"]["monday"] == ["08:00-12:00", "13:00-15:30"]
    assert housing["fallback_number"] == "+358175550110"
    assert housing["callbacks"] == next(
        one["callbacks"] for one in json.loads(rules_rig.sample_document())["departments"] if one["id"] == "housing"
    )
    assert "Tallennettu luonnokseen" in seija.page(f"{DRAFT}/parts/departments?saved=yes")


@pytest.mark.parametrize(
    ("part", "element_id", "fields", "told"),
    [
        ("departments", "housing", {"hours.week.monday": "kahdeksasta"}, "Kirjoita ajat näin"),
        ("departments", "housing", {"hours.week.monday": "15-8"}, "Loppu on ennen alkua"),
        ("departments", "housing", {"hours.week.monday": "8-12, 11-15"}, "päällekkäin"),
        ("departments", "housing", {"hours.week.monday": "8-25"}, "Kirjoita ajat näin"),
        ("departments", "housing", {"fallback_number": "112"}, "Kirjoita puhelinnumero"),
        ("departments", "housing", {"fallback_number": ""}, "Täytä tämä kohta"),
        ("departments", "housing", {"name.sv": " "}, "Täytä tämä kohta"),
        ("departments", "housing", {"languages": []}, "Valitse vähintään yksi"),
        ("departments", "housing", {"grace_minutes": "-1"}, "Luku ei käy"),
        ("departments", "housing", {"callbacks.capacity_share": "101"}, "Luku ei käy"),
        ("departments", "housing", {"staffing.fi.monday": "kolme"}, "aika ja henkilömäärä"),
        ("departments", "housing", {"hours.exceptional.rows": "9999"}, "Niitä on liikaa"),
        ("departments", "housing", {"hours.exceptional.0.from": "eilen"}, "Valitse päivä"),
        ("departments", "housing", {"hours.holidays.MayDay.how": "open"}, "Täytä tämä kohta"),
        ("topics", "housing", {"department": "nobody"}, "Tätä ei enää ole"),
        ("topics", "housing", {"key": "9"}, "Tätä ei enää ole"),
        ("topics", "housing", {"advice.fi": "x" * 401}, "Lyhennä enintään 400"),
        ("rules", "~new", {"name.fi": "Yö", "name.sv": "Natt", "name.en": "Night"}, "Täytä tämä kohta"),
        ("rules", "~new", {**NIGHT, "when.areas": "017"}, "Kirjoita numeron alku"),
        ("examples", "~new", {"at.clock": "25.00"}, "Kirjoita kellonaika"),
        ("notices", "~new", {"from": "huomenna"}, "Anna päivä ja kellonaika"),
        ("limits", "limits", {"requests_per_hour": "paljon"}, "Luku ei käy"),
        ("city", "city", {"allowed_countries": "Suomi"}, "maatunnus"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_is_lost(
    city: City, seija: Browser, part: str, element_id: str, fields: dict[str, Any], told: str
) -> None:
    page = seija.page(f"{DRAFT}/parts/{part}/{element_id}")
    answer = keeps(seija, part, element_id, page, **fields)
    assert answer.status_code == 422
    assert "Mitään ei tallennettu" in answer.text
    assert told in answer.text
    assert 'class="fault"' in answer.text
    assert row(city).revision == 1
    for written in fields.values():
        assert not isinstance(written, str) or not written.strip() or written in answer.text


def test_a_rule_is_added_moved_and_removed(city: City, seija: Browser) -> None:
    before = [one["id"] for one in document(city)["rules"]]
    assert sends(seija, f"{DRAFT}/parts/rules/~new", revision="1", **NIGHT).status_code == 303
    assert [one["id"] for one in document(city)["rules"]] == [*before, "yo"]
    assert element(city, "rules", "yo")["when"] == {"wait_minutes": 15}
    assert element(city, "rules", "yo")["duty"] == "faults"
    up = sends(seija, f"{DRAFT}/parts/rules/move", revision="2", element="yo", direction="up")
    assert up.headers["Location"].endswith("moved=yo&direction=up")
    moved = [one["id"] for one in document(city)["rules"]]
    assert moved == ([*before[:-1], "yo", before[-1]] if before else ["yo"])
    assert sends(seija, f"{DRAFT}/parts/rules/yo/remove", revision=str(row(city).revision)).status_code == 303
    assert [one["id"] for one in document(city)["rules"]] == before


def test_a_topic_passes_its_neighbour_in_the_same_menu(city: City, seija: Browser) -> None:
    sends(seija, f"{DRAFT}/parts/topics/move", revision="1", element="building-permits", direction="up")
    menu = [t["id"] for t in document(city)["topics"] if t.get("parent") == "housing-building-water"]
    assert menu[:2] == ["building-permits", "housing"]


def test_the_citys_own_words_stand_beside_the_built_in_ones(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/announcements/line.still_waiting")
    assert "Kiitos, että odotat." in page
    assert "Tack för att du väntar" in page
    own = {"words.fi": "Vielä hetki.", "words.sv": "En stund till.", "words.en": "A moment more."}
    assert sends(seija, f"{DRAFT}/parts/announcements/line.still_waiting", revision="1", **own).status_code == 303
    assert document(city)["announcements"]["line.still_waiting"]["fi"] == "Vielä hetki."
    sends(seija, f"{DRAFT}/parts/announcements/line.still_waiting/remove", revision="2")
    assert document(city)["announcements"] == {}
    assert seija.get(f"{DRAFT}/parts/announcements/no.such").status_code == 404


def test_what_does_not_exist_is_not_found(seija: Browser) -> None:
    for path in ("/rules/drafts/d9", f"{DRAFT}/parts/weather", f"{DRAFT}/parts/topics/none", "/rules/versions/9",
                 "/rules/versions/x", "/rules/hours/nowhere", f"{DRAFT}/file.exe"):  # fmt: skip
        assert seija.get(path).status_code == 404, path


def test_the_document_goes_home_and_comes_back_the_same(city: City, seija: Browser) -> None:
    for form in ("yaml", "json"):
        file = seija.get(f"{DRAFT}/file.{form}")
        assert f'filename="rules-draft-1.{form}"' in file.headers["Content-Disposition"]
        assert parse(file.text) == parse(row(city).document)
    text = seija.get(f"{DRAFT}/file.yaml").text.replace("grace_minutes: 10", "grace_minutes: 15")
    assert sends(seija, f"{DRAFT}/text", revision="1", text=text).status_code == 303
    assert element(city, "departments", "housing")["grace_minutes"] == 15


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Valitse tiedosto"),
        ("departments: [", "ei ole YAML- eikä JSON-muotoa"),
        ("just words", "puuttuvat nimetyt kentät"),
        ("city: {fi: a}\n", "Kenttä puuttuu. Lisää se."),
        ("a: 1\na: 2\n", "samassa kohdassa kahdesti"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_place_reason_and_mend(
    city: City, seija: Browser, text: str, told: str
) -> None:
    answer = sends(seija, f"{DRAFT}/text", revision="1", text=text)
    assert answer.status_code == 422
    assert told in answer.text
    assert row(city).revision == 1
