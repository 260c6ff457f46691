"""Closing time: who can still be answered stays, the others choose; no promise is left without a time it can keep."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from desks import store
from desks.store import REQUEST
from queue_workers import after_hours
from tests.support.services import Town

CLOSES = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # Tuesday, 15.00 in Helsinki: housing closes, evening advice goes on
LAST_CLOSES = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # 22.00: evening advice closes, and with it everything
TOMORROW_AT_EIGHT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)


def at(town: Town, moment: datetime, agents: int = 0) -> None:
    town.clock.business = moment
    for n in range(agents):
        town.agent(f"agent{n}")


def states(town: Town, lines: list[str]) -> list[str]:
    return [town.stay(line)["state"] for line in lines]


@pytest.mark.parametrize(
    ("minutes", "agents", "finishing"),
    [
        (0, 1, 2),  # ten minutes of grace, five a talk
        (0, 2, 4),
        (1, 1, 1),  # nine minutes are left: one whole talk
        (6, 1, 0),
        (6, 2, 1),
        (9, 5, 1),
        (10, 5, 0),  # the grace is over
        (0, 0, 0),  # nobody is there
    ],
)
def test_those_whom_agents_can_still_answer_stay(town: Town, minutes: int, agents: int, finishing: int) -> None:
    town.clock.business = CLOSES - timedelta(minutes=20)
    lines = []
    for _ in range(6):
        lines.append(town.caller())
        town.clock.pass_(seconds=10)
    at(town, CLOSES + timedelta(minutes=minutes), agents)
    assert after_hours.settle(town.services) == 6 - finishing
    assert states(town, lines) == ["waiting"] * finishing + ["closing"] * (6 - finishing)
    assert sorted(town.ordered("ask_to_choose")) == sorted(lines[finishing:])


def test_nobody_is_asked_twice(town: Town) -> None:
    lines = [town.caller(), town.caller()]
    at(town, CLOSES)
    assert [after_hours.settle(town.services) for _ in range(3)] == [2, 0, 0]
    assert len(town.ordered("ask_to_choose")) == len(lines)


def test_before_closing_nobody_is_asked(town: Town) -> None:
    line = town.caller()
    at(town, CLOSES - timedelta(seconds=1))
    assert after_hours.settle(town.services) == 0
    assert town.stay(line)["state"] == "waiting"


def test_the_other_desks_callers_wait_on(town: Town) -> None:
    extended = town.caller(desk="extended")
    at(town, CLOSES)
    after_hours.settle(town.services)
    assert town.stay(extended)["state"] == "waiting"


def test_within_the_grace_agents_go_on_answering_callers_but_begin_no_callback(town: Town) -> None:
    line = town.caller()
    request = town.request()
    at(town, CLOSES + timedelta(minutes=1), agents=2)
    assert town.deal() == 1
    assert (town.stay(line)["state"], town.promise(request)["state"]) == ("offered", "requested")


def test_due_promises_go_to_the_evening_desk_with_their_window(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=30))
    request = town.request()
    before = town.promise(request)
    at(town, CLOSES)
    town.agent("ilta", desks=("extended",))
    assert after_hours.settle(town.services) == 1
    row = town.promise(request)
    assert (row["desk"], row["department"], row["state"]) == ("extended", "housing", "requested")
    assert row["window_end_at"] == before["window_end_at"]
    assert row["line_time_at"] == before["line_time_at"]
    assert town.deal() == 1
    assert after_hours.settle(town.services) == 0


def test_an_evening_desk_where_nobody_speaks_the_language_takes_nothing_over(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=30))
    request = town.request(language="sv")
    at(town, CLOSES)
    town.agent("ilta", desks=("extended",), languages=("fi",))
    assert after_hours.settle(town.services) == 1
    row = town.promise(request)
    assert (row["desk"], row["due_at"], town.items()) == ("housing", TOMORROW_AT_EIGHT, ["untold"])


def test_a_promise_for_another_day_is_left_alone(town: Town) -> None:
    request = town.request()
    town.within(
        lambda tx: tx.connection.execute(
            REQUEST.update().values(due_at=TOMORROW_AT_EIGHT, window_start_at=TOMORROW_AT_EIGHT)
        )
    )
    at(town, CLOSES)
    assert after_hours.settle(town.services) == 0
    assert town.promise(request)["desk"] == "housing"


def test_what_the_last_desk_leaves_gets_a_new_time_that_a_person_must_tell(town: Town) -> None:
    at(town, LAST_CLOSES - timedelta(minutes=30))
    town.agent("ilta", desks=("extended",))
    request = town.request()
    after_hours.settle(town.services)  # housing is closed: to the evening desk
    assert town.promise(request)["desk"] == "extended"
    at(town, LAST_CLOSES)
    assert after_hours.settle(town.services) == 1
    row = town.promise(request)
    assert (row["desk"], row["state"], row["due_at"]) == ("housing", "requested", TOMORROW_AT_EIGHT)
    assert row["window_start_at"] == TOMORROW_AT_EIGHT
    assert (row["told"], town.items()) == (False, ["untold"])
    assert after_hours.settle(town.services) == 0


def test_with_a_sender_the_resident_reads_the_new_time(texting_town: Town) -> None:
    town = texting_town
    at(town, LAST_CLOSES - timedelta(minutes=30))
    request = town.request()
    after_hours.settle(town.services)
    at(town, LAST_CLOSES)
    after_hours.settle(town.services)
    assert (town.promise(request)["told"], town.items()) == (True, [])
    assert any(key.startswith("sms.moved") for key in town.texts())


def test_a_promise_that_an_agent_holds_is_not_taken_from_her(town: Town) -> None:
    at(town, CLOSES - timedelta(minutes=1))
    town.agent("aino")
    request = town.request()
    town.offered("aino")
    at(town, CLOSES)
    after_hours.settle(town.services)
    assert (town.promise(request)["desk"], town.promise(request)["state"]) == ("housing", "offered")


def test_on_a_friday_evening_the_next_time_is_monday(town: Town) -> None:
    at(town, LAST_CLOSES + timedelta(days=3) - timedelta(minutes=30))
    request = town.request()
    after_hours.settle(town.services)
    at(town, LAST_CLOSES + timedelta(days=3))
    after_hours.settle(town.services)
    assert town.promise(request)["due_at"] == TOMORROW_AT_EIGHT + timedelta(days=5)


def test_what_is_left_at_a_desk_that_newer_rules_do_not_know_is_moved_on(town: Town) -> None:
    request, line = town.request(), town.caller()
    town.within(lambda tx: tx.connection.execute(update(store.REQUEST).values(desk="gone")))
    town.within(lambda tx: tx.connection.execute(update(store.CALLER).values(desk="gone")))
    after_hours.settle(town.services)
    assert town.promise(request)["desk"] == "housing"
    assert town.promise(request)["due_at"] > town.clock.now()
    assert town.stay(line)["state"] == "closing"
