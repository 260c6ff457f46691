"""A backup of the whole installation while it works: the record as it was at one moment, then the vault's sounds that
this record speaks of, the fallback document and the rules. Never a key, and nothing of Redis: it is made anew.

The record is let go of before the first sound is copied. A moment that is held for the hours of a large vault would
keep PostgreSQL from cleaning up, and an upgrade from changing a table.
"""

from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile

from sqlalchemy import Connection

from adapters.settings import Settings
from ivr.fallback import PLACE
from operations import archive, backup_store, record_store
from operations.archive import Manifest, TableTold, Writing
from operations.record_rows import Tally, tallied
from recordings.sound_store import owner_of
from recordings.vault.copies import Resting, content, sounds
from recordings.vault.model import NoSound
from recordings.vault.opening import store_for
from recordings.vault.store import Store

RECORD, SOUND, FALLBACK, RULES = "record/", "recordings/", "voice-fallback.xml", "ruleset.json"
NAME = "one-number-%Y-%m-%dT%H-%M-%SZ.zip"
LIKE = "one-number-????-??-??T??-??-??Z.zip"
IN_MEMORY, PIECE = 8 * 1024 * 1024, 1024 * 1024  # a longer sound waits on the disk of the backup
BEATS_SECONDS = 60.0  # without a sign of life from the clock: the service rests


class NothingToBackUp(Exception):
    """One sentence."""


@dataclass(frozen=True)
class Made:
    place: Path
    rows: int
    sounds: int
    missing: tuple[str, ...]
    bytes: int


@dataclass(frozen=True)
class _Spoken:
    """What the record says of sounds and rules, at its moment."""

    wanted: Collection[str]  # recordings whose sound is not to go
    resting: Collection[str]  # those whose sound is in the vault
    rules: str | None


@dataclass
class _Vault:
    store: Store
    aside: Path  # where a sound is laid until it is whole
    keys: set[str] = field(default_factory=set)
    copied: set[str] = field(default_factory=set)


def make(settings: Settings, folder: Path, *, with_recordings: bool, tell: Callable[[str], None]) -> Made:
    """Raises NothingToBackUp, RecordError, VaultError, OSError, BadArchive (what was written reads differently)."""
    now = datetime.now(UTC)
    file = record_store.file_of(settings.database_url)
    if file is not None and not file.is_file():
        raise NothingToBackUp(f"There is no record at {file}.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    archive.forget_unfinished(folder, LIKE)
    place = folder / now.strftime(NAME)
    with archive.written(place) as out:
        with record_store.one_moment(settings.database_url) as connection:
            manifest = _record(settings, connection, out, now)
            spoken = _spoken(connection)
        tell(f"record: {sum(one.rows for one in manifest.tables.values())} rows")
        vault = _Vault(store_for(settings), folder)
        if with_recordings:
            _recordings(spoken, out, vault)
            tell(f"recordings: {len(vault.copied)}")
            manifest = _with_vault(manifest, settings, spoken, vault)
        _documents(settings, spoken, out)
        manifest = replace(manifest, files=dict(out.files))
        out.close_with(manifest)
    rows = sum(one.rows for one in manifest.tables.values())
    return Made(place, rows, len(vault.copied), manifest.missing, place.stat().st_size)


def _spoken(connection: Connection) -> _Spoken:
    resting = frozenset(backup_store.resting(connection))
    return _Spoken(backup_store.wanted(connection), resting, backup_store.published_rules(connection))


def _record(settings: Settings, connection: Connection, out: Writing, now: datetime) -> Manifest:
    revision = record_store.revision(connection)
    if revision is None:
        raise NothingToBackUp("The database of DATABASE_URL holds no record of ours.")
    told: dict[str, TableTold] = {}
    for found in record_store.tables(connection):
        tally = Tally()
        with out.member(f"{RECORD}{found.name}.jsonl") as member:
            for line in tallied(record_store.rows(connection, found), tally):
                member.write(line + b"\n")
        told[found.name] = TableTold(found.columns.names, tally.rows, tally.mark)
    beat = backup_store.last_beat(connection)
    running = beat is not None and now.timestamp() - beat < BEATS_SECONDS
    made = now.isoformat(timespec="seconds")
    kind = connection.dialect.name
    return Manifest(made, revision, kind, settings.city_number, running, False, (), tables=told)


def _recordings(spoken: _Spoken, out: Writing, vault: _Vault) -> None:
    """Sounds that are sealed after the record's moment are left out: no row would know them."""
    for resting in sounds(vault.store):
        if owner_of(resting.sound_id) in spoken.wanted:
            _copy(resting, out, vault)


def _copy(resting: Resting, out: Writing, vault: _Vault) -> None:
    """One that is deleted while it is read is left out, and the others go on: what has been begun in the archive cannot
    be taken out of it any more."""
    with ExitStack() as stack:
        try:
            parts = {name: stack.enter_context(_read_whole(vault, name)) for name in resting.names}
        except NoSound:
            return
        for name, part in parts.items():
            with out.member(f"{SOUND}{name}", packed=False) as member:
                while piece := part.read(PIECE):
                    member.write(piece)
    vault.copied.add(resting.sound_id)
    vault.keys.add(resting.key)


def _read_whole(vault: _Vault, name: str) -> "SpooledTemporaryFile[bytes]":
    """Raises NoSound. Still sealed: nothing is in the clear there."""
    part = SpooledTemporaryFile(IN_MEMORY, dir=str(vault.aside))  # noqa: SIM115  the caller closes it
    try:
        for piece in content(vault.store, name):
            part.write(piece)
    except BaseException:
        part.close()
        raise
    part.seek(0)
    return part


def _with_vault(manifest: Manifest, settings: Settings, spoken: _Spoken, vault: _Vault) -> Manifest:
    """What the record says is there and was not, unless it has been deleted since, as it should."""
    absent = set(spoken.resting) - vault.copied
    with record_store.one_moment(settings.database_url) as later:
        still = set(backup_store.resting(later))
    missing = tuple(sorted(absent & still))
    return replace(manifest, recordings=True, keys=tuple(sorted(vault.keys)), missing=missing)


def _documents(settings: Settings, spoken: _Spoken, out: Writing) -> None:
    """The rules for a person to read, and to publish where nothing else is left: they stand in the record as well."""
    kept = settings.data_dir / PLACE
    for name, text in ((RULES, spoken.rules), (FALLBACK, kept.read_text("utf-8") if kept.is_file() else None)):
        if text is not None:
            with out.member(name) as member:
                member.write(text.encode())


def forget_older(folder: Path, keep: int) -> list[Path]:
    """All but the newest; the names tell the age. Only files of our own naming."""
    old = sorted(folder.glob(LIKE))[:-keep] if keep > 0 else []
    for each in old:
        each.unlink()
    return old
