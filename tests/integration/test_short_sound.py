"""Sound that comes shorter than its own head says: one bad answer never becomes the only copy."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.schema import outbox
from queue_workers import effects, sound_repairs
from queue_workers.sound_effects import KEPT_THERE, SHORT_SECONDS, SHORT_TRIES
from recordings.vault import whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, the_message
from tests.support.services import Town

SOUND = wav()
HALF = SOUND[: len(SOUND) // 2]


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=HALF)) as one:
        yield one


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def recording_id(town: Town) -> str:
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    return str(the_message(town)["id"])


def deletions(town: Town) -> int:
    return len(town.gateway.ordered("delete_recording"))


def tried_until_believed(town: Town) -> None:
    for _ in range(SHORT_TRIES):
        town.carry_out()
        town.clock.pass_(seconds=SHORT_SECONDS / (SHORT_TRIES - 1))


def test_the_first_answer_after_a_backlog_is_half_and_the_whole_one_is_kept(
    town: Town, house: MediaHouse, recording_id: str
) -> None:
    """The half says that it is whole: its announced length is its own."""
    town.clock.pass_(minutes=11)
    house.answers = [Answer(body=HALF), Answer(body=SOUND)]
    town.carry_out()
    assert (the_message(town)["stored_machine"], deletions(town)) == (None, 0)
    town.clock.pass_(seconds=2)
    carried_out(town)
    left = the_message(town)
    assert whole(town.services.vault, recording_id) == SOUND
    assert (left["short_bytes"], left["removed_machine"] is not None, deletions(town)) == (None, True, 1)


def test_a_growing_file_is_awaited_however_often_it_is_asked_for(
    town: Town, house: MediaHouse, recording_id: str
) -> None:
    for more in range(3 * SHORT_TRIES):
        house.answers = [Answer(body=SOUND[: len(HALF) + more * 2])]
        town.carry_out()
        town.clock.pass_(seconds=SHORT_SECONDS)
    assert (the_message(town)["stored_machine"], deletions(town)) == (None, 0)


def test_often_at_once_is_not_often_enough(town: Town, recording_id: str) -> None:
    for _ in range(3 * SHORT_TRIES):
        town.carry_out()
        town.clock.pass_(seconds=SHORT_SECONDS / (3 * SHORT_TRIES))
    assert the_message(town)["stored_machine"] is None


def test_twice_with_long_between_is_not_often_enough(town: Town, recording_id: str) -> None:
    for _ in range(SHORT_TRIES - 1):
        town.carry_out()
        town.clock.pass_(seconds=SHORT_SECONDS)
    assert the_message(town)["stored_machine"] is None


def test_equally_short_again_and_again_is_taken_and_the_providers_copy_stays_for_days(
    town: Town, recording_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    tried_until_believed(town)
    assert whole(town.services.vault, recording_id) == HALF
    assert "sound is cut short; the provider's copy stays there for days" in caplog.messages
    assert max(record.levelno for record in caplog.records) == logging.ERROR
    carried_out(town)
    sound_repairs.unfinished_sound(town.services)
    town.clock.pass_(seconds=KEPT_THERE - SHORT_SECONDS)
    carried_out(town)
    assert deletions(town) == 0
    town.clock.pass_(seconds=SHORT_SECONDS)
    carried_out(town)
    assert (deletions(town), the_message(town)["removed_machine"] is not None) == (1, True)


def test_an_order_to_delete_that_comes_early_deletes_nothing(town: Town, recording_id: str) -> None:
    tried_until_believed(town)
    town.within(lambda tx: tx.connection.execute(outbox.delete().where(outbox.c.kind == "delete_recording")))
    sound_repairs.unfinished_sound(town.services)
    carried_out(town)
    assert town.one(outbox, kind="delete_recording")["result"] == "ours is short: kept there"
    assert deletions(town) == 0


def test_the_last_look_before_the_deletion_finds_it_whole(town: Town, house: MediaHouse, recording_id: str) -> None:
    tried_until_believed(town)
    house.answers = [Answer(503), Answer(body=SOUND)]
    town.clock.pass_(seconds=KEPT_THERE)
    town.carry_out()
    assert deletions(town) == 0
    for _ in range(effects.MOST_TRIES):
        town.clock.pass_(seconds=31)
        carried_out(town)
    assert whole(town.services.vault, recording_id) == SOUND
    assert (deletions(town), the_message(town)["short_bytes"]) == (1, None)


def test_what_is_gone_there_meanwhile_is_noted_as_gone(town: Town, house: MediaHouse, recording_id: str) -> None:
    tried_until_believed(town)
    house.answers = [Answer(404)]
    town.clock.pass_(seconds=KEPT_THERE)
    carried_out(town)
    assert the_message(town)["removed_machine"] is not None
    assert whole(town.services.vault, recording_id) == HALF
