"""Orders that take longer than a lease: renewed while somebody works, taken over when he is gone, beside all others."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from adapters.schema import outbox
from adapters.voice_gateway import Done, Result
from queue_workers import effects, orders
from queue_workers.hands import Hands
from queue_workers.orders import LEASE_SECONDS, RENEWED_SECONDS, Order, Work
from queue_workers.scheduler import HANDS, Dispatcher
from recordings.vault import Vault
from tests.rig.waiting import until
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, the_message
from tests.support.services import Town

SOUND = wav()


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


def ordered(town: Town, kind: str = "fetch_recording", ref: str = "r" * 20) -> str:
    town.within(lambda tx: town.services.outbox.order(tx, kind, ref))
    return str(town.one(outbox, kind=kind, ref=ref)["id"])


def claimed(town: Town, order_id: str) -> Order:
    order = orders.claim(town.services, order_id)
    assert order is not None
    return order


def test_a_lease_is_renewed_while_the_work_goes_on(town: Town) -> None:
    order_id = ordered(town)
    work = Work(town.services, claimed(town, order_id))
    for _ in range(20):
        town.clock.pass_(seconds=RENEWED_SECONDS)
        assert work.still()
        assert orders.claim(town.services, order_id) is None


def test_whoever_stood_still_has_lost_it_and_spoils_nothing(town: Town) -> None:
    order_id = ordered(town)
    first = claimed(town, order_id)
    town.clock.pass_(seconds=LEASE_SECONDS + 1)
    second = claimed(town, order_id)
    assert not Work(town.services, first).still()
    orders.settle(town.services, first, "stored")
    assert town.one(outbox, id=order_id)["done_machine"] is None
    orders.settle(town.services, second, "stored")
    assert town.one(outbox, id=order_id)["result"] == "stored"


def test_a_record_that_is_away_for_a_moment_stops_no_work(town: Town) -> None:
    """What has been poured so far is not thrown away for it."""
    work = Work(town.services, claimed(town, ordered(town)))
    town.clock.pass_(seconds=RENEWED_SECONDS)
    with town.services.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE outbox RENAME TO elsewhere")
    assert work.still()
    with town.services.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO outbox")


def test_what_takes_long_does_not_hold_up_the_hand_that_rings(town: Town, house: MediaHouse) -> None:
    """The job is over at once; the sound comes drop by drop behind it."""
    house.answers = [Answer(body=SOUND, drips=0.2)]
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    fetch, hands = town.one(outbox, kind="fetch_recording")["id"], Hands()
    assert effects.carry_out(town.services, fetch, hands)
    assert effects.carry_out(town.services, ordered(town, "end_leg", "CA" + "2" * 32), hands)
    assert [order.to for order in town.gateway.ordered("end")] == ["CA" + "2" * 32]
    assert the_message(town)["stored_machine"] is None
    house.closing.set()  # the line is cut; the hand lets go of it
    until(lambda: town.one(outbox, id=fetch)["lease_machine"] is None, 10.0, lambda: "still held")


def test_hands_that_are_full_leave_long_orders_to_others_and_no_ring(town: Town) -> None:
    hands, free = Hands(1), threading.Event()
    for _ in range(2):
        hands.take(free.wait)
    assert hands.full()
    assert not effects.carry_out(town.services, ordered(town), hands)
    assert town.one(outbox, kind="fetch_recording")["tries"] == 0
    assert effects.carry_out(town.services, ordered(town, "end_leg", "CA" + "2" * 32), hands)
    free.set()
    until(lambda: not hands.full(), 5.0, lambda: "a hand is still held")


def test_a_hand_outlives_what_goes_wrong_in_it(caplog: pytest.LogCaptureFixture) -> None:
    hands, done = Hands(1), threading.Event()

    def fails() -> None:
        raise RuntimeError("broken")

    hands.take(fails)
    hands.take(done.set)
    assert done.wait(5.0)
    assert "work failed" in caplog.text


def test_a_thousand_sounds_that_wait_hide_no_ring(town: Town, house: MediaHouse) -> None:
    """The dispatcher alone, the queue down: the call's order is the youngest, and is done in the first round."""
    house.answers = [Answer(404)]
    for n in range(150):
        ordered(town, "fetch_recording", f"r{n:019d}")
    town.clock.pass_(seconds=1)
    ordered(town, "end_leg", "CA" + "2" * 32)
    dispatcher = Dispatcher(town.services)
    dispatcher.fast()
    until(lambda: bool(town.gateway.ordered("end")), 10.0, lambda: "the leg was not ended")


class Stuck:
    """A storage whose deletions hang."""

    def __init__(self) -> None:
        self.asked, self.free = 0, threading.Event()

    def delete(self, sound_id: str) -> None:
        self.asked += 1
        self.free.wait(20.0)

    def delete_call(self, call_sid: str) -> Result:
        self.delete(call_sid)
        return Done("")


@pytest.mark.parametrize("kind", ["drop_sound", "delete_call"])
def test_a_night_of_slow_deletions_holds_up_no_ring(town: Town, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = Stuck()
    monkeypatch.setattr(town.gateway, "delete_call", stuck.delete_call)
    dispatcher = Dispatcher(replace(town.services, vault=cast(Vault, stuck)))
    for n in range(HANDS + 4):
        ordered(town, kind, f"r{n:019d}")
    town.clock.pass_(seconds=1)
    dispatcher.fast()
    until(lambda: stuck.asked > 0, 5.0, lambda: "nothing was begun")
    ordered(town, "end_leg", "CA" + "2" * 32)
    town.clock.pass_(seconds=2)
    dispatcher.fast()
    until(lambda: bool(town.gateway.ordered("end")), 3.0, lambda: "the leg was not ended")
    stuck.free.set()


def test_an_order_waits_behind_a_long_one_without_a_lease_and_is_tried_once(town: Town) -> None:
    """Taken twice or not, and however long the one before it takes."""
    hands, free = Hands(1), threading.Event()
    hands.take(free.wait)
    waiting = ordered(town, "drop_sound", "z" * 20)
    assert effects.carry_out(town.services, waiting, hands)
    for _ in range(3):
        town.clock.pass_(seconds=LEASE_SECONDS + 1)
        assert not effects.carry_out(town.services, waiting, hands)
    free.set()
    until(lambda: town.one(outbox, id=waiting)["done_machine"] is not None, 5.0, lambda: "never done")
    assert (town.one(outbox, id=waiting)["tries"], town.one(outbox, id=waiting)["result"]) == (1, "dropped")


def test_two_hands_never_hold_copies_of_one_order(town: Town) -> None:
    hands, free = Hands(1), threading.Event()
    hands.take(free.wait, "first")
    assert not hands.take(free.wait, "first")
    assert not hands.full()
    free.set()
    until(lambda: hands.take(free.wait, "first"), 5.0, lambda: "its name is still held")
