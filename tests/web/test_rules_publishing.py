"""A draft is checked, published now or at a moment, brought up to date with what is live, and rolled back."""

import pytest

from adapters.schema import audit_event, rules_plan, ruleset
from tests.web.console_rig import Browser, City
from tests.web.filled_forms import filled, ticks
from tests.web.rules_forms import DRAFT, at_work, changed, city_of_rules, element, hours, keeps, publishes, row, sends


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


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


def test_the_record_tells_accepted_warnings_in_words(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/duties/water")
    assert keeps(seija, "duties", "water", page, alarm_number="017 555 0111").status_code == 303
    assert publishes(city, seija).status_code == 303
    assert "alarm_takes_no_texts" in city.one(ruleset.c.warnings, where=ruleset.c.version == 2)[0]
    record = seija.page("/rules/versions/2")
    assert "Hyväksytyt huomautukset" in record
    assert "alarm_takes_no_texts" not in record


def test_one_change_is_told_as_one_and_when_it_holds_stands_beside_each_choice(city: City, seija: Browser) -> None:
    changed(city, seija)
    page = seija.page(f"{DRAFT}/check")
    summary = page.split("Yksi muutos korvaa version 1")[1].split("</p>")[0]
    assert "heti" not in summary, "she may choose a later moment"
    assert "heti näiden sääntöjen mukaan" in page.split('value="now"')[1].split("</label>")[0]
    assert "vasta valitsemastasi ajasta" in page.split('value="later"')[1].split("</label>")[0]
    publishes(city, seija)
    assert "yksi muutos" in seija.page("/rules/versions")


def test_a_dead_end_is_named_and_led_to_its_form(city: City, seija: Browser) -> None:
    sends(seija, f"{DRAFT}/parts/duties/water/remove", revision="1")
    page = seija.page(f"{DRAFT}/check")
    assert "Korjaa ensin nämä" in page
    assert f'href="/console{DRAFT}/parts/topics/water"' in page
    assert "Julkaise säännöt" not in page
    refused = sends(seija, f"{DRAFT}/publish", revision="2", live="1", reason="Silti")
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


def test_a_moment_that_is_given_is_never_passed_over(city: City, seija: Browser) -> None:
    changed(city, seija)
    for when in ("now", "", "soon"):
        refused = publishes(city, seija, when=when, publish_at="2026-11-30T08:00")
        assert refused.status_code == 422, when
        assert "valintana oli Heti" in refused.text
        assert 'value="2026-11-30T08:00"' in refused.text, "what she typed stands"
    assert city.services.rules.current().version == 1
    assert row(city).state == "open"


def test_the_way_back_is_one_step_and_says_what_changes(city: City, seija: Browser) -> None:
    changed(city, seija)
    publishes(city, seija)
    page = seija.page("/rules/versions/1/roll-back")
    assert "Sulkemisen jälkeen palvellaan vielä (min): 10, ei enää 12." in page
    assert sends(seija, "/rules/versions/1/roll-back", live="2", reason="").status_code == 422
    assert sends(seija, "/rules/versions/1/roll-back", live="2", reason="Jonot kasvoivat").status_code == 303
    assert city.services.rules.current().version == 3
    assert city.services.rules.current().department("housing").grace_minutes == 10
    assert "palasi versioon 1" in seija.page("/rules/versions/3")


def test_the_way_back_takes_nothing_away_that_she_was_not_shown(city: City, seija: Browser) -> None:
    changed(city, seija)
    publishes(city, seija)
    shown = filled(seija.page("/rules/versions/1/roll-back"))
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    for live in (shown["live"], "", "x"):
        again = sends(seija, "/rules/versions/1/roll-back", live=live, reason="Jonot kasvoivat")
        assert again.status_code == 409
        assert "Sillä välin on tullut voimaan uudempi versio" in again.text
    assert city.services.rules.current().version == 3
    assert "8.00–14.00" in again.text, "what would go with it is shown now"
    assert "Jonot kasvoivat" in again.text
    confirmed = {**filled(again.text), "reason": "Jonot kasvoivat"}
    assert sends(seija, "/rules/versions/1/roll-back", **confirmed).status_code == 303


@pytest.mark.parametrize("friday", ["8-14", "8-16.30"])  # with a new warning, and without one
def test_what_has_become_live_since_she_looked_is_shown_before_it_goes(city: City, seija: Browser, friday: str) -> None:
    changed(city, seija)
    shown = {**filled(seija.page(f"{DRAFT}/check")), "reason": "Kokous päätti"}
    assert hours(city, "sirpa", **{"hours.week.friday": friday}).status_code == 303
    again = sends(seija, f"{DRAFT}/publish", **shown)
    assert again.status_code == 409
    assert "Sillä välin on tullut voimaan uudempi versio" in again.text
    assert city.services.rules.current().version == 2
    confirmed = {**filled(again.text), "ticked": ticks(again.text)}
    assert confirmed["reason"] == ["Kokous päätti"]
    assert sends(seija, f"{DRAFT}/publish", **confirmed).status_code == 303
    assert city.services.rules.current().version == 3


def test_a_newer_version_is_taken_into_the_draft_before_both_meet(city: City, seija: Browser) -> None:
    changed(city, seija)
    at_work(city, "olli")
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    assert "uudempi versio" in seija.page(f"{DRAFT}/check")
    assert "perjantai" not in seija.page(f"{DRAFT}/check").split("Mikä muuttuu")[1], "what is live stays"
    taken = sends(seija, f"{DRAFT}/behind", revision=str(row(city).revision), live="2")
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
    assert sends(seija, f"{DRAFT}/behind", revision=revision, live="2").status_code == 422
    assert sends(seija, f"{DRAFT}/behind", revision=revision, live="2", **{place: "theirs"}).status_code == 303
    assert element(city, "departments", "housing")["hours"]["week"]["friday"] == ["08:00-14:00"]


def test_a_choice_holds_only_for_what_she_was_shown(city: City, seija: Browser) -> None:
    page = seija.page(f"{DRAFT}/parts/departments/housing")
    keeps(seija, "departments", "housing", page, **{"hours.week.friday": "8-13"})
    assert hours(city, "sirpa", **{"hours.week.friday": "8-14"}).status_code == 303
    shown = filled(seija.page(f"{DRAFT}/behind"))
    assert hours(city, "sirpa", **{"hours.week.friday": "8-16"}).status_code == 303
    place = "take.departments.housing.hours.week.friday"
    again = sends(seija, f"{DRAFT}/behind", **shown, **{place: "mine"})
    assert again.status_code == 409
    assert "valitse uudelleen" in again.text
    assert "8.00–16.00" in again.text
    assert place not in filled(again.text), "she has not chosen between these"
    assert row(city).revision == 2
    assert sends(seija, f"{DRAFT}/behind", **filled(again.text), **{place: "mine"}).status_code == 303
    assert element(city, "departments", "housing")["hours"]["week"]["friday"] == ["08:00-13:00"]
