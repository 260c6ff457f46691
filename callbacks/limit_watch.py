"""The limits of the whole city, judged every few seconds: one that is met stops its ringing, once, with an alarm.

A stop keeps new promises back, one for rings or spend due callbacks too; never an urgent one. It ends by a
supervisor's key or by itself. What is too much stands in ``callbacks.limits``.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapters.database import Database, DatabaseError, Transaction
from callbacks import limit_store as store
from callbacks import store as promises
from callbacks import text_store
from callbacks.limits import DAY, HOUR, CityLimit, Met, OfCity, met, ring_again_at
from callbacks.model import Window
from callbacks.openings import LEAD, first_open
from callbacks.planning import openings
from callbacks.service import Promises
from callbacks.spent import Spent, cents
from routing_rules.model import LANGUAGES, Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("limits")
ALARMS: Mapping[CityLimit, str] = {
    "requests": "sms.alarm_limit_requests",
    "rings": "sms.alarm_limit_rings",
    "spend": "sms.alarm_limit_spend",
}


class StopBoard:
    """What each process holds in memory, so that no caller's turn pays for asking. Swapped whole, never changed."""

    def __init__(self, held: tuple[store.Stop, ...] = ()) -> None:
        self._held = held

    def active(self, now: datetime) -> bool:
        """The city's ringing is stopped; a stop whose time is over is none any more."""
        return any(stop.until_at is None or now < stop.until_at for stop in self._held)

    def refresh(self, database: Database) -> bool:
        """False: the record was not readable, and what was held is kept."""
        try:
            with database.read() as connection:
                self._held = store.stops(connection)
        except DatabaseError as error:
            LOG.warning("stops not refreshed, those held stay: %s", type(error).__name__)
            return False
        return True


def watch(services: "Services", spent: Spent | None = None) -> None:
    """Ends what ran out, and stops what is too much. Two watchers of one instant stop once. ``spent``: what this
    watcher has added up before."""
    rules, now = services.rules.current(), services.clock.now()
    services.database.run(lambda tx: _ended(services, tx, now))
    midnight = _midnight(rules, now)
    with services.database.read() as connection:
        had = OfCity(
            requests=store.requests_since(connection, store.counted_from(connection, "requests", now - HOUR)),
            rings=store.rings_since(connection, store.counted_from(connection, "rings", now - HOUR)),
            spend=cents(
                (spent or Spent()).minutes(connection, store.counted_from(connection, "spend", midnight - DAY), now),
                rules.limits,
                services.settings,
            ),
        )
    for one in met(had, rules.limits, now, midnight):
        services.database.run(partial(_stop, services, rules, one, now))


def _ended(services: "Services", tx: Transaction, now: datetime) -> None:
    if store.end_what_ran_out(tx.connection, now):
        tx.after_commit(services.hurry)
        tx.after_commit(services.changed)


def _midnight(rules: Ruleset, now: datetime) -> datetime:
    """The coming local one."""
    local = now.astimezone(ZoneInfo(rules.time_zone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _stop(services: "Services", rules: Ruleset, limit: Met, now: datetime, tx: Transaction) -> None:
    made = store.make_stop(tx.connection, limit, now)
    if made is None:
        return
    LOG.error("a limit of the city is met", extra={"limit": limit.kind, "figure": limit.figure})
    Promises(services, tx, rules, now).raise_item(store.LISTED, None, made)
    alarmed = text_store.alarm_number(rules)
    if alarmed is not None:
        text_store.order(services, tx, rules, now, alarmed, ALARMS[limit.kind], LANGUAGES[0])
    tx.after_commit(services.changed)


def held_back(services: "Services", tx: Transaction, rules: Ruleset, request_id: str) -> bool:
    """Before an agent is asked: this number has been rung so often within the day that the ring waits until it may,
    with a new time that is told. Never an urgent one, nor one for which an interpreter comes: her time stands.

    False: it is dealt. True only where it is no longer due: what stays due is chosen first again in every look, and
    nothing behind it is dealt.
    """
    now = services.clock.now()
    again = ring_again_at(store.rung_at(tx.connection, request_id, now - DAY), rules.limits)
    row = promises.get(tx.connection, request_id) if again is not None else None
    if again is None or row is None or row["urgent"] or row["interpreter"]:
        return False
    desk = rules.desk(row["desk"])
    start, closes = first_open(again, openings(rules, desk, now), LEAD) or (again, again + DAY)
    window = Window(start, min(start + timedelta(minutes=desk.callbacks.retry_window_minutes), closes))
    LOG.warning("number rung often: the next ring waits", extra={"request": request_id})
    return Promises(services, tx, rules, now).move(request_id, window, store.SERVICE)
