"""Putting one version into force: its row, the retirement of the one before, and the deed, all or nothing.

What was readied over a live version goes into force over that one only. Who is overtaken readies again.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from adapters.database import Database, Transaction
from routing_rules import store as rulesets
from routing_rules.document import dump
from routing_rules.model import Ruleset
from routing_rules.store import Publication
from routing_rules.versions import store
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Change, Kind, Published, Refused, Version
from routing_rules.versions.readying import read, reason_fault, same

Also = Callable[[Transaction, str], object]  # done in the deed's own transaction, with what it was done to
Holds = Callable[[Transaction, int], bool]  # what must still hold, and is changed with the version of this number
T = TypeVar("T")
Machine = Callable[[], float]
MOST_TRIES = 40  # neighbours that may publish first, one after another
log = logging.getLogger(__name__)


class Overtaken(Exception):
    """Somebody has published meanwhile; nothing of this transaction stands."""


class Lost(Exception):
    """The draft or the plan is not what it was any more; nothing of this transaction stands."""


@dataclass(frozen=True)
class Deed:
    """Who publishes, why, when (business time), and what else belongs to it."""

    author: str
    reason: str
    now: datetime
    also: Also | None = None
    machine: Machine = time.time


@dataclass(frozen=True)
class Candidate:
    live: Version  # it goes into force over this one
    rules: Ruleset
    kind: Kind
    source: str | None = None
    warnings: tuple[str, ...] = ()


def tried(reason: str, once: Callable[[], T]) -> T | Refused:
    """``once`` again, readied anew, for as long as neighbours publish first."""
    refused = reason_fault(reason)
    if refused is not None:
        return refused
    for _ in range(MOST_TRIES):
        try:
            return once()
        except Overtaken:
            continue
    return Refused("busy")


def put(
    database: Database, candidate: Candidate, deed: Deed, first: Holds = lambda tx, number: True
) -> Published | Refused:
    """Raises Overtaken, Lost."""
    changes = _changes(candidate)
    if isinstance(changes, Refused):
        return changes

    def work(tx: Transaction) -> int:
        number = _inserted(tx, candidate, deed, changes)
        if not first(tx, number):
            raise Lost
        store.retire_before(tx.connection, number, deed.machine())
        if deed.also is not None:
            deed.also(tx, str(number))
        return number

    number = database.run(work)
    log.info("ruleset version %d published over %d (%s)", number, candidate.live.version, candidate.kind)
    return Published(number)


def _changes(candidate: Candidate) -> tuple[Change, ...] | Refused:
    before = read(candidate.live.document)
    if isinstance(before, Refused):  # a live version that this release cannot read is what one publishes over
        return ()
    return Refused("unchanged") if same(before, candidate.rules) else difference(before, candidate.rules)


def _inserted(tx: Transaction, candidate: Candidate, deed: Deed, changes: tuple[Change, ...]) -> int:
    # The number first: whoever commits between the two reads is seen by the second, whoever commits later has taken
    # our number. The other way round a version could go into force over one that it knows nothing of.
    number = rulesets.next_version(tx.connection)
    if rulesets.published_version(tx.connection) != candidate.live.version:
        raise Overtaken
    publication = Publication(
        version=number,
        document=dump(replace(candidate.rules, version=number)),
        author=deed.author,
        reason=deed.reason.strip(),
        published_at=deed.now,
        kind=candidate.kind,
        based_on=candidate.live.version,
        source=candidate.source,
        changes=store.changes_written(changes),
        warnings=json.dumps(candidate.warnings),
    )
    if not rulesets.insert_published(tx.connection, publication):
        raise Overtaken
    return number
