"""Puts a backup back into an empty place: all of it, or nothing. What has happened since it was made is for
persons to find out: ``aftermath_store``.

The archive is read whole before anything is touched. The record is one transaction that is committed last; sounds that
lie there already from a restore that was ended are the same ones, and no hindrance.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from adapters.clock import clock_for
from adapters.migrate import known_revisions, upgrade_within
from adapters.settings import Settings
from ivr.fallback import PLACE
from operations import aftermath_store, archive, record_store
from operations.aftermath_store import SetAside
from operations.archive import BadArchive, Manifest, Reading
from operations.backup import FALLBACK, RECORD, SOUND
from operations.record_rows import values_of
from operations.record_store import Found
from queue_workers.effects import LONG
from recordings.vault.copies import content, take
from recordings.vault.keyring import Keyring
from recordings.vault.model import NoSound
from recordings.vault.opening import store_for
from recordings.vault.store import Store


class CannotRestore(Exception):
    """One sentence; nothing has changed."""


@dataclass(frozen=True)
class Wishes:
    upgrade: bool = False  # an older schema is brought forward
    other_city: bool = False  # the archive is of another number
    nothing_since: bool = False  # the service rested from before the backup until now
    recordings_stay: bool = False  # only the record was lost: the recordings' place is as it is


@dataclass(frozen=True)
class Restored:
    manifest: Manifest
    rows: int
    sounds: int
    aside: SetAside | None  # None: nothing had happened since
    keys_wanted: tuple[str, ...]  # names of keys that are not set, and some sound needs


def restore(settings: Settings, place: Path, wishes: Wishes, tell: Callable[[str], None]) -> Restored:
    """Raises BadArchive, CannotRestore, RecordError, VaultError, OSError."""
    with archive.opened(place) as reading:
        manifest = reading.manifest
        _refuse(settings, manifest, wishes)
        reading.check()
        tell("archive read: whole")
        vault = store_for(settings)
        if not wishes.recordings_stay:
            _refuse_other_sounds(vault, manifest)
        file = record_store.file_of(settings.database_url)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file is not None and not file.exists()
        try:
            return _restored(settings, reading, wishes, vault, tell)
        except BaseException:
            if fresh and file is not None:  # an empty file of nothing: the place is as it was
                for each in (file, *(file.with_name(file.name + end) for end in ("-journal", "-wal", "-shm"))):
                    each.unlink(missing_ok=True)
            raise


def _restored(
    settings: Settings, reading: Reading, wishes: Wishes, vault: Store, tell: Callable[[str], None]
) -> Restored:
    manifest, clock = reading.manifest, clock_for(settings.clock_file)
    with record_store.all_or_nothing(settings.database_url) as connection:
        _refuse_full(connection)
        upgrade_within(connection, manifest.revision)
        rows = _rows(connection, reading)
        upgrade_within(connection)
        tell(f"record: {rows} rows, counted and compared")
        aside = None
        if not wishes.nothing_since:
            aside = aftermath_store.set_aside(connection, clock.now(), clock.machine(), LONG)
        sounds = 0 if wishes.recordings_stay else _sounds(vault, reading)
        _fallback(settings, reading)
        connection.commit()
    at_hand = Keyring(settings.recordings_key, settings.previous_recordings_keys).names
    return Restored(manifest, rows, sounds, aside, tuple(key for key in manifest.keys if key not in at_hand))


# --- what is refused ---------------------------------------------------------------------------------------------


def _refuse(settings: Settings, manifest: Manifest, wishes: Wishes) -> None:
    known = known_revisions()
    if manifest.revision not in known:
        raise CannotRestore(
            f"The archive's record has schema {manifest.revision}, which this release does not know: restore it with"
            " the release that made it, or a later one."
        )
    if manifest.revision != known[-1] and not wishes.upgrade:
        raise CannotRestore(
            f"The archive's record has the older schema {manifest.revision}, this release has {known[-1]}: restore it"
            " with the release that made it, or say --upgrade to bring it forward."
        )
    if manifest.city_number != settings.city_number and not wishes.other_city:
        raise CannotRestore(
            f"The archive is of {manifest.city_number}, and CITY_NUMBER is {settings.city_number}:"
            " say --other-city if that is meant."
        )
    if wishes.nothing_since and manifest.running:
        raise CannotRestore(
            "The service was at work while this backup was made, so something may have happened since:"
            " --nothing-since is for one that was made after the service was stopped."
        )


def _refuse_full(connection: Connection) -> None:
    full = record_store.filled(connection)
    if full:
        raise CannotRestore(
            f"The database of DATABASE_URL is not empty (table {full[0]}, and {len(full) - 1} more):"
            " restore into a new one."
        )
    left = [each.name for each in record_store.tables(connection)]
    if left and record_store.revision(connection) is None:
        raise CannotRestore(f"The database of DATABASE_URL holds a table that is not ours ({left[0]}).")


def _refuse_other_sounds(vault: Store, manifest: Manifest) -> None:
    for entry in vault.entries():
        told = manifest.files.get(f"{SOUND}{entry.name}")
        if told is None or told.sha256 != _sha256(content(vault, entry.name)):
            raise CannotRestore(
                "The recordings' place is not empty: restore into a new DATA_DIR, or a new bucket. Where only the"
                " record was lost, and the recordings live on, say --recordings-stay."
            )


# --- what is put back --------------------------------------------------------------------------------------------


def _rows(connection: Connection, reading: Reading) -> int:
    found = record_store.tables(connection)
    wanted, here = set(reading.manifest.tables), {each.name for each in found}
    if wanted != here:
        raise BadArchive(f"The archive's tables are not those of its schema: {', '.join(sorted(wanted ^ here))}.")
    for each in found:
        _fill(connection, each, reading)
    record_store.settle_counters(connection, found)
    if loose := record_store.loose_ends(connection):
        raise BadArchive(f"{loose} rows of the archive point at rows that are not in it.")
    return sum(told.rows for told in reading.manifest.tables.values())


def _fill(connection: Connection, found: Found, reading: Reading) -> None:
    told = reading.manifest.tables[found.name]
    if tuple(told.columns) != found.columns.names:
        raise BadArchive(f"The archive's table {found.name} has other columns than its schema.")
    record_store.fill(connection, found, _values(found, reading))
    counted = record_store.tally(connection, found)
    if (counted.rows, counted.mark) != (told.rows, told.mark):
        raise BadArchive(f"Table {found.name} reads differently from what was backed up.")


def _values(found: Found, reading: Reading) -> Iterator[Sequence[object]]:
    try:
        for line in reading.lines(f"{RECORD}{found.name}.jsonl"):
            yield values_of(line, found.columns)
    except ValueError as error:
        raise BadArchive(f"A row of the archive's table {found.name} cannot be read ({error}).") from None


def _sounds(vault: Store, reading: Reading) -> int:
    """As they were sealed. One that was deleted while the backup was made stays deleted."""
    heads = 0
    for name in reading.manifest.files:
        if name.startswith(SOUND):
            inside = name.removeprefix(SOUND)
            if not _is_there(vault, inside, reading.manifest.files[name].bytes):
                take(vault, inside, reading.pieces(name))
            heads += inside.endswith(".sound")
    return heads


def _is_there(vault: Store, name: str, size: int) -> bool:
    """From a restore that was ended; compared already."""
    try:
        return vault.size(name) == size
    except NoSound:
        return False


def _fallback(settings: Settings, reading: Reading) -> None:
    if FALLBACK not in reading.manifest.files:
        return
    place = settings.data_dir / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f"{place.name}.part")
    beside.write_bytes(b"".join(reading.pieces(FALLBACK)))
    beside.replace(place)


def _sha256(pieces: Iterator[bytes]) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


def age(manifest: Manifest, now: datetime) -> float:
    """Hours since it was made."""
    return (now - datetime.fromisoformat(manifest.made_at)).total_seconds() / 3600
