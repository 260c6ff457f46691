"""Two who seal one sound: whoever is slow loses his order in time, or finds it stored, and replaces nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import update

from adapters.schema import outbox, recording
from queue_workers import effects, orders
from queue_workers.orders import RENEWED_SECONDS
from recordings.vault import NoSound, Reader, Vault, whole
from recordings.vault.model import Sealed, Still, Writer, always
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, the_message
from tests.support.services import Town

SOUND = wav(20.0)


class SlowBucket:
    """Each question while it is read back comes a renewal later; ``meanwhile`` happens before that."""

    def __init__(self, town: Town) -> None:
        self.town, self.vault, self.asked = town, town.services.vault, 0
        self.stored_by_another = False
        self.taken_over: list[bool] = []

    @contextmanager
    def writing(self, sound_id: str) -> Iterator["SlowBucket"]:
        with self.vault.writing(sound_id) as writer:
            self.writer: Writer = writer
            yield self

    def open(self, sound_id: str) -> Reader:
        return self.vault.open(sound_id)

    def write(self, sound: bytes) -> None:
        self.writer.write(sound)

    def seal(self, still: Still = always, sure: Still = always) -> Sealed:
        if self.stored_by_another:
            stored = update(recording).values(stored_machine=1.0)
            self.town.within(lambda tx: tx.connection.execute(stored))
        return self.writer.seal(lambda: self.later(still), sure)

    def later(self, still: Still) -> bool:
        self.asked += 1
        self.town.clock.pass_(seconds=RENEWED_SECONDS)
        answer = still()
        order = self.town.one(outbox, kind="fetch_recording")
        self.taken_over.append(orders.claim(self.town.services, str(order["id"])) is not None)
        return answer


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def fetch(town: Town) -> str:
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    return str(town.one(outbox, kind="fetch_recording")["id"])


def test_nobody_takes_it_over_while_it_is_read_back_slowly(town: Town, fetch: str) -> None:
    bucket = SlowBucket(town)
    effects.carry_out(replace(town.services, vault=cast(Vault, bucket)), fetch)
    assert bucket.asked * RENEWED_SECONDS > orders.LEASE_SECONDS
    assert set(bucket.taken_over) == {False}
    assert whole(town.services.vault, str(the_message(town)["id"])) == SOUND


def test_what_another_has_stored_meanwhile_is_not_replaced(town: Town, fetch: str) -> None:
    bucket = SlowBucket(town)
    bucket.stored_by_another = True
    effects.carry_out(replace(town.services, vault=cast(Vault, bucket)), fetch)
    with pytest.raises(NoSound):
        town.services.vault.open(str(the_message(town)["id"]))
    assert town.gateway.ordered("delete_recording") == []
