"""The department is closed, closes, or nobody is there; nobody waits in a closed line."""

from collections.abc import Sequence

from tests.rig.agent import Agent
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_about_parking, asks_for_housing, talks_with, waits_in_line
from tests.rig.resident import Resident
from tests.rig.robot import Robot
from tests.rig.words import heard

TALK_SECONDS = 5.0
SETTLED = 900.0  # business seconds: the slow tick looks every 15 machine seconds
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
def test_saturday_evening_the_extended_hours_desk_answers(city: City) -> None:
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
    liisa.puts_down().notes("done")
    stay = city.eventually("SELECT * FROM waiting_caller WHERE state = 'done'")
    assert (stay["department"], stay["desk"], stay["language"]) == ("housing", "extended", "fi")


@on_sqlite
def test_twenty_wait_when_the_department_closes(city: City) -> None:
    city.clock("2026-11-24T14:30:00+02:00", rate=20)
    aino, liisa = city.agent("aino").available(), city.agent("liisa").available()
    last_talk = talks_with(city, aino, "+358401000001")
    other_talk = talks_with(city, liisa, "+358401000002", asks_about_parking)
    residents = callers(city, TWENTY)
    finished, tomorrow, tonight = residents[:2], residents[2:5], residents[5:]
    city.clock("2026-11-24T14:59:50+02:00", rate=5)
    for resident in tomorrow:
        resident.hears(heard()["closing"], within=SETTLED).press("2")
    for resident in tomorrow:
        resident.hears(heard()["number_right"]).press("1")
    city.clock(None, rate=20)
    for resident in tomorrow:
        resident.hears(heard()["promise"]).call_ends()
    for resident in tonight:
        resident.hears(heard()["transferring"], within=SETTLED)
    other_talk.hangs_up()
    last_talk.hangs_up()
    robots = [Robot(aino), Robot(liisa)]
    for resident in [*finished, *tonight]:
        resident.call_ends(within=3600)
    city.eventually_count(19, "SELECT id FROM waiting_caller WHERE state = 'done'")
    for robot in robots:
        robot.stops()
    assert_nobody_dropped(city, residents, {resident.call_sid for resident in tomorrow})
    assert_order(city, tonight)


@on_sqlite
def test_agents_present_finish_their_callers_within_the_grace(city: City) -> None:
    city.clock("2026-11-24T14:58:00+02:00", rate=20)
    aino = city.agent("aino").available()
    city.agent("liisa").available()
    first = talks_with(city, aino, "+358401000001")
    waiting = waits_in_line(city.resident("+358401234567"))
    city.clock("2026-11-24T15:00:30+02:00", rate=20)
    first.hangs_up()
    aino.puts_down().notes("done").accepts().is_joined()
    waiting.is_joined()
    waiting.hangs_up()
    aino.puts_down().notes("done")
    stay = city.eventually("SELECT desk, state FROM waiting_caller WHERE state = 'done' ORDER BY line_time_at DESC")
    assert stay["desk"] == "housing"


def test_the_extended_hours_desk_closes_too_with_twelve_still_waiting(city: City) -> None:
    closing_with_twelve_waiting(city)


def test_open_but_nobody_signed_in(city: City) -> None:
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
    city.clock("2026-11-24T22:10:05+02:00", rate=20)
    for resident in residents:
        resident.hears(heard()["code"], within=SETTLED).call_ends()
    rows = city.sql("SELECT state, told, topic, number_id FROM callback_request")
    assert len(rows) == TWELVE
    assert {(row["state"], row["topic"], bool(row["told"])) for row in rows} == {("requested", "housing", True)}
    assert len({row["number_id"] for row in rows}) == TWELVE
    finish(last_talk, liisa)


def finish(resident: Resident, agent: Agent) -> None:
    resident.hangs_up()
    agent.puts_down().notes("done")


def assert_nobody_dropped(city: City, residents: Sequence[Resident], tomorrow: set[str]) -> None:
    """Each caller's last stay ended with a talk, or with the promise she asked for; nobody has two."""
    stays = city.sql("SELECT call_sid, state FROM waiting_caller ORDER BY joined_at")
    last = {stay["call_sid"]: stay["state"] for stay in stays}
    expected = {r.call_sid: "promised" if r.call_sid in tomorrow else "done" for r in residents}
    assert {sid: last[sid] for sid in expected} == expected
    assert len(city.sql("SELECT id FROM callback_request")) == len(tomorrow)


def assert_order(city: City, residents: Sequence[Resident]) -> None:
    """The extended-hours desk dealt with them in the order in which they had rung the department."""
    dealt = city.sql(
        "SELECT w.call_sid FROM offer o JOIN waiting_caller w ON w.id = o.caller_id "
        "WHERE w.desk = 'extended' AND w.topic = 'housing' AND o.accepted_at IS NOT NULL ORDER BY o.made_at"
    )
    sids = [resident.call_sid for resident in residents]
    assert [row["call_sid"] for row in dealt if row["call_sid"] in sids] == sids
