"""Whole calls that are recorded, through the emulator: the file is heard afterwards, and what is not in it."""

from collections.abc import Iterator

import pytest

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, ends_and_notes, takes_callback, talks_with, waits_in_line
from tests.rig.recorded import InFile, recorded_of, recording_becomes, says, statuses_of
from tests.rig.resident import Resident
from tests.rig.telling import recorded_in
from tests.rig.waiting import until
from tests.rig.words import heard

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
NUMBER = "+358401234567"
MATTER, CODE, THANKS = "Asia koskee vuokraani.", "131052-308T", "Kiitos, hoidan asian."
STORED = "SELECT * FROM recording WHERE kind = 'talk' AND state = 'kept' AND stored_machine IS NOT NULL"


@pytest.fixture
def recording_city(city: City) -> Iterator[City]:
    """Housing records its talks, and no other department. The provider keeps its copy, so that it can be heard."""
    city.clock(TUESDAY_TEN, rate=10)
    with recorded_in(city, "housing"):
        city.lab.fault("rest", "status_before", "DELETE", status=500, times=50)
        yield city


def card_says(agent: Agent, state: str) -> None:
    until(lambda: _recording(agent) == state, 15, lambda: f"{_recording(agent)}, not {state}\n{agent.story()}")


def _recording(agent: Agent) -> str:
    return str(((agent.desk()["offer"] or {}).get("recording") or {}).get("state"))


def told_and_talks(city: City, agent: Agent, *, declines: bool = False) -> Resident:
    agent.available()
    resident = asks_for_housing(city.resident(NUMBER)).hears(heard()["recording"])
    if declines:
        resident.press("9").hears(heard()["recording_declined"])
    agent.accepts().is_joined()
    resident.is_joined()
    return resident


def file_of(city: City, resident: Resident) -> InFile:
    recording_becomes(city.lab, resident.call_sid, "completed")
    (one,) = recorded_of(city.lab, resident.call_sid)
    return one


@on_sqlite
def test_a_live_talk_is_recorded_and_the_pause_is_real_in_the_file(recording_city: City) -> None:
    city = recording_city
    aino = city.agent("aino")
    resident = told_and_talks(city, aino)
    card_says(aino, "running")
    says(city.lab, NUMBER, MATTER)
    aino.does("recording", paused="yes")
    card_says(aino, "paused")
    says(city.lab, NUMBER, CODE)
    aino.does("recording", paused="no")
    card_says(aino, "running")
    aino.does("hold", on="yes")
    resident.hears(heard()["hold"])
    card_says(aino, "held")
    aino.does("hold", on="no")
    card_says(aino, "running")
    says(city.lab, "client:aino", THANKS)
    ends_and_notes(resident, aino)
    file = file_of(city, resident)
    assert file.says(MATTER)
    assert file.says(THANKS)
    assert not file.says(CODE)
    assert not file.says(heard()["recording"]), "from the talk on, and not before she has been told"
    before, after = file.when(MATTER), file.when(THANKS)
    assert file.is_silent(before.end + 0.5, before.end + 1.5), "where she told the code there is silence"
    assert not file.is_silent(after.begin, after.end)
    row = city.eventually(STORED)
    assert (row["agent_id"], row["department"], row["recording_sid"]) == ("aino", "housing", file.sid)
    assert row["bytes"] == len(file.file or b"")


@on_sqlite
def test_a_callback_is_recorded_until_another_department_has_her(recording_city: City) -> None:
    city = recording_city
    aino = city.agent("aino").available()
    busy = talks_with(city, aino, "+358401000001")
    resident = takes_callback(waits_in_line(city.resident(NUMBER)))
    ends_and_notes(busy, aino)
    aino.accepts()
    resident.answers().hears(heard()["hello"]).hears(heard()["recording"]).is_joined()
    aino.is_joined()
    card_says(aino, "running")
    says(city.lab, NUMBER, MATTER)
    oili = city.agent("oili").available()
    aino.does("transfer", kind="blind", goal_kind="desk", goal="streets", note="kysyy kadusta")
    aino.puts_down()
    oili.accepts().is_joined()
    says(city.lab, NUMBER, CODE)
    assert _recording(oili) == "None"
    ends_and_notes(resident, oili)
    file = file_of(city, resident)
    assert file.says(MATTER)
    assert not file.says(CODE)
    hers = city.one("SELECT agent_id FROM recording WHERE call_sid = :call", call=resident.call_sid)
    assert hers["agent_id"] == "aino", "and none with oili"


@on_sqlite
def test_declined_it_is_not_recorded_and_the_card_says_why(recording_city: City) -> None:
    city = recording_city
    aino = city.agent("aino")
    resident = told_and_talks(city, aino, declines=True)
    assert _recording(aino) == "declined"
    says(city.lab, NUMBER, MATTER)
    ends_and_notes(resident, aino)
    assert statuses_of(city.lab, resident.call_sid) == ()
    assert city.sql("SELECT 1 FROM recording") == []


@on_sqlite
def test_the_agents_browser_dies_and_the_talk_is_recorded_to_its_end(recording_city: City) -> None:
    city = recording_city
    aino = city.agent("aino")
    resident = told_and_talks(city, aino)
    card_says(aino, "running")
    aino.browser_dies()
    says(city.lab, NUMBER, MATTER)
    resident.hangs_up()
    assert file_of(city, resident).says(MATTER)
    city.eventually(STORED)
