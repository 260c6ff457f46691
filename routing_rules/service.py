"""The ruleset in force: published once into the record, then held in every process's memory.

A webhook asks the holder, never SQL: with the record down, callers still hear the menu they know.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from adapters.database import Database, DatabaseError
from routing_rules import store
from routing_rules.document import RulesetInvalid, dump, parse
from routing_rules.model import Ruleset
from routing_rules.switches.applied import with_switches
from routing_rules.switches.model import Switch
from routing_rules.switches.store import running

KEEP_SECONDS = 24 * 3600.0  # longer than any call: it keeps the version it began with
STALE_SECONDS = 1.0  # and a look takes its time: a published change is in every process within two

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
    plain: Ruleset  # in force, as it was published
    versions: Mapping[int, Ruleset]  # as they were published
    recorded: bool  # read from the record; else given at the start, and the record's word goes before it
    switches: tuple[Switch, ...] = ()
    switched: Mapping[int, Ruleset] = field(default_factory=dict)  # versions as they are while the switches are on

    def as_it_is(self, version: int) -> Ruleset:
        """A call that began with an older version meets the switches too: a closed desk answers nobody."""
        return self.switched.get(version) or self.switched[self.plain.version]


def _held(plain: Ruleset, older: Mapping[int, Ruleset], recorded: bool, switches: tuple[Switch, ...]) -> _Held:
    versions = {**older, plain.version: plain}
    switched = {version: with_switches(ruleset, switches) for version, ruleset in versions.items()}
    return _Held(plain, versions, recorded, switches, switched)


class RulesHolder:
    """One for each process, for all its threads. Readers see one whole state; it is swapped, never changed."""

    def __init__(self, ruleset: Ruleset | None = None, machine: Callable[[], float] = time.time) -> None:
        self._held = None if ruleset is None else _held(ruleset, {}, False, ())
        self._machine = machine
        self._asked_machine: float | None = None
        self._refreshing = threading.Lock()

    def current(self) -> Ruleset:
        """What is in force, with the quick switches that are on. Raises NoRuleset."""
        held = self._known()
        return held.as_it_is(held.plain.version)

    def version(self, version: int) -> Ruleset:
        """The version a call began with, with the quick switches; the current one where that is no longer known.
        Raises NoRuleset."""
        return self._known().as_it_is(version)

    def plain(self) -> Ruleset:
        """What is in force, as it was published. Raises NoRuleset."""
        return self._known().plain

    def _known(self) -> _Held:
        held = self._held
        if held is None:
            raise NoRuleset
        return held

    def refresh(self, database: Database, now: datetime) -> bool:
        """True: what is held is what is in force at the moment (business time). False: the record was not readable,
        and what was held is kept."""
        with self._refreshing:
            return self._refresh(database, now)

    def refresh_if_stale(self, database: Database, machine_now: float, now: datetime) -> bool:
        """At most one look at the record in STALE_SECONDS, by one thread; the others go on with what is held."""
        if not self._is_stale(machine_now):
            return True
        if not self._refreshing.acquire(blocking=self._held is None):
            return True
        try:
            if not self._is_stale(machine_now):
                return True
            self._asked_machine = machine_now
            return self._refresh(database, now)
        finally:
            self._refreshing.release()

    def _is_stale(self, machine_now: float) -> bool:
        asked = self._asked_machine
        return asked is None or not 0 <= machine_now - asked < STALE_SECONDS

    def _refresh(self, database: Database, now: datetime) -> bool:
        try:
            self._load(database, now)
        except (DatabaseError, RulesetInvalid) as error:
            log.warning("ruleset not refreshed, serving the one held: %s", type(error).__name__)
            return False
        return self._held is not None

    def _load(self, database: Database, now: datetime) -> None:
        held = self._held if self._held is not None and self._held.recorded else None
        with database.read() as connection:
            in_force = store.published_version(connection)
            if in_force is None:
                return
            switches = running(connection, now)
            if held is not None and held.plain.version == in_force:
                if switches != held.switches:
                    self._held = _held(held.plain, held.versions, True, switches)
                return
            known = {} if held is None else held.versions
            recent = store.recent_versions(connection, self._machine() - KEEP_SECONDS)
            found = store.documents(connection, {in_force, *recent} - (known.keys() - {in_force}))
        plain = parse(found[in_force])
        read = {v: _readable(document) for v, document in found.items() if v != in_force}
        older = {v: known.get(v) or read.get(v) for v in recent if v != in_force}
        self._held = _held(plain, {v: one for v, one in older.items() if one is not None}, True, switches)
        log.info("ruleset version %d is in force", in_force)


def _readable(document: str) -> Ruleset | None:
    """A retired version that this release cannot read any more must not keep the new one from its callers."""
    try:
        return parse(document)
    except RulesetInvalid:
        return None
