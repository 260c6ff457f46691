"""An interpreter is there for one quarter of an hour: whatever happens, nobody is rung at another time in silence."""

from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from adapters.schema import callback_event, callback_request, metadata, promise_told, supervisor_item
from callbacks import ledger, store
from callbacks.making import Made, Making, Wanted
from callbacks.model import Window
from callbacks.service import Promises
from desks import service, wishes
from queue_workers import after_hours
from tests.support.clock import TUESDAY
from tests.support.services import Town, empty_record

AT_ELEVEN = TUESDAY + timedelta(hours=1)
QUARTER = timedelta(minutes=15)
AFTERNOON = Window(TUESDAY + timedelta(hours=2), TUESDAY + timedelta(hours=4))


def appointed(town: Town) -> str:
    town.agent("aino")
    request = town.request()
    assert wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari") is True
    return request


def window(town: Town, request: str) -> tuple[object, object]:
    row = town.promise(request)
    return row["window_start_at"], row["window_end_at"]


def rung_at_eleven(town: Town, minutes: float = 3) -> str:
    town.clock.business = AT_ELEVEN + timedelta(minutes=minutes)
    token = town.offered("aino")
    town.accept(token)
    return token


def listed(town: Town, request: str) -> bool:
    return any(row["closed_at"] is None for row in town.every(supervisor_item, request_id=request, kind="interpreter"))


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed"])
def test_a_missed_ring_moves_nothing_and_is_told(texting_town: Town, status: str) -> None:
    town = texting_town
    request = appointed(town)
    token = rung_at_eleven(town)
    town.act(lambda c: c.ring_over(token, status))
    assert window(town, request) == (AT_ELEVEN, AT_ELEVEN + QUARTER)
    assert (town.promise(request)["state"], listed(town, request)) == ("requested", True)
    assert [key for key in town.texts() if "missed" in key] == []  # no time is told that nobody will keep
    assert "sms.interpreter-1" in town.texts()
    told = town.every(promise_told, request_id=request)
    assert sorted((row["via"], row["verdict"]) for row in told) == [("sms", "kept"), ("voice", "void")]


def test_a_machine_moves_nothing_either(town: Town) -> None:
    request = appointed(town)
    town.clock.business = AT_ELEVEN
    service.note_outcome(town.services, "aino", town.talking(), "machine")
    assert window(town, request) == (AT_ELEVEN, AT_ELEVEN + QUARTER)
    assert listed(town, request)


def test_the_service_does_not_move_it(texting_town: Town) -> None:
    town = texting_town
    request = appointed(town)
    before = town.texts()
    moved = town.within(lambda tx: Promises(town.services, tx, town.rules).move(request, AFTERNOON, "service"))
    assert (moved, window(town, request)) == (False, (AT_ELEVEN, AT_ELEVEN + QUARTER))
    assert (listed(town, request), town.texts()) == (True, before)


def test_a_supervisor_moves_it_with_words_and_the_interpreter_stays_on_the_list(texting_town: Town) -> None:
    town = texting_town
    request = appointed(town)
    assert town.within(lambda tx: Promises(town.services, tx, town.rules).move(request, AFTERNOON, "saara"))
    assert window(town, request) == (AFTERNOON.start, AFTERNOON.end)
    assert listed(town, request)
    assert sum(key.startswith("sms.moved") for key in town.texts()) == 2


def test_the_resident_moves_it_and_the_interpreter_is_on_the_list_at_once(town: Town) -> None:
    request = appointed(town)
    assert town.within(lambda tx: Promises(town.services, tx, town.rules).moved_by_caller(request, AFTERNOON))
    assert listed(town, request)


def test_a_quarter_that_went_by_is_told_once(texting_town: Town) -> None:
    town = texting_town
    request = appointed(town)
    town.clock.business = AT_ELEVEN + timedelta(minutes=16)
    for _ in range(3):
        wishes.unkept_interpreters(town.services)
        town.clock.business += timedelta(minutes=1)
    assert [key for key in town.texts() if key.startswith("sms.interpreter")] == ["sms.interpreter_gone"]
    assert listed(town, request)


def test_a_time_agreed_in_a_bad_moment_is_rung_then_and_not_after_it(town: Town) -> None:
    request = appointed(town)
    town.clock.business = AT_ELEVEN
    token = town.talking()
    service.note_outcome(town.services, "aino", token, "bad_moment", "", 60)
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    row = town.promise(request)
    assert (row["window_start_at"], listed(town, request)) == (AT_ELEVEN + timedelta(hours=1), True)
    town.clock.business = row["window_end_at"]
    assert town.deal() == 0
    town.clock.business = row["window_start_at"] - timedelta(minutes=1)
    assert town.deal() == 0
    town.clock.business = row["window_start_at"]
    assert town.offer(town.offered("aino"))["request_id"] == request


def asked_again(town: Town, request: str) -> Made:
    """She rings in about the matter, waits in the line and takes the afternoon."""
    with town.services.database.read() as connection:
        e164 = store.e164_of(connection, town.promise(request)["number_id"])
    wanted = Wanted(
        e164, "housing", "fi", "slot", AFTERNOON, town.clock.now(), town.new_sid(), in_line=True, uncapped=True
    )
    made = town.within(lambda tx: Making(Promises(town.services, tx, town.rules)).make(wanted))
    assert isinstance(made, Made)
    return made


def test_who_asks_again_from_the_line_keeps_the_interpreters_time(town: Town) -> None:
    request = appointed(town)
    before, told = town.promise(request), town.every(promise_told, request_id=request)
    assert asked_again(town, request) == Made(request, True)
    assert (town.promise(request), town.every(promise_told, request_id=request)) == (before, told)


def test_who_asks_again_after_it_gets_the_new_time(town: Town) -> None:
    request = appointed(town)
    town.clock.business = AT_ELEVEN + QUARTER
    asked_again(town, request)
    assert window(town, request) == (AFTERNOON.start, AFTERNOON.end)


def test_two_looks_at_once_tell_her_once(texting_town: Town) -> None:
    """A neighbour holds the request and lists it: our look waits for that, and then says nothing."""
    town, found = texting_town, list[int]()
    request = appointed(town)
    town.clock.business = AT_ELEVEN + timedelta(minutes=16)
    look = Thread(target=lambda: found.append(wishes.unkept_interpreters(town.services)))
    with town.services.database.write() as tx:
        tx.connection.execute(select(callback_request.c.id).where(callback_request.c.id == request).with_for_update())
        look.start()
        look.join(0.3)
        assert look.is_alive()
        Promises(town.services, tx, town.rules).raise_item("interpreter", request)
    look.join()
    assert found == [0]
    assert len(town.every(supervisor_item, request_id=request, kind="interpreter")) == 1
    assert [key for key in town.texts() if key.startswith("sms.interpreter")] == []


class Appointment(RuleBasedStateMachine):
    """Time, deals, misses, closings and moves by the service, in any order, around one appointment."""

    town: Town

    @initialize()
    def make(self) -> None:
        with self.town.services.database.write() as tx:
            for table in reversed(metadata.sorted_tables):
                tx.connection.execute(table.delete())
        self.town.clock.business = TUESDAY
        self.request = appointed(self.town)

    @rule(minutes=st.sampled_from([1, 7, 15, 30, 60, 61, 240, 900]))
    def time_goes_by(self, minutes: int) -> None:
        self.town.clock.pass_(minutes=minutes)
        service.heartbeat(self.town.services, "aino")

    @rule(status=st.sampled_from(["no-answer", "busy", "failed"]))
    def deal_and_miss(self, status: str) -> None:
        self.town.deal()
        held = self.town.held("aino")
        if held is not None and held["state"] == "offered":
            self.town.accept(held["token"], f"CA{held['token']}")
            self.town.act(lambda c: c.ring_over(held["token"], status))
            self.town.act(lambda c: c.agent_leg_ended(held["token"], "completed"))

    @rule()
    def declined(self) -> None:
        self.town.deal()
        held = self.town.held("aino")
        if held is not None and held["state"] == "offered":
            service.decline(self.town.services, "aino", held["token"], "technical")

    @rule()
    def closing(self) -> None:
        after_hours.settle(self.town.services)

    @rule()
    def moved_by_the_service(self) -> None:
        self.town.within(
            lambda tx: Promises(self.town.services, tx, self.town.rules).move(self.request, AFTERNOON, "service")
        )

    @rule(desk=st.sampled_from(["housing", "extended", "streets"]))
    def given_away(self, desk: str) -> None:
        self.town.within(
            lambda tx: Promises(self.town.services, tx, self.town.rules).reassign(self.request, "saara", desk)
        )

    @rule()
    def slow_tick(self) -> None:
        wishes.unkept_interpreters(self.town.services)
        ledger.judge_ended(self.town.services)

    @invariant()
    def the_time_stands_and_nobody_was_rung_at_another(self) -> None:
        if not hasattr(self, "request"):
            return
        assert window(self.town, self.request) == (AT_ELEVEN, AT_ELEVEN + QUARTER)
        rings = [row["at"] for row in self.town.every(callback_event, request_id=self.request, event="accept")]
        assert len(rings) <= 1
        assert all(AT_ELEVEN <= at <= AT_ELEVEN + QUARTER for at in rings)


@pytest.mark.hypothesis  # which marks what it finds at the top of a file only: make long looks for new orders of events
def test_no_order_of_events_moves_an_appointment(tmp_path: Path) -> None:
    class Here(Appointment):
        town = Town.over(empty_record("sqlite", tmp_path))

    case = Here.TestCase
    case.settings = settings(
        max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
    )
    case("runTest").runTest()
