"""Scenarios 5, 7 and 8: the department is closed, closes, or nobody is there; nobody waits in a closed line."""

from collections.abc import Sequence

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, talks_with, waits_in_line
from tests.rig.resident import Resident
from tests.rig.robot import Robot
from tests.rig.words import heard

TALK_SECONDS = 5.0
TWENTY, TWELVE = 20, 12


def callers(city: City, count: int) -> list[Resident]:
    """So many residents, one after the other in the housing line; each will talk a little when her turn comes."""
    residents = []
    for n in range(count):
        resident = city.resident(f"+3584012340{n:02}")
        city.lab.behave(resident.number, "manual", talk=TALK_SECONDS)
        residents.append(waits_in_line(resident))
    return residents


@on_sqlite
def test_scenario_5_saturday_evening_the_extended_hours_desk_answers(city: City) -> None:
    city.clock("2026-11-28T17:05:00+02:00", rate=20)
    liisa = city.agent("liisa").available()
    words = heard()
    resident = asks_for_housing(city.resident("+358401234567"))
    resident.hears(words["closed"]).is_in_line()
    card = liisa.is_offered()
    assert (card.kind, card.language) == ("live", "fi")
    assert card.topic_path == (words["topics"], words["housing"])
    assert card.fields["extended"] is True
    liisa.accepts().is_joined()
    resident.is_joined()
    assert any(words["to_extended"] in word.text for word in resident.transcript())
    resident.hangs_up()
    liisa.notes("done")
    stay = city.eventually("SELECT * FROM waiting_caller WHERE state = 'done'")
    assert (stay["department"], stay["desk"], stay["language"]) == ("housing", "extended", "fi")


@on_sqlite
def test_scenario_7_twenty_wait_when_the_department_closes(city: City) -> None:
    city.clock("2026-11-24T14:30:00+02:00", rate=20)
    words = heard()
    aino = city.agent("aino").available()
    last_talk = talks_with(city, aino, "+358401000001")
    residents = callers(city, TWENTY)
    extended = [city.agent("liisa"), city.agent("matti")]
    robots = [Robot(agent) for agent in extended]
    city.clock("2026-11-24T14:59:50+02:00", rate=20)
    tomorrow, on_the_line = residents[:3], residents[3:]
    for resident in tomorrow:
        resident.hears(words["closing"], within=120).press("2")
        resident.hears(words["number_right"]).press("1").hears(words["promise"])
    for resident in on_the_line:
        resident.hears(words["transferring"], within=300)
    for resident in residents:
        resident.call_ends(within=1200)
    last_talk.hangs_up()
    aino.notes("done")
    city.eventually("SELECT 1 FROM waiting_caller WHERE desk = 'extended' AND state = 'done' HAVING count(*) = 17")
    for robot in robots:
        robot.stops()
    assert_nobody_dropped(city, promised=len(tomorrow), talked=len(on_the_line))
    assert_order(city, on_the_line)


@on_sqlite
def test_agents_present_finish_their_callers_within_the_grace(city: City) -> None:
    city.clock("2026-11-24T14:58:00+02:00", rate=20)
    aino = city.agent("aino").available()
    city.agent("liisa").available()
    first = talks_with(city, aino, "+358401000001")
    waiting = waits_in_line(city.resident("+358401234567"))
    city.clock("2026-11-24T15:00:30+02:00", rate=20)
    first.hangs_up()
    aino.notes("done").accepts().is_joined()
    waiting.is_joined()
    waiting.hangs_up()
    aino.notes("done")
    stay = city.eventually("SELECT desk, state FROM waiting_caller WHERE state = 'done' ORDER BY line_time_at DESC")
    assert stay["desk"] == "housing"


@on_sqlite
def test_scenario_8_the_extended_hours_desk_closes_with_twelve_waiting(city: City) -> None:
    closing_with_twelve_waiting(city)


def test_scenario_8_open_but_nobody_signed_in(city: City) -> None:
    city.clock("2026-11-24T20:00:00+02:00", rate=20)
    words = heard()
    resident = asks_for_housing(city.resident("+358401234567"))
    resident.hears(words["nobody"]).hears(words["when"])
    assert city.sql("SELECT id FROM waiting_caller") == []
    resident.press("1").hears(words["number_right"]).press("1").hears(words["promise"]).call_ends()
    made = city.one("SELECT state, topic, kind FROM callback_request")
    assert made == {"state": "requested", "topic": "housing", "kind": "slot"}
    assert city.sql("SELECT id FROM waiting_caller") == []


def closing_with_twelve_waiting(city: City) -> None:
    city.clock("2026-11-24T21:30:00+02:00", rate=20)
    liisa = city.agent("liisa").available()
    last_talk = talks_with(city, liisa, "+358401000001")
    residents = callers(city, TWELVE)
    city.clock("2026-11-24T22:00:05+02:00", rate=20)
    for resident in residents:
        resident.hears(heard()["closing_promise"], within=900).call_ends()
    rows = city.sql("SELECT state, told, topic, number_id FROM callback_request")
    assert len(rows) == TWELVE
    assert {(row["state"], row["topic"], bool(row["told"])) for row in rows} == {("requested", "housing", True)}
    assert len({row["number_id"] for row in rows}) == TWELVE
    finish(last_talk, liisa)


def finish(resident: Resident, agent: Agent) -> None:
    resident.hangs_up()
    agent.notes("done")


def assert_nobody_dropped(city: City, promised: int, talked: int) -> None:
    """Every caller's last stay ended with a promise or with a talk, and there is one promise for each who asked."""
    stays = city.sql("SELECT state, desk FROM waiting_caller WHERE desk = 'extended' OR state = 'promised'")
    assert sorted(stay["state"] for stay in stays) == sorted(["promised"] * promised + ["done"] * talked)
    assert len(city.sql("SELECT id FROM callback_request")) == promised
    assert city.sql("SELECT id FROM waiting_caller WHERE state IN ('waiting', 'closing', 'wishes', 'left')") == []


def assert_order(city: City, residents: Sequence[Resident]) -> None:
    """The extended-hours desk dealt with them in the order in which they had rung the department."""
    dealt = city.sql(
        "SELECT w.call_sid FROM offer o JOIN waiting_caller w ON w.id = o.caller_id "
        "WHERE w.desk = 'extended' AND o.accepted_at IS NOT NULL ORDER BY o.made_at"
    )
    assert [row["call_sid"] for row in dealt] == [resident.call_sid for resident in residents]
