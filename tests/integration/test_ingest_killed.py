"""The worker killed, or the power cut, between each two steps from the provider to the vault and back.

Afterwards: one sealed copy, the provider's gone, the row right; and at no moment a sound that lies nowhere, or anywhere
in the clear.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from adapters.database import Database
from adapters.engines import FULL
from adapters.fault_points import SOUND_POINTS
from adapters.schema import outbox, recording
from adapters.voice_gateway import VoiceGateway
from queue_workers import effects
from recordings.vault import NoSound, VaultError, Writer, whole
from recordings.vault.keyring import Keyring
from recordings.vault.local_store import LocalStore
from recordings.vault.sealing import SealingVault
from tests.support.killed import killed
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, the_message
from tests.support.services import ACCOUNT, SETTINGS, TOKEN, Town, empty_record
from tests.unit.test_vault_power_cuts import ForgetfulDisk

SOUND = wav(9.0)  # some chunks of it
PIECE = SOUND[5000:5064]
LEASE = 21.0
NORMAL = 1


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


def town_over(record: str, house: MediaHouse, place: Path) -> Town:
    """With the provider's real door for deletions."""
    town = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(place))
    town.services = replace(town.services, gateway=VoiceGateway(ACCOUNT, TOKEN, house.origin))
    return town


@pytest.fixture
def town(record: str, house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    town = town_over(record, house, tmp_path / "disk")
    yield town
    town.services.database.dispose()


@pytest.fixture
def speaker(town: Town) -> Speaker:
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks(seconds=9)
    return speaker


def killed_at(point: str, record: str, house: MediaHouse, place: Path) -> None:
    """A worker of its own works off the orders, is held at the point, and killed without a word."""
    killed(point, place, lambda: carried_out(town_over(record, house, place)))


def in_the_clear(place: Path) -> list[Path]:
    return [path for path in place.rglob("*") if path.is_file() and PIECE in path.read_bytes()]


def as_it_should_be(town: Town, house: MediaHouse, speaker: Speaker, place: Path) -> None:
    left, vault = the_message(town), town.services.vault
    assert isinstance(vault, SealingVault)
    assert whole(vault, str(left["id"])) == SOUND
    assert (left["bytes"], left["sha256"], left["seconds"]) == (len(SOUND), sha256(SOUND).hexdigest(), 9)
    assert left["removed_machine"] is not None
    assert set(house.deleted) == {speaker.sid}
    vault.sweep(datetime.now(UTC) + timedelta(days=2))
    assert list(vault.ids()) == [left["id"]]
    assert len([path for path in place.rglob("*.*") if "recordings" in path.parts and path.is_file()]) == 2
    assert [row["kind"] for row in town.every(outbox) if row["done_machine"] is None] == []


@pytest.mark.parametrize("point", SOUND_POINTS)
def test_the_worker_killed_at_each_point_leaves_one_sealed_copy_here_and_none_there(
    point: str, record: str, town: Town, house: MediaHouse, speaker: Speaker, tmp_path: Path
) -> None:
    killed_at(point, record, house, tmp_path / "disk")
    row = the_message(town)
    assert (row["stored_machine"] is not None) == (point in ("sound_noted", "sound_deleted"))
    assert (house.deleted == []) == (point != "sound_deleted"), "never before it is noted here"
    assert in_the_clear(tmp_path) == []
    town.clock.pass_(seconds=LEASE)
    carried_out(town)
    as_it_should_be(town, house, speaker, tmp_path / "disk")
    assert in_the_clear(tmp_path) == []


@pytest.mark.parametrize("point", ["sound_poured", "sound_sealed"])
def test_taken_back_while_the_worker_that_stores_it_is_killed_it_lies_nowhere(
    point: str, record: str, town: Town, house: MediaHouse, speaker: Speaker, tmp_path: Path
) -> None:
    killed_at(point, record, house, tmp_path / "disk")
    speaker.telephone.presses("3")
    town.clock.pass_(seconds=LEASE)
    carried_out(town)
    left = next(row for row in town.every(recording) if row["state"] == "dropped")
    with pytest.raises(NoSound):
        whole(town.services.vault, str(left["id"]))
    assert not any(path.is_file() for path in (tmp_path / "disk" / "recordings").rglob("*"))
    assert left["removed_machine"] is not None


def test_two_workers_at_once_do_no_harm(town: Town, house: MediaHouse, speaker: Speaker, tmp_path: Path) -> None:
    """The first was slow, its lease is over, and it goes on when the second has done everything."""
    slow = replace(town.services, vault=Slow(tmp_path / "disk", lambda: overtaken(town)))
    first = town.one(outbox, kind="fetch_recording")
    assert effects.carry_out(slow, str(first["id"]))
    carried_out(town)
    as_it_should_be(town, house, speaker, tmp_path / "disk")


def overtaken(town: Town) -> None:
    town.clock.pass_(seconds=LEASE)
    carried_out(town)


def test_taken_back_while_it_is_being_sealed_it_is_not_left_behind(
    town: Town, house: MediaHouse, speaker: Speaker, tmp_path: Path
) -> None:
    """Its deletion was done before there was anything to delete."""

    def taken_back() -> None:
        speaker.telephone.presses("3")
        carried_out(town)

    slow = replace(town.services, vault=Slow(tmp_path / "disk", taken_back))
    assert effects.carry_out(slow, str(town.one(outbox, kind="fetch_recording")["id"]))
    assert town.one(outbox, kind="drop_sound")["result"] == "dropped"
    assert list(town.services.vault.ids()) == []
    assert set(house.deleted) == {speaker.sid}


class Slow(SealingVault):
    """Something happens before it begins to seal."""

    def __init__(self, place: Path, meanwhile: Callable[[], object]) -> None:
        super().__init__(LocalStore(place / "recordings"), Keyring(SETTINGS["RECORDINGS_KEY"]))
        self._meanwhile = meanwhile

    @contextmanager
    def writing(self, sound_id: str) -> Iterator[Writer]:
        self._meanwhile()
        with super().writing(sound_id) as writer:
            yield writer


def test_a_power_cut_at_any_step_loses_nothing_and_shows_nothing(
    tmp_path: Path, house: MediaHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a disk that forgets all that was not synced holds at each step, compared with the row and the provider."""
    record = empty_record("sqlite", tmp_path)
    town = town_over(record, house, tmp_path / "disk")
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks(seconds=9)
    disk = ForgetfulDisk(tmp_path / "disk", monkeypatch)
    seen: list[tuple[bool, bool]] = []

    def cut(survivors: Path) -> None:
        disk.at_cut = lambda _: None
        row = the_message(town)
        rests = _rests(record, house, survivors, str(row["id"]))
        assert rests or row["stored_machine"] is None, "noted, and lost by a power cut"
        assert rests or house.deleted == [], "deleted there, and lost here"
        assert in_the_clear(tmp_path) == []
        seen.append((rests, bool(house.deleted)))
        disk.at_cut = cut

    disk.at_cut = cut
    carried_out(town)
    disk.at_cut = lambda _: None
    assert len(seen) > 12
    assert {rests for rests, _ in seen} == {False, True}
    as_it_should_be(town, house, speaker, tmp_path / "disk")
    town.services.database.dispose()


def _rests(record: str, house: MediaHouse, place: Path, recording_id: str) -> bool:
    survived = town_over(record, house, place)
    try:
        return whole(survived.services.vault, recording_id) == SOUND
    except VaultError:
        return False
    finally:
        survived.services.database.dispose()


def test_only_what_is_simply_done_again_is_written_without_waiting_for_the_disk(
    tmp_path: Path, house: MediaHouse
) -> None:
    """That a sound rests here lasts before the provider's copy goes; that its copy is gone is found anew."""
    town = town_over(empty_record("sqlite", tmp_path), house, tmp_path / "disk")
    town.services = replace(town.services, database=Database(town.services.database.url))
    speaker = Speaker.at(town)
    speaker.is_led_to_the_tone()
    speaker.speaks(seconds=9)
    with levels(town.services.database) as seen:
        carried_out(town)
    assert [level for written, level in seen if "stored_machine=" in written] == [FULL]
    assert {level for written, level in seen if "tries=(outbox.tries" in written} == {NORMAL, FULL}
    assert [level for written, level in seen if "removed_machine=" in written] == [NORMAL]
    with levels(town.services.database) as seen:
        speaker.telephone.presses("1")
    assert {level for _, level in seen} == {FULL}, "whoever writes on the same connection next waits again"
    town.services.database.dispose()


@contextmanager
def levels(database: Database) -> Iterator[list[tuple[str, int]]]:
    """Each statement that writes, and whether its commit waits for the disk."""
    seen: list[tuple[str, int]] = []

    def look(connection: Connection, cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith(("UPDATE", "INSERT")):
            level = cursor.connection.execute("PRAGMA synchronous").fetchone()[0]
            seen.append((statement, level))

    event.listen(database.engine, "before_cursor_execute", look)
    yield seen
    event.remove(database.engine, "before_cursor_execute", look)
