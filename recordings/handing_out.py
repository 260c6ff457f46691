"""A resident's right of access: all that is held about one number, as files for its owner.

Each sound's export is committed to the log before its first byte is read. Files are readable by their maker alone.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.masking import mask_codes
from desks.supervision import audit
from recordings import transcripts
from recordings.deletion_store import exported
from recordings.resident import Told, sound_of
from recordings.resident_store import Everything, everything, number_of
from recordings.vault import VaultError

if TYPE_CHECKING:
    from bootstrap import Services

JSON, PAGE = "everything.json", "everything.html"
Render = Callable[[dict[str, Any]], str]


@dataclass(frozen=True)
class HandedOut:
    """``missing``: recordings whose sound should be there and cannot be opened, with why; ``coming``: those whose sound
    has not come from the provider yet: worth another access later."""

    document: dict[str, Any]
    sounds: int
    missing: tuple[tuple[str, str], ...]
    coming: tuple[str, ...] = ()


def hand_out(
    services: "Services", e164: str, place: Path, by: str, why: str, language: str, render: Render
) -> HandedOut | None:
    """None: nothing is held. ``place`` is there and empty."""
    with services.database.read() as connection:
        number_id = number_of(connection, e164)
        found = everything(connection, number_id) if number_id is not None else None
    if found is None:
        return None
    services.database.run(lambda tx: _note(services, tx, found, by, why))
    files, missing = _sounds(services, found, place, by, why)
    document = Told(found, services.rules.plain(), language, files, _texts(services, found, files)).document(
        e164, services.clock.now()
    )
    with private(place / JSON) as file:
        file.write(json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
    with private(place / PAGE) as file:
        file.write(render(document).encode())
    coming = tuple(row["id"] for row in found.recordings if sound_of(row, files) == "coming")
    return HandedOut(document, len(files), tuple(missing), coming)


def _note(services: "Services", tx: Transaction, found: Everything, by: str, why: str) -> None:
    """Who and why, for the city's own log; ``recordings.resident`` gives neither to the resident."""
    detail = f"{by}: {why}"
    audit.note(tx, services.clock, "command line", "resident_access", "number", found.number_id, None, detail)


def _sounds(
    services: "Services", found: Everything, place: Path, by: str, why: str
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    files: dict[str, str] = {}
    missing: list[tuple[str, str]] = []
    for row in found.recordings:
        if row["stored_machine"] is None or row["deleted_at"] is not None or row["state"] == "dropped":
            continue
        name = f"{row['made_at']:%Y-%m-%d}-{row['kind']}-{len(files) + 1}.wav"
        now, words = services.clock.now(), mask_codes(why)
        services.database.run(
            lambda tx, id_=row["id"]: exported(tx.connection, new_id(), id_, by, now, words)  # type: ignore[misc]  # noqa: B023
        )
        try:
            _pour(services, row["id"], place / name)
        except VaultError as error:
            (place / name).unlink(missing_ok=True)
            missing.append((row["id"], str(error)))
        else:
            files[row["id"]] = name
    return files, missing


def _texts(services: "Services", found: Everything, files: dict[str, str]) -> dict[str, list[str]]:
    """What was said, where an extra has made it text; one that cannot be opened is like none: the sound is there."""
    said: dict[str, list[str]] = {}
    for row in found.recordings:
        if row["transcribed_machine"] is None or row["id"] not in files:
            continue
        with suppress(VaultError):
            said[row["id"]] = [one.words for one in transcripts.of_recording(services.vault, row["id"])]
    return said


def _pour(services: "Services", recording_id: str, path: Path) -> None:
    reader = services.vault.open(recording_id)
    with private(path) as file:
        for piece in reader.read():
            file.write(piece)


def private(path: Path) -> Any:
    """A new file that only its maker can read, from its first byte."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
