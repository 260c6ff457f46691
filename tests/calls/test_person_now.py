"""A person now, or a told place in the line and then a person, in order of arrival."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from adapters.schema import offer, waiting_caller
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite
from tests.rig.journeys import asks_for_housing, ends_and_notes, talks_with, waits_in_line
from tests.rig.lab import CallView
from tests.rig.words import heard

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
JOIN_SECONDS = 2.0


def moment_of(call: CallView, kind: str) -> float:
    return next(event.machine for event in call.events if event.kind == kind)


def test_housing_in_finnish_with_an_agent_free(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=10)
    aino = city.agent("aino").available()
    resident = asks_for_housing(city.resident("+358401234567"))
    card = aino.is_offered()
    assert (card.kind, card.language) == ("live", "fi")
    assert card.topic_path == (heard()["topics"], heard()["housing"])
    city.clock(None, rate=1)
    agent_leg = aino.accepts().is_joined()
    resident_leg = resident.is_joined()
    accepted = moment_of(agent_leg, "answered")
    assert agent_leg.conference == resident_leg.conference
    assert moment_of(agent_leg, "joined") - accepted <= JOIN_SECONDS
    assert moment_of(resident_leg, "joined") - accepted <= JOIN_SECONDS
    city.clock(None, rate=10)
    ends_and_notes(resident, aino)
    done = city.eventually("SELECT * FROM offer WHERE state = 'ended' AND outcome IS NOT NULL")
    assert (done["agent_id"], done["outcome"]) == ("aino", "done")
    stay = city.one("SELECT * FROM waiting_caller")
    assert (stay["state"], stay["desk"], stay["topic"], stay["language"]) == ("done", "housing", "housing", "fi")
    ended = city.eventually("SELECT language, topic FROM call WHERE status = 'completed' AND ended_at IS NOT NULL")
    assert ended == {"language": "fi", "topic": "housing"}
    assert city.sql("SELECT id FROM callback_request") == []


@on_sqlite
def test_all_busy_then_bridged_in_order_of_arrival(city: City) -> None:
    city.clock("2026-11-24T09:58:00+02:00", rate=20)
    seed_history(city)
    aino, eino = city.agent("aino").available(), city.agent("eino").available()
    first_talk = talks_with(city, aino, "+358401000001")
    second_talk = talks_with(city, eino, "+358401000002")
    words = heard()
    early = (
        waits_in_line(city.resident("+358401000003")).hears(words["busy"]).hears(words["first"]).hears(words["wait"])
    )
    late = waits_in_line(city.resident("+358401000004")).hears(words["second"]).hears(words["wait"])
    ends_and_notes(first_talk, aino)
    aino.accepts().is_joined()
    early.is_joined()
    assert late.view().in_queue is not None
    ends_and_notes(second_talk, eino)
    eino.accepts().is_joined()
    late.is_joined()
    ends_and_notes(early, aino)
    ends_and_notes(late, eino)
    city.eventually_count(4, "SELECT id FROM waiting_caller WHERE state = 'done' AND id NOT LIKE 'past%'")
    told = city.sql("SELECT * FROM waiting_caller ORDER BY line_time_at DESC LIMIT 2")
    assert told[1]["place_told"] == 1
    assert told[0]["place_told"] in (1, 2)
    assert all(row["wait_told_minutes"] is not None for row in told)
    assert all(row["wait_expected_minutes"] is not None for row in told)


@on_sqlite
def test_without_history_no_wait_is_guessed(city: City) -> None:
    city.clock(TUESDAY_TEN, rate=20)
    aino = city.agent("aino").available()
    talk = talks_with(city, aino, "+358401000001")
    waiting = waits_in_line(city.resident("+358401000002")).hears(heard()["first"]).hears(heard()["callback_offer"])
    assert not any(heard()["wait"] in word.text for word in waiting.transcript())
    waiting.hangs_up()
    ends_and_notes(talk, aino)
    city.eventually("SELECT 1 FROM waiting_caller WHERE state = 'left'")


def seed_history(city: City) -> None:
    """Twelve finished talks of this morning, five minutes each: what a wait is told by."""
    start = datetime(2026, 11, 24, 6, 10, tzinfo=UTC)
    stays, talks = [], []
    for n in range(12):
        arrived = start + timedelta(minutes=6 * n)
        stays.append(_stay(f"past{n}", arrived))
        talks.append(_talk(f"past{n}", arrived))
    with city.engine.begin() as connection:
        connection.execute(insert(waiting_caller), stays)
        connection.execute(insert(offer), talks)


def _stay(name: str, arrived: datetime) -> dict[str, object]:
    return {
        "id": name,
        "call_sid": f"CA{name:0>32}",
        "topic": "housing",
        "language": "fi",
        "service_language": "fi",
        "department": "housing",
        "desk": "housing",
        "ruleset_version": 1,
        "urgent": False,
        "state": "done",
        "line_time_at": arrived,
        "joined_at": arrived,
        "ended_at": arrived + timedelta(minutes=5, seconds=10),
        "outcome": "done",
    }


def _talk(name: str, arrived: datetime) -> dict[str, object]:
    answered = arrived + timedelta(seconds=10)
    return {
        "token": name,
        "agent_id": "aino",
        "caller_id": name,
        "desk": "housing",
        "state": "ended",
        "clause": "place",
        "fence": 1,
        "own_telephone": False,
        "made_at": arrived,
        "made_machine": 0.0,
        "accepted_at": answered,
        "connected_at": answered,
        "talk_ended_at": answered + timedelta(minutes=5),
        "ended_at": answered + timedelta(minutes=5, seconds=30),
        "outcome": "done",
    }
