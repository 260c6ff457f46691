"""The ruleset in force: published once into the record, then held in every process's memory.

A webhook asks the holder, never SQL: with the record down, callers still hear the menu they know.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.database import Database, DatabaseError
from routing_rules import store
from routing_rules.document import RulesetInvalid, dump, parse
from routing_rules.model import Ruleset

KEEP_SECONDS = 24 * 3600.0  # longer than any call: it keeps the version it began with
STALE_SECONDS = 2.0  # a published change is in every process within this

log = logging.getLogger(__name__)


class NoRuleset(Exception):
    """Nothing is published yet, or the record could not be read since this process started."""


def publish_first(database: Database, text: str, author: str, reason: str, now: datetime) -> int:
    """The version in force, which is this document's if none was. Raises RulesetInvalid; a lost race reads again."""
    with database.read() as connection:
        in_force = store.published_version(connection)
    if in_force is not None:
        return in_force
    ruleset = parse(text)
    with database.write() as transaction:
        # The number first: whoever commits between the two reads is seen by the second, whoever commits later has
        # taken our number. The other way round both would publish.
        version = store.next_version(transaction.connection)
        if store.published_version(transaction.connection) is None:
            document = dump(replace(ruleset, version=version))
            publication = store.Publication(version, document, author, reason, now)
            store.insert_published(transaction.connection, publication)
    return publish_first(database, text, author, reason, now)


@dataclass(frozen=True)
class _Held:
    current: Ruleset
    versions: Mapping[int, Ruleset]
    recorded: bool  # read from the record; else given at the start, and the record's word goes before it


class RulesHolder:
    """One for each process, for all its threads. Readers see one whole state; it is swapped, never changed."""

    def __init__(self, ruleset: Ruleset | None = None, machine: Callable[[], float] = time.time) -> None:
        self._held = None if ruleset is None else _Held(ruleset, {ruleset.version: ruleset}, recorded=False)
        self._machine = machine
        self._asked_machine: float | None = None
        self._refreshing = threading.Lock()

    def current(self) -> Ruleset:
        """Raises NoRuleset."""
        held = self._held
        if held is None:
            raise NoRuleset
        return held.current

    def version(self, version: int) -> Ruleset:
        """The version a call began with; the current one where that is no longer known. Raises NoRuleset."""
        held = self._held
        if held is None:
            raise NoRuleset
        return held.versions.get(version, held.current)

    def refresh(self, database: Database) -> bool:
        """True: what is held is what is in force. False: the record was not readable, and what was held is kept."""
        with self._refreshing:
            return self._refresh(database)

    def refresh_if_stale(self, database: Database, machine_now: float) -> bool:
        """At most one look at the record in STALE_SECONDS, by one thread; the others go on with what is held."""
        if not self._is_stale(machine_now):
            return True
        if not self._refreshing.acquire(blocking=self._held is None):
            return True
        try:
            if not self._is_stale(machine_now):
                return True
            self._asked_machine = machine_now
            return self._refresh(database)
        finally:
            self._refreshing.release()

    def _is_stale(self, machine_now: float) -> bool:
        asked = self._asked_machine
        return asked is None or not 0 <= machine_now - asked < STALE_SECONDS

    def _refresh(self, database: Database) -> bool:
        try:
            self._load(database)
        except (DatabaseError, RulesetInvalid) as error:
            log.warning("ruleset not refreshed, serving the one held: %s", type(error).__name__)
            return False
        return self._held is not None

    def _load(self, database: Database) -> None:
        held = self._held if self._held is not None and self._held.recorded else None
        with database.read() as connection:
            in_force = store.published_version(connection)
            if in_force is None or (held is not None and held.current.version == in_force):
                return
            found = dict(store.recent_versions(connection, self._machine() - KEEP_SECONDS))
        known = {} if held is None else held.versions
        current = parse(found[in_force])
        older = {v: known.get(v) or _readable(document) for v, document in found.items() if v != in_force}
        versions = {v: ruleset for v, ruleset in older.items() if ruleset is not None}
        self._held = _Held(current, versions | {in_force: current}, recorded=True)
        log.info("ruleset version %d is in force", in_force)


def _readable(document: str) -> Ruleset | None:
    """A retired version that this release cannot read any more must not keep the new one from its callers."""
    try:
        return parse(document)
    except RulesetInvalid:
        return None
