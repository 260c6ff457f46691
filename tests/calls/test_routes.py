"""Every way behind a topic through the real processes: partner, fault duty, information, overload, notice, language."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from adapters.database import Database
from adapters.schema import offer, waiting_caller
from routing_rules.notices.checks import Wanted
from routing_rules.notices.service import put_on_air
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, ends_and_notes, waits_in_line
from tests.rig.resident import Resident
from tests.rig.waiting import until
from tests.rig.words import heard
from tests.support.services import sample_rules

pytestmark = on_sqlite
TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
SATURDAY_THREE = "2026-11-28T03:00:00+02:00"
HEALTH, COUNTY = "411", "+358175550140"  # keys after the language: county, health stations
FIRST, SECOND, ALARM = "+358175550999", "+358175550997", "+358401555099"
CALLER = "+358401234567"
LEFT_BEHIND = ("callback_request", "waiting_caller", "supervisor_item", "text_message", "outbox", "call_draft")


def rings(city: City, keys: str = "", number: str = CALLER) -> Resident:
    """In Finnish, as far as these keys lead; each one at its menu."""
    resident = city.resident(number)
    resident.ring().hears(heard()["greeting"]).press("1")
    for key in keys:
        resident.press(key)
    return resident


def nothing_is_left(city: City) -> None:
    for table in LEFT_BEHIND:
        assert city.sql(f"SELECT 1 FROM {table}") == [], table  # noqa: S608 - our own names


# --- another authority's matter ---


def test_a_partner_is_named_and_connected_by_key(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    county = city.resident(COUNTY)
    resident = rings(city, "41").hears(heard()["partner"]).press("1").hears(heard()["partner_connecting"])
    county.answers()
    resident.is_joined()
    county.is_joined()
    county.hangs_up()
    resident.call_ends()
    nothing_is_left(city)


def test_a_partner_that_does_not_answer_leaves_the_number_by_text(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    county = city.resident(COUNTY)
    resident = rings(city, "41").hears(heard()["partner"]).press("1")
    county.declines()
    resident.hears(heard()["partner_silent"]).hears(heard()["emergency"]).hears(heard()["partner_number"])
    resident.press("2").hears(heard()["partner_texted"])
    assert "017 555 0140" in resident.gets_message(heard()["text_number"]).body
    resident.hears(heard()["thanks_goodbye"]).call_ends()


def test_the_number_is_told_as_often_as_wished_and_the_citys_adviser_is_one_key_away(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    adviser = city.agent("oili").available()
    resident = rings(city, "41").hears(heard()["partner"]).press("3").hears(heard()["partner_number"])
    resident.press("*").hears(heard()["partner_number"]).press("7").hears(heard()["not_understood"])
    resident.press("0").is_in_line()
    adviser.accepts().is_joined()
    resident.is_joined()
    assert city.one("SELECT topic FROM waiting_caller")["topic"] == "general"
    ends_and_notes(resident, adviser)


# --- the fault duty ---


def test_at_night_the_first_duty_number_is_two_keys_away(city: City) -> None:
    city.clock(SATURDAY_THREE, rate=20)
    duty = city.resident(FIRST)
    resident = rings(city).hears(heard()["closed"]).hears(heard()["emergency"]).press("3").hears(heard()["duty"])
    duty.answers()
    resident.is_joined()
    duty.hangs_up()
    resident.call_ends()
    nothing_is_left(city)


def test_the_second_number_rings_when_the_first_does_not_answer(city: City) -> None:
    city.clock(SATURDAY_THREE, rate=20)
    first, second = city.resident(FIRST), city.resident(SECOND)
    resident = rings(city).hears(heard()["closed"]).press("3")
    first.lets_it_ring()
    resident.hears(heard()["duty_next"])
    second.answers()
    resident.is_joined()
    resident.hangs_up()
    second.call_ends()
    nothing_is_left(city)


def test_when_nobody_on_duty_answers_the_alarm_goes_out_and_the_caller_speaks(city: City) -> None:
    city.clock(SATURDAY_THREE, rate=20)
    first, second, alarm = city.resident(FIRST), city.resident(SECOND), city.resident(ALARM)
    resident = rings(city).hears(heard()["closed"]).press("3")
    first.declines()
    second.declines()
    resident.hears(heard()["duty_silent"]).hears(heard()["duty_alarmed"]).hears(heard()["emergency"])
    resident.hears(heard()["tone"])
    text = alarm.gets_message(heard()["text_alarm"])
    assert CALLER[-7:] not in text.body
    item = city.one("SELECT kind, detail, request_id FROM supervisor_item")
    assert item == {"kind": "duty_unanswered", "detail": "faults", "request_id": None}
    resident.hangs_up()
    city.eventually("SELECT 1 FROM call WHERE ended_at IS NOT NULL")


# --- information, overload, notice, language ---


def test_information_is_told_and_ends_with_thanks(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    resident = rings(city, "33").hears(heard()["information_zero"])
    resident.hears(heard()["thanks_goodbye"]).call_ends()
    nothing_is_left(city)


def test_in_an_overload_the_caller_hears_it_before_the_line_and_may_wait(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    aino = city.agent("aino").available()
    one_long_talk(city)
    resident = asks_for_housing(city.resident(CALLER)).hears(heard()["overload"]).hears(heard()["emergency"])
    assert city.sql("SELECT 1 FROM waiting_caller WHERE id <> 'past'") == []
    resident.press("2")
    aino.accepts().is_joined()
    resident.is_joined()
    ends_and_notes(resident, aino)


def one_long_talk(city: City) -> None:
    """What a wait is told by: this morning one matter took a hundred minutes."""
    began = datetime(2026, 11, 24, 6, 10, tzinfo=UTC)
    ended = began + timedelta(minutes=100)
    stay = {
        "id": "past", "call_sid": "CA" + "f" * 32, "topic": "housing", "language": "fi", "service_language": "fi",
        "department": "housing", "desk": "housing", "ruleset_version": 1, "urgent": False, "state": "done",
        "line_time_at": began, "joined_at": began, "ended_at": ended, "outcome": "done",
    }  # fmt: skip
    talk = {
        "token": "past", "agent_id": "aino", "caller_id": "past", "desk": "housing", "state": "ended",
        "clause": "place", "fence": 1, "own_telephone": False, "made_at": began, "made_machine": 0.0,
        "accepted_at": began, "connected_at": began, "talk_ended_at": ended, "ended_at": ended, "outcome": "done",
    }  # fmt: skip
    with city.engine.begin() as connection:
        connection.execute(insert(waiting_caller), stay)
        connection.execute(insert(offer), talk)


@pytest.fixture
def notice(city: City) -> str:
    """On air for everybody, and another one for whoever has a water matter."""
    city.clock(TUESDAY_TEN, rate=20)
    database = Database(city.settings.database_url)
    general = {"fi": "Keskustan bussit on pysäytetty.", "sv": "Bussarna står.", "en": "The buses have stopped."}
    water = {"fi": "Petosen vesi on poikki.", "sv": "Vattnet är avstängt.", "en": "The water is cut."}
    for words, topics in ((general, ()), (water, ("water",))):
        wanted = Wanted(words, topics, city.business_moment() + timedelta(hours=8))
        assert not put_on_air(database, sample_rules(), wanted, "sirkka", city.business_moment())
    database.dispose()
    until(lambda: _is_heard(city, general["fi"]), 10, lambda: "no process has taken up the notice")
    return water["fi"]


def _is_heard(city: City, words: str) -> bool:
    """Every web process must have it: four calls in a row hear it."""
    return all(_hears_first(city, words) for _ in range(4))


def _hears_first(city: City, words: str) -> bool:
    resident = rings(city, number="+358405550001").hears(heard()["topics"])
    told = any(words in word.text for word in resident.transcript())
    resident.hangs_up()
    return told


def test_a_notice_is_heard_before_the_menu_and_can_end_the_call_happily(city: City, notice: str) -> None:
    resident = rings(city).hears("Keskustan bussit").hears(heard()["topics"])
    resident.press("1").press("3").hears(notice).hears(heard()["may_hang_up"])
    resident.hangs_up()
    city.eventually_count(0, "SELECT 1 FROM waiting_caller WHERE state NOT IN ('left', 'done')")


def test_another_language_is_a_choice_and_a_key_leads_to_it(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    eino = city.agent("eino").available()
    resident = asks_for_housing(city.resident(CALLER), "sv").hears(heard("sv")["not_staffed"])
    resident.hears(heard("sv")["other_language"]).press("1").is_in_line()
    card = eino.is_offered()
    assert card.language == "sv"
    eino.accepts().is_joined()
    resident.is_joined()
    ends_and_notes(resident, eino)


# --- silence, nought, star, hash, nonsense ---


def test_a_line_that_stays_silent_hears_where_help_is_and_goodbye(city: City) -> None:
    city.clock(SATURDAY_THREE, rate=40)
    resident = city.resident(CALLER).ring()
    resident.hears(heard()["closed"], within=120).hears(heard()["closed"], within=120)
    resident.hears(heard()["silent_goodbye"], within=120).hears(heard()["emergency"]).call_ends()
    nothing_is_left(city)


def test_nonsense_at_every_menu_still_ends_with_a_person(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    adviser = city.agent("oili").available()
    resident = city.resident(CALLER).ring().hears(heard()["greeting"])
    resident.press("#").hears(heard()["greeting"]).press("1").hears(heard()["topics"])
    resident.press("#").hears(heard()["not_understood"]).press("*").hears(heard()["topics"]).press("8").is_in_line()
    adviser.accepts().is_joined()
    resident.is_joined()
    ends_and_notes(resident, adviser)


def test_in_the_line_no_key_loses_the_place(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    aino = city.agent("aino").available()
    busy = asks_for_housing(city.resident("+358401000001"))
    aino.accepts().is_joined()
    resident = waits_in_line(city.resident(CALLER)).hears(heard()["first"])
    for key in ("0", "#", "8"):
        resident.press(key).hears(heard()["stays"])
    resident.press("*").hears(heard()["first"])
    resident.hangs_up()
    ends_and_notes(busy, aino)
    city.eventually("SELECT 1 FROM waiting_caller WHERE state = 'left'")


@pytest.mark.parametrize("keys", ["", "1", "411", "33", "2"])
def test_hanging_up_on_the_way_leaves_nothing_behind(city: City, keys: str) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    resident = rings(city, keys)
    until(lambda: resident.view().gathering, 10, resident.story)
    resident.hangs_up()
    resident.call_ends()
    nothing_is_left(city)
