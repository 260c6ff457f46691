"""What happens while a backup is made, or before: sounds deleted, tables changed, another killed, a message left."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text, update

from adapters.schema import recording
from operations import backup, record_store
from operations.restore import CannotRestore, Wishes
from queue_workers import sound_repairs
from recordings.vault.copies import content
from recordings.vault.model import NoSound
from recordings.vault.store import Store
from tests.support.backed_up import City, backed_up, empty_place, going_on, put_back, silent


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    made = backed_up("postgresql", tmp_path_factory.mktemp("city"))
    yield made
    made.town.services.database.dispose()


def test_the_record_is_let_go_of_before_the_sounds_are_copied(city: City, tmp_path: Path) -> None:
    """They take hours: an upgrade changes its tables meanwhile, and the server cleans up."""
    seen: list[str] = []

    def now(said: str) -> None:
        with record_store.all_or_nothing(city.settings.database_url) as connection:
            connection.execute(text("LOCK TABLE recording IN ACCESS EXCLUSIVE MODE NOWAIT"))
        seen.append(said.partition(":")[0])

    made = backup.make(city.settings, tmp_path, with_recordings=True, tell=now)
    assert seen == ["record", "recordings"]
    assert made.sounds == city.made.sounds > 1


def test_a_sound_that_is_deleted_while_it_is_copied_costs_no_other(
    city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: set[str] = set()

    def fading(store: Store, name: str) -> Iterator[bytes]:
        for piece in content(store, name):
            if not gone or name in gone:
                gone.add(name)
                yield piece[:7]
                raise NoSound("deleted meanwhile")
            yield piece

    monkeypatch.setattr(backup, "content", fading)
    made = backup.make(city.settings, tmp_path, with_recordings=True, tell=silent)
    assert len(gone) == 1
    assert made.sounds == city.made.sounds - 1
    assert put_back(made, empty_place("sqlite", tmp_path)).sounds == made.sounds


def test_what_a_killed_backup_left_goes_and_what_another_is_writing_stays(city: City, tmp_path: Path) -> None:
    left, written, other = (
        tmp_path / name
        for name in ("one-number-2026-01-01T02-30-00Z.zip.part", "one-number-2026-01-02T02-30-00Z.zip.part", "a.part")
    )
    for each in (left, written, other):
        each.write_bytes(b"half of it")
    with open(written, "rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        backup.make(city.settings, tmp_path, with_recordings=False, tell=silent)
    assert [each.exists() for each in (left, written, other)] == [False, True, True]


def test_a_message_that_was_being_left_is_listened_to_and_rings_nobody(city: City, tmp_path: Path) -> None:
    """Since the backup she has hung up, it became a promise, and she was rung."""
    with city.town.services.database.write() as tx:
        drafted = update(recording).where(recording.c.kind == "message")
        tx.connection.execute(drafted.values(state="draft", request_id=None, made_at=city.town.clock.now()))
    there = empty_place("sqlite", tmp_path)
    aside = put_back(backup.make(city.settings, tmp_path, with_recordings=False, tell=silent), there).aside
    assert aside is not None
    assert aside.messages == 1
    new = going_on(there)
    new.clock.pass_(minutes=60)
    before = len(new.open_requests())
    sound_repairs.left_drafts(new.services)
    [message] = new.every(recording, kind="message")
    assert (message["state"], message["request_id"]) == ("kept", None)
    assert message["number_id"] is not None
    assert len(new.open_requests()) == before
    new.services.database.dispose()


def test_where_the_recordings_live_on_the_record_alone_is_put_back(city: City, tmp_path: Path) -> None:
    there = empty_place("sqlite", tmp_path)
    newer = there.data_dir / "recordings" / "ab" / "abcdefgh.sound"
    newer.parent.mkdir(parents=True)
    newer.write_bytes(b"sealed since the backup")
    with pytest.raises(CannotRestore, match="--recordings-stay"):
        put_back(city.made, there)
    assert put_back(city.made, there, Wishes(recordings_stay=True)).sounds == 0
    kept = [each for each in (there.data_dir / "recordings").rglob("*") if each.is_file()]
    assert (kept, newer.read_bytes()) == ([newer], b"sealed since the backup")
