"""Disruption notices: put on air and taken off by a supervisor, held in every process's memory for the callers.

A webhook asks the board, never SQL: with the record down, callers still hear that the water is cut.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from adapters.database import Database, DatabaseError, Transaction
from adapters.ids import new_id
from routing_rules.model import Notice, Ruleset
from routing_rules.notices import store
from routing_rules.notices.checks import Faults, Wanted, faults
from routing_rules.notices.store import Kept

Also = Callable[[Transaction, str], object]  # done in the deed's own transaction, with the notice's id
log = logging.getLogger(__name__)


class NoticeBoard:
    """One for each process, for all its threads. Readers see one whole tuple; it is swapped, never changed."""

    def __init__(self, notices: tuple[Notice, ...] = ()) -> None:
        self._held = notices

    def active(self, now: datetime) -> tuple[Notice, ...]:
        """What is on air at the moment (business time); one whose time is over is silent at once."""
        return tuple(notice for notice in self._held if notice.until is None or now < notice.until)

    def refresh(self, database: Database, now: datetime) -> bool:
        """False: the record was not readable, and what was held is kept."""
        try:
            with database.read() as connection:
                self._held = tuple(kept.notice for kept in store.on_air(connection, now))
        except DatabaseError as error:
            log.warning("notices not refreshed, serving those held: %s", type(error).__name__)
            return False
        return True


def put_on_air(
    database: Database, rules: Ruleset, wanted: Wanted, author: str, now: datetime, also: Also | None = None
) -> Faults:
    """Empty: it is on air. Else what is wrong, field by field, and nothing has changed."""
    with database.write() as tx:
        store.alone(tx.connection)
        on_air = [kept.notice for kept in store.on_air(tx.connection, now)]
        found = faults(wanted, rules, on_air, now)
        if found:
            return found
        made = Notice(new_id(), wanted.words, wanted.topics, wanted.until)
        store.add(tx.connection, Kept(made, author, now))
        if also is not None:
            also(tx, made.id)
    log.info("notice %s on air until %s, topics %s", made.id, made.until, ",".join(made.topics) or "all")
    return {}


def take_off(database: Database, notice_id: str, now: datetime, also: Also | None = None) -> bool:
    """False: it was not on air any more."""
    with database.write() as tx:
        ended = store.end(tx.connection, notice_id, now)
        if ended and also is not None:
            also(tx, notice_id)
    if ended:
        log.info("notice %s taken off the air", notice_id)
    return ended


def kept_on_air(database: Database, now: datetime) -> tuple[Kept, ...]:
    with database.read() as connection:
        return store.on_air(connection, now)
