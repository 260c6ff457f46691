"""What refusals and lost answers may not do to a recorded talk: run on after its end, take another talk's recording,
or hide behind those that run well."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from adapters.ids import new_id
from adapters.schema import outbox, recording
from adapters.voice_gateway import NotDone, ProviderRecording
from desks.talk.pause_recording import pause
from queue_workers import effects, reconcile, record_effects
from queue_workers.record_list import owner
from queue_workers.record_repairs import recorded_talks
from queue_workers.talk_effects import AGAIN_SECONDS
from recordings import talk_store
from tests.support.provider import LOST
from tests.support.recorded import kinds, live, recorded, recording_rules, runs
from tests.support.services import Town
from tests.support.talks import Talk, consulting

KEYS_CHANGED = NotDone(401, 20003, False)
FILE = "RE" + "f" * 32
FIRST, SECOND = "RE" + "1" * 32, "RE" + "2" * 32


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


@pytest.fixture
def talk(town: Town) -> Talk:
    return live(town)


def over(talk: Talk) -> None:
    talk.town.act(lambda c: c.talk_over(talk.token))


def listed(talk: Talk, *found: ProviderRecording) -> None:
    talk.town.gateway.records(talk.resident, *found)


def row_of(town: Town, token: str) -> Mapping[str, Any]:
    return town.one(recording, offer_token=token)


# --- a stop that is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_stop_is_said_until_it_is_done(talk: Talk, status: int) -> None:
    """Else she would be recorded to the end of her call."""
    town = talk.town
    sid = runs(town)["recording_sid"]
    over(talk)
    listed(talk, ProviderRecording(sid, "in-progress", None, True))
    town.gateway.answers(NotDone(status, 20003, False))
    assert ("stop_recording", None) in town.carry_out()
    town.clock.pass_(seconds=2)
    assert ("stop_recording", "stopped") in town.carry_out()


def test_a_stop_that_was_settled_without_effect_is_given_again(talk: Talk) -> None:
    town = talk.town
    sid = runs(town)["recording_sid"]
    over(talk)
    settled = update(outbox).where(outbox.c.kind == "stop_recording")
    town.within(lambda tx: tx.connection.execute(settled.values(done_machine=1.0, result="refused 401 20003")))
    listed(talk, ProviderRecording(sid, "in-progress", None, True))
    town.clock.pass_(seconds=120)
    recorded_talks(town.services)
    town.carry_out()
    assert kinds(town) == ["record", "stop"]


def test_refused_because_it_has_stopped_is_not_said_again(talk: Talk) -> None:
    town = talk.town
    sid = runs(town)["recording_sid"]
    over(talk)
    listed(talk, ProviderRecording(sid, "processing", None, True))
    town.gateway.answers(NotDone(400, 21220, False))
    assert ("stop_recording", "stopped before") in town.carry_out()


# --- two talks of one call ---------------------------------------------------------------------------------------


def handed_on(talk: Talk) -> str:
    """The answer to the first talk's start was lost; then a colleague takes the talk over."""
    town = talk.town
    town.gateway.answers(LOST)
    record_effects.start_recording(town.services, recorded(town)["id"])
    town.clock.pass_(seconds=30)
    token = consulting(talk)
    talk.does("complete")
    return token


def test_the_next_talk_is_recorded_once_the_unnamed_one_before_has_stopped(talk: Talk) -> None:
    town = talk.town
    began = town.clock.now()
    listed(talk, ProviderRecording(FIRST, "in-progress", None, True, began))
    token = handed_on(talk)
    for _ in range(4):
        town.carry_out()
        town.clock.pass_(seconds=2)
    asked_for = kinds(town)
    assert (asked_for.count("record"), asked_for[:2]) == (2, ["record", "stop"]), "never two at once of one leg"
    assert (row_of(town, talk.token)["recording_sid"], row_of(town, token)["state"]) == (FIRST, "running")


def test_what_began_in_the_next_talk_is_not_the_first_ones(talk: Talk) -> None:
    town = talk.town
    token = handed_on(talk)
    town.carry_out()
    assert kinds(town) == ["record"], "the list may be behind: what may run is waited for"
    town.clock.pass_(seconds=70)
    town.gateway.answers(LOST)
    record_effects.start_recording(town.services, row_of(town, token)["id"])
    listed(talk, ProviderRecording(SECOND, "in-progress", None, True, town.clock.now()))
    town.clock.pass_(seconds=11)
    recorded_talks(town.services)
    assert row_of(town, talk.token)["recording_sid"] is None
    assert (row_of(town, token)["recording_sid"], row_of(town, token)["state"]) == (SECOND, "running")


def test_whose_it_is_by_the_time_in_which_it_began(town: Town) -> None:
    ten = town.clock.now()
    late = ten + timedelta(minutes=1)
    first: dict[str, Any] = {"id": "first", "kind": "talk", "recording_sid": None, "made_at": ten}
    second: dict[str, Any] = {"id": "second", "kind": "talk", "recording_sid": None, "made_at": late}
    known = {**second, "recording_sid": SECOND}
    early_one = ProviderRecording(FILE, "completed", 9, True, ten + timedelta(seconds=3))
    late_one = ProviderRecording(FILE, "completed", 9, True, late + timedelta(seconds=3))
    whenever = ProviderRecording(FILE, "completed", 9, True)
    assert owner([first], late_one) == "first", "there is no other"
    assert owner([first, second], early_one) == "first"
    assert owner([first, second], late_one) == "second"
    assert owner([first, second], whenever) is None
    assert owner([first, known], late_one) is None
    assert owner([first, known], ProviderRecording(SECOND, "completed", 9, True)) == "second"
    assert owner([first], ProviderRecording(FILE, "completed", 9, False, ten)) is None


def test_a_name_that_another_recording_bears_is_not_taken_and_it_is_begun_again(talk: Talk) -> None:
    town = talk.town
    row = dict(recorded(town))
    others = f"RE{0xF001:032x}"  # what the provider will answer with
    theirs = {**row, "id": new_id(), "token": "t" * 32, "offer_token": None, "recording_sid": others, "kind": "message"}
    town.within(lambda tx: tx.connection.execute(insert(recording).values(**theirs)))
    assert record_effects.start_recording(town.services, row["id"]) == AGAIN_SECONDS
    assert (recorded(town)["recording_sid"], recorded(town)["asked_machine"]) == (None, None)
    runs(town)


# --- refused, late, and many -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [401, 403])
def test_a_start_refused_for_our_keys_is_asked_again_while_they_talk(talk: Talk, status: int) -> None:
    town = talk.town
    town.gateway.answers(NotDone(status, 20003, False))
    town.carry_out()
    assert recorded(town)["state"] == "asked"
    town.clock.pass_(seconds=2)
    runs(town)


def test_refused_when_the_talk_is_over_nothing_was_recorded(talk: Talk) -> None:
    town = talk.town
    town.gateway.answers(KEYS_CHANGED)
    town.gateway.during("record", lambda: over(talk))
    town.carry_out()
    assert recorded(town)["state"] == "absent"


def test_an_answer_that_comes_after_another_change_is_not_believed(talk: Talk) -> None:
    town = talk.town
    runs(town)
    pause(town.services, "aino", talk.token, True)

    def she_goes_on_much_later() -> None:
        town.clock.pass_(seconds=record_effects.CHANGE_SECONDS + 1)
        pause(town.services, "aino", talk.token, False)
        (order,) = [o for o in town.orders() if o["kind"] == "set_recording" and o["lease_machine"] is None]
        effects.carry_out(town.services, order["id"])

    town.gateway.during("pause", she_goes_on_much_later)
    town.carry_out()
    assert recorded(town)["state"] == "running"
    town.clock.pass_(seconds=2)
    town.carry_out()
    assert kinds(town)[-1] == "resume", "which came last at the provider nobody knows: said again"
    assert recorded(town)["asked_machine"] is None


def test_what_runs_as_it_should_is_not_looked_at(talk: Talk) -> None:
    town = talk.town
    runs(town)
    town.clock.pass_(seconds=60)
    assert unfinished(town) == []
    pause(town.services, "aino", talk.token, True)
    assert len(unfinished(town)) == 1
    town.carry_out()
    assert unfinished(town) == []
    over(talk)
    assert len(unfinished(town)) == 1


def unfinished(town: Town) -> list[str]:
    with town.services.database.read() as connection:
        return [row["id"] for row in talk_store.unfinished(connection, town.clock.now())]


@pytest.mark.parametrize("suffix", ["", ".", ".a", ".zzzzzzzzzzzz", ".222222222222"])
def test_an_order_is_found_by_its_recording_and_by_no_other(town: Town, suffix: str) -> None:
    mine = new_id()
    town.within(lambda tx: town.services.outbox.order(tx, "set_recording", mine + suffix))
    with town.services.database.read() as connection:
        assert talk_store.is_ordered(connection, "set_recording", mine)
        assert not talk_store.is_ordered(connection, "start_recording", mine)
        for other in (new_id(), "a" * 20, "z" * 20, mine[:-1] + ("b" if mine[-1] == "a" else "a")):
            assert not talk_store.is_ordered(connection, "set_recording", other)


def test_pauses_of_long_ago_are_not_kept_as_orders(talk: Talk) -> None:
    """Each has a row of its own, and every look for an open order would wade through them."""
    town = talk.town
    runs(town)
    pause(town.services, "aino", talk.token, True)
    town.carry_out()
    pause(town.services, "aino", talk.token, False)
    town.clock.pass_(seconds=reconcile.KEEP_SECONDS + 60)
    reconcile.tidy(town.services)
    (order,) = town.every(outbox, kind="set_recording")
    assert order["done_machine"] is None
    assert len(town.every(outbox, kind="start_recording")) == 1
