"""A supervisor changes the rules by forms: draft, check, publish, roll back; nothing is overwritten in silence."""

import json
from typing import Any, cast

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from adapters.schema import agent, audit_event, rules_draft, rules_plan, ruleset
from routing_rules.document import parse
from tests.web import rules_rig
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled, ticks

DRAFT = "/rules/drafts/d1"
NIGHT = {"name.fi": "Yö", "name.sv": "Natt", "name.en": "Night", "goal": "duty:faults", "when.wait_minutes": "15"}


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("olli", (), role="administrator")
    empty.agent("sirpa", ("housing",), role="supervisor")
    empty.agent("seija", ("housing",), role="supervisor")
    empty.change(agent, agent.c.id == "a_seija", owns_rules=True)
    rules_rig.published(empty)
    rules_rig.draft(empty)
    return empty


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


def at_work(city: City, name: str) -> Browser:
    browser = city.signed_in(name)
    browser.page("/rules")
    return browser


def sends(browser: Browser, path: str, **fields: Any) -> TestResponse:
    return browser.client.post(f"/console{path}", data={"csrf_token": browser.word, **fields})


def document(city: City) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(row(city).document))


def row(city: City) -> Any:
    columns = (rules_draft.c.document, rules_draft.c.revision, rules_draft.c.state, rules_draft.c.changed_by)
    return city.one(*columns, where=rules_draft.c.id == "d1")


def element(city: City, part: str, element_id: str) -> dict[str, Any]:
    return next(one for one in document(city)[part] if one["id"] == element_id)


def keeps(browser: Browser, part: str, element_id: str, page: str, **fields: Any) -> TestResponse:
    """The form of the page, with some fields written anew."""
    return sends(browser, f"{DRAFT}/parts/{part}/{element_id}", **{**filled(page), **fields})


# --- a draft by its parts -----------------------------------------------------------------------------------------


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


# --- two at once --------------------------------------------------------------------------------------------------


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


# --- the whole document -------------------------------------------------------------------------------------------


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
        ("departments: [", "mend it here"),
        ("just words", "must be a group of named fields"),
        ("city: {fi: a}\n", "is missing; add it"),
        ("a: 1\na: 2\n", "stands twice"),
    ],
)
def test_a_document_that_cannot_be_read_is_refused_with_place_reason_and_mend(
    city: City, seija: Browser, text: str, told: str
) -> None:
    answer = sends(seija, f"{DRAFT}/text", revision="1", text=text)
    assert answer.status_code == 422
    assert told in answer.text
    assert row(city).revision == 1


# --- check, publish, plan, roll back ------------------------------------------------------------------------------


def changed(city: City, seija: Browser, grace: str = "12") -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    assert keeps(seija, "departments", "housing", page, grace_minutes=grace).status_code == 303


def publishes(city: City, seija: Browser, **fields: Any) -> TestResponse:
    ticked = ticks(seija.page(f"{DRAFT}/check"))
    form = {"revision": str(row(city).revision), "reason": "Kokous päätti", "ticked": ticked, **fields}
    return sends(seija, f"{DRAFT}/publish", **form)


def test_what_changes_is_said_before_it_is_published(city: City, seija: Browser) -> None:
    assert "Mikään ei muutu" in seija.page(f"{DRAFT}/check")
    changed(city, seija)
    page = seija.page(f"{DRAFT}/check")
    assert "Palvelu: Asuminen ja rakentaminen" in page
    assert "Sulkemisen jälkeen palvellaan vielä (min): 12, ei enää 10." in page
    assert city.services.rules.current().department("housing").grace_minutes == 10


def test_publishing_needs_a_reason_and_then_every_call_follows(city: City, seija: Browser) -> None:
    changed(city, seija)
    refused = publishes(city, seija, reason=" ")
    assert refused.status_code == 422
    assert "Kirjoita, miksi muutat" in refused.text
    done = publishes(city, seija)
    assert done.headers["Location"].endswith("/rules?published=2")
    assert city.services.rules.current().department("housing").grace_minutes == 12
    assert "Versio 2 on nyt voimassa" in seija.page("/rules?published=2")
    deed = city.one(audit_event.c.who, audit_event.c.subject_id, where=audit_event.c.deed == "rules_published")
    assert tuple(deed) == ("a_seija", "2")


def test_a_warning_that_is_not_ticked_stops_it(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    keeps(seija, "departments", "housing", page, **{"hours.week.friday": "8-12"})
    assert ticks(seija.page(f"{DRAFT}/check")), "people planned for the afternoon are a warning"
    refused = publishes(city, seija, ticked=[])
    assert refused.status_code == 422
    assert "Ei julkaistu" in refused.text
    assert publishes(city, seija).status_code == 303
    assert "staff_outside_hours" in city.one(ruleset.c.warnings, where=ruleset.c.version == 2)[0]


def test_a_dead_end_is_named_and_led_to_its_form(city: City, seija: Browser) -> None:
    sends(seija, f"{DRAFT}/parts/duties/water/remove", revision="1")
    page = seija.page(f"{DRAFT}/check")
    assert "Korjaa ensin nämä" in page
    assert f'href="/console{DRAFT}/parts/topics/water"' in page
    assert "Julkaise säännöt" not in page
    refused = sends(seija, f"{DRAFT}/publish", revision="2", reason="Silti")
    assert refused.status_code == 422
    assert city.services.rules.current().version == 1


def test_a_publication_at_a_moment_can_be_cancelled(city: City, seija: Browser) -> None:
    changed(city, seija)
    for moment in ("", "eilen", "2020-01-01T08:00"):
        assert publishes(city, seija, when="later", publish_at=moment).status_code == 422
    assert publishes(city, seija, when="later", publish_at="2026-11-30T08:00").status_code == 303
    assert "Tulee voimaan" in seija.page("/rules")
    assert "ma 30.11. klo 8.00" in seija.page("/rules")
    (plan_id,) = city.one(rules_plan.c.id, where=rules_plan.c.state == "planned")
    sends(seija, f"/rules/plans/{plan_id}/cancel")
    assert row(city).state == "open"
    assert city.services.rules.current().version == 1


def test_the_way_back_is_one_step_and_says_what_changes(city: City, seija: Browser) -> None:
    changed(city, seija)
    publishes(city, seija)
    page = seija.page("/rules/versions/1/roll-back")
    assert "Sulkemisen jälkeen palvellaan vielä (min): 10, ei enää 12." in page
    assert sends(seija, "/rules/versions/1/roll-back", reason="").status_code == 422
    assert sends(seija, "/rules/versions/1/roll-back", reason="Jonot kasvoivat").status_code == 303
    assert city.services.rules.current().version == 3
    assert city.services.rules.current().department("housing").grace_minutes == 10
    assert "palasi versioon 1" in seija.page("/rules/versions/3")


def test_a_newer_version_is_taken_into_the_draft_before_both_meet(city: City, seija: Browser) -> None:
    changed(city, seija)
    at_work(city, "olli")
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    assert "uudempi versio" in seija.page(f"{DRAFT}/check")
    assert "perjantai" not in seija.page(f"{DRAFT}/check").split("Mikä muuttuu")[1], "what is live stays"
    taken = sends(seija, f"{DRAFT}/behind", revision=str(row(city).revision))
    assert taken.status_code == 303
    assert element(city, "departments", "housing")["hours"]["week"]["friday"] == ["08:00-14:00"]
    assert element(city, "departments", "housing")["grace_minutes"] == 12


def test_where_both_have_changed_one_place_she_chooses(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    keeps(seija, "departments", "housing", page, **{"hours.week.friday": "8-13"})
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    revision = str(row(city).revision)
    assert publishes(city, seija).headers["Location"].endswith("/behind")
    assert "Palvelut: Asuminen ja rakentaminen, Aukioloajat viikossa, perjantai" in seija.page(f"{DRAFT}/behind")
    place = "take.departments.housing.hours.week.friday"
    assert sends(seija, f"{DRAFT}/behind", revision=revision).status_code == 422
    assert sends(seija, f"{DRAFT}/behind", revision=revision, **{place: "theirs"}).status_code == 303
    assert element(city, "departments", "housing")["hours"]["week"]["friday"] == ["08:00-14:00"]


# --- hours of one department --------------------------------------------------------------------------------------


def hours(city: City, who: str, reason: str = "Talviajat", **fields: Any) -> TestResponse:
    """The small form, the look at what changes, and the publication."""
    browser = at_work(city, who)
    looked = sends(browser, "/rules/hours/housing", **{**filled(browser.page("/rules/hours/housing")), **fields})
    if looked.status_code != 200:
        return looked
    confirmed = filled(looked.text)
    answer = sends(browser, "/rules/hours/housing/publish", **{**confirmed, "reason": reason})
    if answer.status_code == 422 and (found := ticks(answer.text)):
        return sends(browser, "/rules/hours/housing/publish", **{**confirmed, "reason": reason, "ticked": found})
    return answer


def test_a_departments_supervisor_changes_its_hours_and_they_hold_at_once(city: City) -> None:
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    friday = city.services.rules.current().department("housing").hours.week[4]
    assert [(one.start, one.end) for one in friday] == [(480, 840)]
    assert document(city) == json.loads(rules_rig.sample_document()), "drafts are not touched"


def test_what_residents_will_meet_is_shown_before(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    day = {"hours.exceptional.1.from": "2026-11-26", "hours.exceptional.1.hours": ""}
    looked = sends(sirpa, "/rules/hours/housing", **{**filled(sirpa.page("/rules/hours/housing")), **day})
    assert looked.status_code == 200
    assert "Mitään ei ole vielä muuttunut" in looked.text
    thursday = looked.text.split("to 26.11.")[1].split("</li>")[0]
    assert "suljettu" in thursday
    assert city.services.rules.current().version == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Mikään ei muutu"),
        ({"hours.week.friday": "x"}, "Kirjoita ajat näin"),
        ({"hours.exceptional.1.to": "2026-11-26"}, "Valitse päivä"),
        (
            {"hours.exceptional.1.from": "2027-06-28", "hours.exceptional.1.every": "yes",
             "hours.exceptional.2.from": "2027-06-28", "hours.exceptional.2.every": "yes"},
            "Tätä ei voitu lukea",
        ),
    ],
)  # fmt: skip
def test_hours_that_cannot_be_change_nothing(city: City, fields: dict[str, str], told: str) -> None:
    answer = hours(city, "sirpa", **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert city.services.rules.current().version == 1


def test_hours_need_a_reason(city: City) -> None:
    answer = hours(city, "sirpa", reason="", **{"hours.week.friday": "8-14"})
    assert answer.status_code == 422
    assert "Kirjoita, miksi muutat" in answer.text


def test_only_her_own_departments_hours_are_hers(city: City) -> None:
    sirpa = at_work(city, "sirpa")
    assert sirpa.get("/rules/hours/streets").status_code == 404
    assert sends(sirpa, "/rules/hours/streets").status_code == 404
    assert sends(sirpa, "/rules/hours/streets/publish", hours="{}", reason="x").status_code == 404
    assert "/rules/hours/streets" not in sirpa.page("/rules/hours")
    assert "Tee uusi luonnos" not in sirpa.page("/rules")
    assert at_work(city, "seija").get("/rules/hours/streets").status_code == 200  # the city's rules are hers


@pytest.mark.parametrize("given", ["", "[]", "{}", '{"week": 5}', '{"week": {"monday": ["25-26"]}}', "[" * 3000])
def test_hours_that_no_form_has_made_are_refused(city: City, given: str) -> None:
    sirpa = at_work(city, "sirpa")
    assert sends(sirpa, "/rules/hours/housing/publish", hours=given, reason="x").status_code == 400
    assert city.services.rules.current().version == 1


# --- who may ------------------------------------------------------------------------------------------------------


def test_an_administrator_trusts_a_supervisor_with_the_rules_and_the_log_says_so(city: City) -> None:
    olli, sirpa = at_work(city, "olli"), at_work(city, "sirpa")
    assert sirpa.get(DRAFT).status_code == 403
    form = {"sign_in": "sirpa", "name": "Sirpa Virtanen", "role": "supervisor", "departments": ["housing"]}
    sends(olli, "/accounts/a_sirpa", **form, languages=["fi", "sv"], owns_rules="yes")
    assert sirpa.get("/rules").status_code == 302, "her session has ended: the next one begins with the new right"
    assert at_work(city, "sirpa").get(DRAFT).status_code == 200
    with city.services.database.read() as connection:
        details = connection.execute(select(audit_event.c.detail).where(audit_event.c.subject_id == "a_sirpa"))
        assert "owns_rules" in set(details.scalars())


def test_the_tick_means_nothing_for_an_agent(city: City) -> None:
    olli = at_work(city, "olli")
    form = {"sign_in": "sirpa", "name": "Sirpa Virtanen", "role": "agent", "departments": ["housing"]}
    sends(olli, "/accounts/a_sirpa", **form, languages=["fi", "sv"], owns_rules="yes")
    assert city.one(agent.c.owns_rules, where=agent.c.id == "a_sirpa")[0] is False
