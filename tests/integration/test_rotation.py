"""A new master key: every sound comes under it, whatever kills the command on its way, and no key goes too early."""

import base64
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from adapters.database import Database
from adapters.places import ROOT
from adapters.schema import recording
from recordings.rotation import rotate
from recordings.sealed_store import keys_needed
from recordings.vault import Vault, put, whole
from recordings.vault.opening import local_vault
from recordings.vault.sealing import SealingVault
from tests.support.services import SETTINGS, empty_record

OLD, NEW, LOST = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2, 3))
NOW = datetime.now(UTC)
IDS = [f"sound{number:05d}" for number in range(5)]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(empty_record(request.param, tmp_path))
    yield made
    made.dispose()


def store(database: Database, vault: Vault, *ids: str) -> str:
    for sound_id in ids:
        key = put(vault, sound_id, sound_id.encode()).key
        with database.write() as tx:
            tx.connection.execute(insert(recording).values(_row(sound_id, key)))
    return key


def _row(sound_id: str, key: str) -> dict[str, Any]:
    return {
        "id": sound_id, "call_sid": "CA1", "kind": "message", "state": "kept", "topic": "housing", "language": "fi",
        "department": "housing", "token": sound_id, "seconds": 9, "made_at": NOW, "stored_machine": 1.0,
        "sealed_with": key,
    }  # fmt: skip


def noted(database: Database) -> set[str | None]:
    with database.read() as connection:
        return set(connection.scalars(select(recording.c.sealed_with)))


def test_everything_is_rewrapped_once_and_the_record_follows(database: Database, tmp_path: Path) -> None:
    old = store(database, local_vault(tmp_path, OLD), *IDS)
    vault = local_vault(tmp_path, NEW, (OLD,))
    done = rotate(vault, database, NOW)
    new = vault.keyring.current.hex()
    assert (done.rewrapped, done.already, done.refused, dict(done.needed)) == (5, 0, (), {new: 5})
    assert done.dispensable(frozenset({old})) == {old}
    assert noted(database) == {new}
    assert [whole(local_vault(tmp_path, NEW), one) for one in IDS] == [one.encode() for one in IDS]
    again = rotate(vault, database, NOW)
    assert (again.rewrapped, again.already) == (0, 5)


class Dying(SealingVault):
    """Killed right after it has rewrapped ``left`` sounds, before the record knows of the last."""

    left = 3

    def rewrap(self, sound_id: str) -> bool:
        changed = super().rewrap(sound_id)
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        return changed


def test_killed_on_its_way_it_goes_on_where_it_was(database: Database, tmp_path: Path) -> None:
    old = store(database, local_vault(tmp_path, OLD), *IDS)
    vault = local_vault(tmp_path, NEW, (OLD,))
    new = vault.keyring.current.hex()
    with pytest.raises(KeyboardInterrupt):
        rotate(Dying(vault._store, vault.keyring), database, NOW)
    assert noted(database) == {old, new}
    done = rotate(vault, database, NOW)
    assert (done.rewrapped, done.already) == (2, 3)
    assert noted(database) == {new}, "also the one that was rewrapped and not noted"


def test_a_key_that_a_sound_still_needs_is_never_called_dispensable(database: Database, tmp_path: Path) -> None:
    lost = store(database, local_vault(tmp_path, LOST), IDS[0])
    old = store(database, local_vault(tmp_path, OLD), IDS[1])
    vault = local_vault(tmp_path, NEW, (OLD,))
    done = rotate(vault, database, NOW)
    assert done.rewrapped == 1
    assert [(sound_id, lost in why) for sound_id, why in done.refused] == [(IDS[0], True)]
    assert done.needed == {lost: 1, vault.keyring.current.hex(): 1}
    assert done.dispensable(frozenset({old, lost})) == {old}
    with database.read() as connection:
        assert keys_needed(connection) == {lost: 1, vault.keyring.current.hex(): 1}
    head = tmp_path / IDS[0][:2] / f"{IDS[0]}.sound"
    head.write_bytes(b"damaged")
    assert rotate(vault, database, NOW).dispensable(frozenset({old})) == frozenset(), "nobody can tell what it needs"


def test_what_was_never_sealed_is_swept_after_a_day_and_not_before(database: Database, tmp_path: Path) -> None:
    vault = local_vault(tmp_path, NEW)
    store(database, vault, IDS[0])
    put(vault, IDS[0], b"replaced")
    folder = tmp_path / IDS[0][:2]
    (folder / f"{IDS[1]}.0011223344556677.body.aabbccdd.new").write_bytes(b"noise")
    assert len(list(folder.iterdir())) == 4
    assert rotate(vault, database, NOW).swept == 0
    assert rotate(vault, database, NOW + timedelta(days=2)).swept == 2
    assert whole(vault, IDS[0]) == b"replaced"
    assert list(vault.ids()) == [IDS[0]]


def test_the_command_tells_what_it_did_and_names_no_key(tmp_path: Path) -> None:
    url = empty_record("sqlite", tmp_path)
    database = Database(url)
    old = store(database, local_vault(tmp_path / "recordings", OLD), *IDS[:2])
    lost = store(database, local_vault(tmp_path / "recordings", LOST), IDS[2])
    database.dispose()

    def command(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        known = {**SETTINGS, "DATABASE_URL": url, "DATA_DIR": str(tmp_path), "RECORDINGS_KEY": NEW, **changes}
        run = [sys.executable, "-m", "operations.rotate_command", "--root", str(tmp_path), *arguments]
        return subprocess.run(run, cwd=ROOT, env=known, capture_output=True, text=True, timeout=60, check=False)

    first = command(RECORDINGS_KEYS_PREVIOUS=OLD)
    assert first.returncode == 1, first.stderr
    assert first.stdout.startswith("2 rewrapped, 0 were already")
    assert f"Key {old} is no longer needed" in first.stdout
    assert f"Key {lost} is MISSING and 1 recordings need it" in first.stdout
    second = command(RECORDINGS_KEYS_PREVIOUS=f"{OLD},{LOST}")
    assert (second.returncode, second.stdout.partition(" under")[0]) == (0, "1 rewrapped, 2 were already")
    assert not {key for key in (OLD, NEW, LOST) if key in first.stdout + first.stderr + second.stdout}
    names = command("--names", RECORDINGS_KEYS_PREVIOUS=OLD).stdout.split()
    assert (names[1::2], names[2]) == (["current", "former"], old)
    keyless = command(RECORDINGS_KEY="")
    assert (keyless.returncode, keyless.stderr) == (2, "RECORDINGS_KEY is not set\n")
