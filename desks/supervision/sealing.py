"""The log of deeds, sealed: each deed's seal is made of the deed and of the seal before it.

Whoever changes, takes out or slips in a deed later breaks every seal from there on. Whoever can write the whole record
could make all seals anew: therefore the newest seal is told in the process log, which is kept elsewhere, and ``verify``
can be asked whether that one still stands. Words that were forgotten when their time was over break nothing: the seal
holds a salted mark of them only, and the salt goes with them.

Deeds are sealed some seconds after they were done, by the clock process; until then one could be changed unseen. One
that is slipped in between older ones gets its seal then, after theirs: it says of itself that it is older than what was
sealed before it, by more than any deed's commit can take. Only what claims to be of the last minutes passes.
"""

import hashlib
import json
import logging
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping
from sqlalchemy.exc import IntegrityError

from desks.supervision import seal_store

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("deeds")
LATEST_SECONDS = 300.0  # a deed that has waited longer for its seal was slipped in, or the clock process stood still
TOLD = ("who", "deed", "subject", "subject_id", "department")


@dataclass(frozen=True)
class Verdict:
    """``problems``: one sentence each, at most a hundred. ``head``: the newest seal."""

    sealed: int
    forgotten: int  # deeds whose words are gone, by retention or by erasure
    head: tuple[int, str]
    problems: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return not self.problems


def mark_of(words: str, salt: str) -> str:
    return hashlib.sha256(f"{salt}:{words}".encode()).hexdigest()


def seal_of(previous: str, number: int, event_id: int, deed: RowMapping, words: str | None) -> str:
    """``deed``: a row of ``audit_event``; ``words``: the mark of its detail."""
    at: datetime = deed["at"]
    told = [previous, number, event_id, at.isoformat(), repr(float(deed["machine"])), *(deed[name] for name in TOLD)]
    return hashlib.sha256(json.dumps([*told, words], ensure_ascii=False).encode()).hexdigest()


class Sealer:
    """The clock process's; two of them do no harm: a number is given once."""

    def __init__(self) -> None:
        self._swept_to = 0

    def step(self, services: "Services") -> int:
        """How many were sealed."""
        try:
            return self._sealed(services)
        except IntegrityError:
            return 0  # another clock process was quicker

    def _sealed(self, services: "Services") -> int:
        with services.database.write() as tx:
            rows = list(made(tx.connection))
            if rows:
                seal_store.put(tx.connection, rows)
            self._swept_to = seal_store.drop_salts(tx.connection, self._swept_to)
        if rows:
            LOG.info("deeds sealed", extra={"number": rows[-1]["number"], "seal": rows[-1]["seal"]})
        return len(rows)


def made(connection: Connection) -> Iterator[dict[str, Any]]:
    """Rows for what has no seal yet."""
    number, previous = seal_store.last(connection)
    for row in seal_store.unsealed(connection):
        number += 1
        salt = secrets.token_hex(16) if row.detail is not None else None
        words = mark_of(row.detail, salt) if salt is not None else None
        previous = seal_of(previous, number, row.id, row._mapping, words)
        yield {"number": number, "event_id": row.id, "salt": salt, "words": words, "seal": previous}


def verify(
    connection: Connection, machine: float, known: tuple[int, str] | None = None, *, by_date: bool = True
) -> Verdict:
    """``machine``: now; ``known``: number and seal as a log told them, to be found again. ``by_date``: dates only go
    on, too; not so where business time is set for trying."""
    problems, forgotten = [], 0
    number, previous, found = 0, "", known is None
    latest = Latest()
    for row in seal_store.sealed_deeds(connection):
        number += 1
        if row.number != number:
            problems.append(f"Seal {number} is missing.")
            number = int(row.number)
        problems += _judged(row, previous)
        problems += latest.judged(row, by_date)
        forgotten += row.words is not None and row.detail is None
        found = found or (known == (int(row.number), str(row.seal)))
        previous = str(row.seal)
    for row in seal_store.without_seal(connection):
        if row.passed or machine - row.machine > LATEST_SECONDS:
            problems.append(f"Deed {row.id} has no seal.")
    if not found and known is not None:
        problems.append(f"Seal {known[0]} is not the one that was told: deeds were taken out, or all was sealed anew.")
    return Verdict(number, forgotten, (number, previous), tuple(problems[:100]))


class Latest:
    """The latest moment that a deed sealed so far has told, by the machine's clock and by its date."""

    def __init__(self) -> None:
        self._machine = 0.0
        self._at: datetime | None = None

    def judged(self, row: Any, by_date: bool) -> Iterator[str]:
        if row.id is None:
            return
        dated = by_date and self._at is not None and row.at < self._at - timedelta(seconds=LATEST_SECONDS)
        if dated or row.machine < self._machine - LATEST_SECONDS:
            yield f"Deed {row.event_id} was slipped in: deeds that were done long after it were sealed before it."
            return
        self._machine = max(self._machine, row.machine)
        self._at = row.at if self._at is None else max(self._at, row.at)


def _judged(row: Any, previous: str) -> Iterator[str]:
    if row.id is None:
        yield f"Deed {row.event_id} is gone."
        return
    if row.detail is not None and row.words != (mark_of(row.detail, row.salt) if row.salt else None):
        yield f"The words of deed {row.event_id} are others."
    if row.seal != seal_of(previous, row.number, row.event_id, row._mapping, row.words):
        yield f"Deed {row.event_id} is another than when it was sealed, or one before it is."
