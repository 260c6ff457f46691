"""What was interrupted is moved on: silent legs asked about, unknown rings adopted or handed to a person."""

from typing import Any

import pytest
from sqlalchemy import event

from adapters.database import Transaction
from adapters.schema import receipt
from desks import service
from desks.line.duty_store import duty
from desks.store import note_offer
from desks.supervision import deeds as supervision
from queue_workers import reconcile
from tests.support.services import Town

LEG, RESIDENT = "CA" + "a" * 32, "CA" + "9" * 32
QUARANTINE = 600


def dialling(town: Town) -> tuple[str, str]:
    """(request, token): the resident's telephone has been asked to ring, and nothing was heard since."""
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    town.accept(token, LEG)
    return request, token


# --- the agent's leg ----------------------------------------------------------------------------------------------


def test_a_silent_leg_that_still_talks_is_left_alone(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    town.gateway.knows(LEG, "in-progress")
    town.clock.pass_(seconds=61)
    reconcile.silent_legs(town.services)
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("connected", "connected")


def test_a_silent_leg_that_is_over_ends_the_talk(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    town.gateway.knows(LEG, "completed")
    town.clock.pass_(seconds=59)
    reconcile.silent_legs(town.services)
    assert town.offer(token)["state"] == "connected", "asked too early"
    town.clock.pass_(seconds=2)
    reconcile.silent_legs(town.services)
    assert town.offer(token)["state"] == "wrapup"


def test_a_leg_lost_before_the_room_brings_the_caller_back_to_her_place(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.accept(token, LEG)
    town.clock.pass_(seconds=61)  # the provider knows no such call
    reconcile.silent_legs(town.services)
    assert (town.stay(line)["state"], town.offer(token)["outcome"]) == ("waiting", "lost")


def test_while_the_provider_cannot_be_asked_nothing_is_assumed(town: Town) -> None:
    request, token = dialling(town)
    town.gateway.cannot_be_asked()
    town.clock.pass_(seconds=QUARANTINE * 3)
    reconcile.silent_legs(town.services)
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("dialing", "dialing")


def test_an_offer_that_never_rang_is_given_back_without_blame(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.carry_out()
    town.clock.pass_(seconds=44)
    reconcile.overdue_offers(town.services)
    assert town.offer(token)["state"] == "offered"
    town.clock.pass_(seconds=2)
    reconcile.overdue_offers(town.services)
    assert (town.offer(token)["outcome"], town.stay(line)["state"]) == ("unknown", "waiting")


def test_a_ring_that_was_never_asked_for_is_dealt_anew_and_to_the_same_agent_too(town: Town) -> None:
    """It waited for its turn at the provider, or for a worker: nothing was missed."""
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    town.clock.pass_(seconds=reconcile.TURN_SECONDS - 1)
    reconcile.overdue_offers(town.services)
    assert town.offer(token)["state"] == "offered"
    town.clock.pass_(seconds=2)
    reconcile.overdue_offers(town.services)
    assert (town.offer(token)["outcome"], town.stay(line)["state"]) == ("withdrawn", "waiting")
    service.heartbeat(town.services, "aino")
    again = town.offered("aino")
    assert again != token
    assert town.carry_out() == [("ring_agent", "rung")]


def test_a_telephone_that_rings_too_long_sets_her_away(town: Town) -> None:
    town.agent("aino")
    line = town.caller()
    token = town.offered("aino")
    now = town.clock.now()
    town.within(lambda tx: _note(tx, token, rung_at=now))
    town.clock.pass_(seconds=31)
    reconcile.overdue_offers(town.services)
    assert (town.offer(token)["outcome"], town.stay(line)["state"]) == ("unanswered", "waiting")
    service.heartbeat(town.services, "aino")
    assert town.deal() == 0


# --- a ring whose fate is unknown ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "state", "offer_state"),
    [("no-answer", "requested", "ended"), ("busy", "requested", "ended"), ("completed", "connected", "wrapup")],
)
def test_what_the_provider_knows_of_the_residents_leg_is_adopted(
    town: Town, status: str, state: str, offer_state: str
) -> None:
    request, token = dialling(town)
    town.gateway.knows(LEG, "completed")
    town.gateway.knows(RESIDENT, status, parent=LEG)
    town.clock.pass_(seconds=61)
    reconcile.silent_legs(town.services)
    town.clock.pass_(seconds=6)
    reconcile.unknown_rings(town.services)
    assert (town.promise(request)["state"], town.offer(token)["state"]) == (state, offer_state)


def leg_over(town: Town, token: str) -> None:
    """Her leg has ended without a word about the ring."""
    town.gateway.knows(LEG, "completed")
    town.act(lambda c: c.agent_leg_ended(token, "completed"))


def repaired_after(town: Town, seconds: float) -> None:
    town.clock.pass_(seconds=seconds)
    reconcile.unknown_rings(town.services)
    service.heartbeat(town.services, "aino")


def test_the_agent_is_let_go_at_once_and_the_request_is_not_dealt_meanwhile(town: Town) -> None:
    request, token = dialling(town)
    leg_over(town, token)
    repaired_after(town, 6)
    assert (town.promise(request)["state"], town.offer(token)["outcome"]) == ("dialing", "unknown")
    assert town.held("aino") is None
    assert town.deal() == 0


@pytest.mark.parametrize(("status", "state"), [("no-answer", "requested"), ("completed", "done")])
def test_late_news_are_adopted_although_the_agent_is_gone(town: Town, status: str, state: str) -> None:
    request, token = dialling(town)
    leg_over(town, token)
    repaired_after(town, 6)
    town.gateway.knows(RESIDENT, status, parent=LEG)
    repaired_after(town, 60)
    assert town.promise(request)["state"] == state
    assert town.items() == (["unnoted"] if state == "done" else [])


@pytest.mark.parametrize(("again", "state", "outcome"), [(True, "requested", None), (False, "done", "done")])
def test_a_ring_nobody_knows_of_is_decided_by_a_person(
    town: Town, again: bool, state: str, outcome: str | None
) -> None:
    request, token = dialling(town)
    leg_over(town, token)
    repaired_after(town, QUARANTINE - 1)
    assert town.promise(request)["state"] == "dialing", "the list of legs may be behind the truth"
    repaired_after(town, 2)
    assert (town.promise(request)["state"], town.offer(token)["outcome"]) == ("needs_human", "unknown")
    assert town.items() == ["needs_human"]
    assert town.deal() == 0, "no machine rings again"
    assert supervision.resolve(town.services, "sirpa", request, again)
    assert (town.promise(request)["state"], town.promise(request)["outcome"]) == (state, outcome)
    assert town.items() == []
    assert town.deal() == (1 if again else 0)
    assert supervision.resolve(town.services, "sirpa", request, again) is False


def test_news_after_a_person_was_asked_change_nothing(town: Town) -> None:
    request, token = dialling(town)
    leg_over(town, token)
    repaired_after(town, QUARANTINE + 1)
    town.act(lambda c: c.resident_answered(token))
    town.act(lambda c: c.ring_over(token, "no-answer"))
    assert (town.promise(request)["state"], town.promise(request)["attempts"]) == ("needs_human", 1)


# --- what is left behind ----------------------------------------------------------------------------------------------


def test_receipts_are_forgotten_after_a_day(town: Town) -> None:
    dialling(town)
    assert len(town.every(receipt)) == 1
    town.clock.pass_(minutes=24 * 60 - 1)
    reconcile.tidy(town.services)
    assert len(town.every(receipt)) == 1
    town.clock.pass_(minutes=2)
    reconcile.tidy(town.services)
    assert town.every(receipt) == []


def test_repairs_done_twice_are_done_once(town: Town) -> None:
    request, token = dialling(town)
    leg_over(town, token)
    town.clock.pass_(seconds=QUARANTINE + 1)
    for _ in range(3):
        reconcile.silent_legs(town.services)
        reconcile.unknown_rings(town.services)
        reconcile.overdue_offers(town.services)
        reconcile.lost_agents(town.services)
    assert town.items() == ["needs_human"]
    assert town.promise(request)["attempts"] == 1


def _note(tx: Transaction, token: str, **values: object) -> None:
    note_offer(tx.connection, token, **values)


def test_open_offers_and_who_is_free_are_found_by_the_index_of_open_offers(town: Town) -> None:
    """A bound list of states names no partial index on SQLite: every offer ever made would be read."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, values))

    engine = town.services.database.engine
    event.listen(engine, "before_cursor_execute", note)
    reconcile.open_offers(town.services, "offered", "wrapup")
    with town.services.database.read() as connection:
        duty(connection, town.clock.machine(), town.clock.now())
    event.remove(engine, "before_cursor_execute", note)
    about = [(statement, values) for statement, values in asked if "wrapup" in statement]
    assert len(about) == 2
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            plans = [str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {s}", v).all()) for s, v in about]
        assert all("uq_offer_open_" in plan for plan in plans), plans
