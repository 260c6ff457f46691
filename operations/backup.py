"""A backup of the whole installation while it works: the record as it was at one moment, then the vault's sounds that
this record speaks of, the fallback document and the rules. Never a key, and nothing of Redis: it is made anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

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


@dataclass
class _Vault:
    keys: set[str]
    copied: set[str]
    lost: set[str]  # deleted while it was copied


def make(settings: Settings, folder: Path, *, with_recordings: bool, tell: Callable[[str], None]) -> Made:
    """Raises NothingToBackUp, RecordError, VaultError, OSError, BadArchive (what was written reads differently)."""
    now = datetime.now(UTC)
    file = record_store.file_of(settings.database_url)
    if file is not None and not file.is_file():
        raise NothingToBackUp(f"There is no record at {file}.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place = folder / now.strftime(NAME)
    with archive.written(place) as out, record_store.one_moment(settings.database_url) as connection:
        manifest = _record(settings, connection, out, now)
        tell(f"record: {sum(one.rows for one in manifest.tables.values())} rows")
        vault = _Vault(set(), set(), set())
        if with_recordings:
            _recordings(store_for(settings), connection, out, vault)
            tell(f"recordings: {len(vault.copied)}")
        manifest = _with_vault(manifest, settings, connection, vault, with_recordings)
        _documents(settings, connection, out)
        manifest = replace(manifest, files=dict(out.files))
        out.close_with(manifest)
    rows = sum(one.rows for one in manifest.tables.values())
    return Made(place, rows, len(vault.copied), manifest.missing, place.stat().st_size)


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


def _recordings(store: Store, connection: Connection, out: Writing, vault: _Vault) -> None:
    """Sounds that are sealed after the record's moment are left out: no row would know them."""
    for some in _some(sounds(store), 500):
        wanted = backup_store.wanted(connection, {owner_of(one.sound_id) for one in some})
        for resting in some:
            if owner_of(resting.sound_id) in wanted:
                _copy(store, resting, out, vault)


def _copy(store: Store, resting: Resting, out: Writing, vault: _Vault) -> None:
    try:
        for name in resting.names:
            pieces = content(store, name)
            first = next(pieces, b"")  # gone already: then nothing is begun
            with out.member(f"{SOUND}{name}", packed=False) as member:
                member.write(first)
                for piece in pieces:
                    member.write(piece)
    except NoSound:
        vault.lost.add(resting.sound_id)
        return
    vault.copied.add(resting.sound_id)
    vault.keys.add(resting.key)


def _with_vault(
    manifest: Manifest, settings: Settings, connection: Connection, vault: _Vault, with_recordings: bool
) -> Manifest:
    """What the record says is there and was not, unless it has been deleted since, as it should."""
    if not with_recordings:
        return manifest
    absent = set(backup_store.resting(connection)) - vault.copied
    with record_store.one_moment(settings.database_url) as later:
        still = set(backup_store.resting(later))
    missing = tuple(sorted(absent & still))
    return replace(manifest, recordings=True, keys=tuple(sorted(vault.keys)), missing=missing)


def _documents(settings: Settings, connection: Connection, out: Writing) -> None:
    """The rules for a person to read, and to publish where nothing else is left: they stand in the record as well."""
    rules = backup_store.published_rules(connection)
    kept = settings.data_dir / PLACE
    for name, text in ((RULES, rules), (FALLBACK, kept.read_text("utf-8") if kept.is_file() else None)):
        if text is not None:
            with out.member(name) as member:
                member.write(text.encode())


def forget_older(folder: Path, keep: int) -> list[Path]:
    """All but the newest; the names tell the age. Only files of our own naming."""
    old = sorted(folder.glob(LIKE))[:-keep] if keep > 0 else []
    for each in old:
        each.unlink()
    return old


def _some(of: Iterator[Resting], number: int) -> Iterator[list[Resting]]:
    found: list[Resting] = []
    for one in of:
        found.append(one)
        if len(found) == number:
            yield found
            found = []
    if found:
        yield found
