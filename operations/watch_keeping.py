"""What a night's look has found, or that it failed: in the record, on the board, and as a text where it is new."""

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.database import Transaction
from callbacks import text_store
from callbacks.item_store import raise_item
from operations import watch_store as store
from operations.watch_store import Run
from routing_rules.model import LANGUAGES
from routing_rules.watching.model import Code, Seen

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("watchdog")
ITEM = "rules_watch"  # on the supervisors' list
ALARM = "sms.alarm_rules"
FAILED: Code = "not_finished"


def keep(services: "Services", done: Run) -> tuple[Seen, ...]:
    """The run in the record, with an item on the board and an alarm where something is new. What is new."""

    def work(tx: Transaction) -> tuple[Seen, ...]:
        before = store.latest(tx.connection, done.day)
        known = {one.key for one in before.seen} if before is not None else set()
        new = tuple(one for one in done.seen if one.key not in known)
        store.end(tx.connection, done)
        if new:
            _tell(services, tx, done, new)
        return new

    return services.database.run(work)


def keep_failed(services: "Services", day: str) -> bool:
    """The night's look has broken off, or was ended because it hung. What stood there the night before stands on, so
    that it is not told once more as new. False: it had been kept after all."""
    now = services.clock.now()

    def work(tx: Transaction) -> bool:
        begun = store.unfinished(tx.connection, day)
        if begun is None:
            return False
        before = store.latest(tx.connection, day)
        stands = tuple(one for one in before.seen if one.code != FAILED) if before is not None else ()
        new = Seen(FAILED, day, None, (("day_of_look", day),))
        done = replace(begun, ended_at=now, seen=(new, *stands))
        store.end(tx.connection, done)
        _tell(services, tx, done, (new,))
        return True

    return services.database.run(work)


def _tell(services: "Services", tx: Transaction, done: Run, new: tuple[Seen, ...]) -> None:
    now, rules = done.ended_at or done.began_at, services.rules.plain()
    for one in new:
        LOG.warning("the days ahead: something new", extra={"finding": one.code, "place": one.place})
    raise_item(tx.connection, ITEM, now, None, done.day)
    number = text_store.alarm_number(rules)
    if number is not None:
        text_store.order(services, tx, rules, now, number, ALARM, LANGUAGES[0])
    tx.after_commit(services.changed)
