"""What vault, record and provider say of each other: what one of them forgot is found, and mended or told."""

import logging
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.schema import outbox, recording
from queue_workers import sound_repairs
from queue_workers.sound_patrol import Patrol
from recordings.vault import NoSound, put, whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, recording_sid, the_message
from tests.support.provider import LOST
from tests.support.services import Town

SOUND = wav()
A_DAY = 24 * 3600.0


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
def speaker(town: Town) -> Speaker:
    return Speaker.at(town)


def left(speaker: Speaker) -> Mapping[str, object]:
    """A message that was left and kept; its sound is ordered."""
    speaker.is_led_to_the_tone()
    speaker.speaks()
    speaker.telephone.presses("1")
    return the_message(speaker.town)


def noted(town: Town, recording_id: object, **values: object) -> None:
    """As a process would have left it that died, or a disk that was lost."""
    town.within(
        lambda tx: tx.connection.execute(update(recording).where(recording.c.id == recording_id).values(values))
    )


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]


# --- the vault ---------------------------------------------------------------------------------------------------


def test_sound_that_no_row_knows_goes_after_a_day_and_not_before(town: Town) -> None:
    put(town.services.vault, "z" * 20, b"whose?")
    Patrol().step(town.services)
    carried_out(town)
    town.clock.pass_(seconds=A_DAY - 60)
    carried_out(town)
    assert list(town.services.vault.ids()) == ["z" * 20]
    town.clock.pass_(seconds=61)
    carried_out(town)
    assert list(town.services.vault.ids()) == []


def test_the_newest_sounds_of_a_record_that_was_put_back_are_kept_and_told(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """More than a handful that no row knows: their rows were in the record that was lost."""
    for letter in "abcdef":
        put(town.services.vault, letter * 20, b"spoken after the copy was made")
    patrol = Patrol(at_once=4)
    for _ in range(2):
        patrol.step(town.services)
        patrol.step(town.services)
        town.clock.pass_(seconds=A_DAY + 1)
        carried_out(town)
    assert town.ordered("drop_sound") == []
    assert len(list(town.services.vault.ids())) == 6
    told = "sounds that no row knows are kept: was the record put back to an older one?"
    assert errors(caplog) == [told, told]


def test_a_row_that_comes_back_within_the_day_saves_its_sound(town: Town, speaker: Speaker) -> None:
    """The record was put back from yesterday's copy, and then from today's."""
    row = left(speaker)
    carried_out(town)
    noted(town, row["id"], id="y" * 20)
    Patrol().step(town.services)
    noted(town, "y" * 20, id=row["id"])
    town.clock.pass_(seconds=A_DAY + 1)
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND


@pytest.mark.parametrize("gone", [{"state": "dropped"}, {"deleted_at": datetime.fromisoformat("2026-11-24T08:00Z")}])
def test_sound_that_came_back_after_it_was_deleted_goes_too(
    town: Town, speaker: Speaker, gone: dict[str, object]
) -> None:
    row = left(speaker)
    carried_out(town)
    noted(town, row["id"], **gone)
    Patrol().step(town.services)
    town.clock.pass_(seconds=A_DAY + 1)
    carried_out(town)
    with pytest.raises(NoSound):
        town.services.vault.open(str(row["id"]))


def test_what_rests_beside_a_sound_is_its_own(town: Town, speaker: Speaker) -> None:
    row = left(speaker)
    carried_out(town)
    put(town.services.vault, f"{row['id']}words", b"what she said")
    Patrol().step(town.services)
    assert town.ordered("drop_sound") == []


def test_what_a_killed_worker_began_to_seal_is_swept_after_a_day(town: Town, tmp_path: Path) -> None:
    patrol = Patrol()
    patrol.step(town.services)
    town.clock.pass_(seconds=3600)  # not at every start
    folder = tmp_path / "recordings" / "ab"
    folder.mkdir(parents=True)
    left, fresh = folder / f"{'ab' * 10}.00.body.1.new", folder / f"{'ab' * 10}.01.body"
    for file, age in ((left, A_DAY + 60), (fresh, A_DAY - 60)):
        file.write_bytes(b"noise")
        os.utime(file, (town.clock.machine() - age,) * 2)
    patrol.step(town.services)
    assert [file.exists() for file in (left, fresh)] == [False, True]


def test_a_round_goes_through_everything_a_little_at_a_time(town: Town) -> None:
    for letter in "abcde":
        put(town.services.vault, letter * 20, b"whose?")
    patrol = Patrol(at_once=2)
    seen = []
    for _ in range(4):
        patrol.step(town.services)
        seen.append(len(town.ordered("drop_sound")))
    assert seen == [0, 0, 5, 5], "only once it is known how many there are"


def test_sound_that_is_missing_is_fetched_again_while_the_provider_has_it(
    town: Town, speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    row = left(speaker)
    town.gateway.answers(LOST)
    town.carry_out()  # stored, and not yet deleted there
    town.services.vault.delete(str(row["id"]))
    Patrol().step(town.services)
    assert the_message(town)["stored_machine"] is None
    assert errors(caplog) == ["sound cannot be opened"]
    town.clock.pass_(seconds=5)
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND
    assert the_message(town)["removed_machine"] is not None


def test_the_providers_copy_is_never_deleted_while_ours_cannot_be_opened(
    town: Town, speaker: Speaker, tmp_path: Path
) -> None:
    row = left(speaker)
    town.gateway.answers(LOST)
    town.carry_out()
    town.services.vault.delete(str(row["id"]))
    town.clock.pass_(seconds=5)
    town.carry_out()
    assert len(town.gateway.ordered("delete_recording")) == 1, "the first, whose answer was lost"
    assert the_message(town)["stored_machine"] is None
    carried_out(town)
    assert whole(town.services.vault, str(row["id"])) == SOUND
    assert the_message(town)["removed_machine"] is not None


def test_sound_that_is_missing_here_and_gone_there_is_told_and_its_row_stays(
    town: Town, speaker: Speaker, caplog: pytest.LogCaptureFixture
) -> None:
    """A disk that is not mounted: nothing is noted that would have to be taken back."""
    row = left(speaker)
    carried_out(town)
    town.services.vault.delete(str(row["id"]))
    before = the_message(town)
    patrol = Patrol()
    patrol.step(town.services)
    patrol.step(town.services)
    assert errors(caplog) == ["sound cannot be opened"], "once in a round"
    assert the_message(town) == before


# --- the orders --------------------------------------------------------------------------------------------------


def test_an_order_that_was_never_given_is_given(town: Town, speaker: Speaker) -> None:
    row = left(speaker)
    town.within(lambda tx: tx.connection.execute(outbox.delete()))
    assert sound_repairs.unfinished_sound(town.services) == 1
    carried_out(town)
    town.within(lambda tx: tx.connection.execute(outbox.delete()))
    noted(town, row["id"], removed_machine=None)
    assert sound_repairs.unfinished_sound(town.services) == 1
    assert town.ordered("delete_recording") == [row["id"]]


def test_what_was_no_sound_is_tried_again_after_an_hour_for_a_week(
    town: Town, speaker: Speaker, house: MediaHouse
) -> None:
    """The provider's page of repairs with a friendly 200."""
    house.answers = [Answer(body=b"<html>", content_type="text/html")]
    row = left(speaker)
    carried_out(town)
    assert the_message(town)["failed"] == "not audio"
    house.answers = [Answer(body=SOUND)]
    town.clock.pass_(seconds=3599)
    assert sound_repairs.unfinished_sound(town.services) == 0
    town.clock.pass_(seconds=2)
    assert sound_repairs.unfinished_sound(town.services) == 1
    carried_out(town)
    assert (the_message(town)["failed"], whole(town.services.vault, str(row["id"]))) == (None, SOUND)


def test_those_that_never_come_hide_none_that_would(town: Town, speaker: Speaker, house: MediaHouse) -> None:
    """More of them than are looked at in one go, all older."""
    row = left(speaker)
    carried_out(town)
    with town.services.database.write() as tx:
        for n in range(60):
            older = {**row, "id": f"stuck{n:015d}", "recording_sid": recording_sid(0xFFFF00 + n), "token": f"t{n}"}
            older |= {"made_at": town.clock.now() - timedelta(hours=1), "removed_machine": None, "stored_machine": None}
            tx.connection.execute(recording.insert().values(older))
            town.services.outbox.order(tx, "fetch_recording", f"stuck{n:015d}")
    noted(town, row["id"], removed_machine=None)
    town.within(lambda tx: tx.connection.execute(outbox.delete().where(outbox.c.kind == "delete_recording")))
    assert sound_repairs.unfinished_sound(town.services) == 1
    assert town.ordered("delete_recording") == [row["id"]]
