"""A storage, a list or an account that is slow or large: the round goes on later, and nobody else waits for it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from adapters.recording_list import NotListed, listed
from adapters.schema import process_start, recording
from bootstrap import record_start
from queue_workers import sound_adoption
from queue_workers.hands import Aside
from queue_workers.scheduler import Dispatcher
from queue_workers.sound_patrol import AWAY_SECONDS, Patrol
from recordings.vault import Vault, VaultError
from tests.integration.test_sound_adoption import entry
from tests.integration.test_sound_adoption import listed as page
from tests.rig.waiting import until
from tests.support.media_house import Answer, MediaHouse, media_house
from tests.support.messages import Speaker, recording_sid, the_message
from tests.support.services import Town

RESTING = 60


class Storage:
    """Looked into only; ``hangs`` until it is let go, or ``refuses``."""

    def __init__(self, refuses: bool = False, free: threading.Event | None = None) -> None:
        self.refuses, self.free = refuses, free
        self.opened: list[str] = []
        self.listed = 0

    def open(self, sound_id: str) -> None:
        self.opened.append(sound_id)
        if self.refuses:
            raise VaultError("the object storage does not do it (Timeout)")

    def ids(self) -> Iterator[str]:
        self.listed += 1
        if self.free is not None:
            self.free.wait(20.0)
        return iter(())

    def sweeping(self, now: object) -> Iterator[int]:
        return iter(())


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(page()) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def resting(town: Town) -> list[str]:
    """Ids of sounds that are said to rest in the vault."""
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    row = the_message(town)
    ids = [f"r{n:019d}" for n in range(RESTING)]
    with town.services.database.write() as tx:
        for n, id_ in enumerate(ids):
            one = {**row, "id": id_, "recording_sid": recording_sid(0xF000 + n), "token": id_, "stored_machine": 1.0}
            tx.connection.execute(recording.insert().values(one))
    return ids


def test_a_storage_that_does_not_answer_is_asked_once_and_again_later(town: Town, resting: list[str]) -> None:
    storage, patrol = Storage(refuses=True), Patrol()
    services = replace(town.services, vault=cast(Vault, storage))
    patrol.step(services)
    patrol.step(services)
    assert storage.opened == resting[:1]
    storage.refuses = False
    town.clock.pass_(seconds=AWAY_SECONDS)
    for _ in range(2):
        patrol.step(services)
    assert storage.opened == resting, "the round goes on where it was"


def test_a_step_ends_with_its_time_and_the_next_one_goes_on(town: Town, resting: list[str]) -> None:
    storage, patrol = Storage(), Patrol(seconds=0.0)
    services = replace(town.services, vault=cast(Vault, storage))
    for _ in range(3):
        patrol.step(services)
    assert storage.opened == resting[:3]


def test_a_round_that_hangs_stops_no_repair_and_is_not_doubled(town: Town) -> None:
    storage = Storage(free=threading.Event())
    dispatcher = Dispatcher(replace(town.services, vault=cast(Vault, storage)))
    record_start(town.services, "clock")
    for _ in range(3):
        town.clock.pass_(seconds=3600)
        dispatcher.slow()
    assert town.one(process_start, kind="clock")["beat_machine"] == town.clock.machine()
    assert storage.listed == 1
    assert storage.free is not None
    storage.free.set()
    until(lambda: dispatcher.rounds.begin(lambda: None), 5.0, lambda: "still hanging")


def test_what_goes_wrong_aside_does_not_end_it(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> None:
        raise RuntimeError("broken")

    aside, done = Aside("round"), threading.Event()
    assert aside.begin(fails)
    until(lambda: aside.begin(done.set), 5.0, lambda: "still held")
    assert done.wait(5.0)
    assert "work failed" in caplog.text


def test_a_list_that_comes_letter_by_letter_is_left(town: Town, house: MediaHouse) -> None:
    house.answers = [Answer(body=b" " * 4000, content_type="application/json", drips=0.05)]
    found = list(listed(town.services.media.door, within=0.3))
    assert found == [NotListed("too slow")]


def test_what_is_not_ours_is_asked_about_once(town: Town, house: MediaHouse) -> None:
    strange = [f"CA{n:032x}" for n in range(3)]
    for call_sid in strange:
        town.gateway.knows(call_sid, "completed", to="+358201234567")
    house.answers = [page(*[entry(town, sid=recording_sid(n), call_sid=sid) for n, sid in enumerate(strange)])]
    foreign = set[str]()
    assert sound_adoption.adopt(town.services, foreign) == 0
    assert len(foreign) == 3
    town.gateway.cannot_be_asked()
    assert sound_adoption.adopt(town.services, foreign) == 0
    town.gateway.can_be_asked()
    for call_sid in strange:
        town.gateway.knows(call_sid, "completed", to=town.services.settings.city_number)
    assert sound_adoption.adopt(town.services, foreign) == 0, "it was not asked again"
    assert sound_adoption.adopt(town.services) == 3


def test_asking_ends_with_its_time(town: Town, house: MediaHouse) -> None:
    house.answers = [page(*[entry(town, sid=recording_sid(n)) for n in range(5)])]
    assert sound_adoption.adopt(town.services, still=lambda: False) == 1
    assert sound_adoption.adopt(town.services) == 4
