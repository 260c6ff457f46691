"""The clock's look at whether callers are lost unnoticed, every slow tick: an alarm begins once, stands on the
supervisors' board and in ``/metrics``, and is texted to the operator; it ends by itself once all has been well a while.

No outside monitor is needed for this. What is wrong is judged in ``judging``.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from adapters.database import Transaction
from callbacks import text_store
from callbacks.item_store import raise_item
from desks import store as desks
from ivr import own_call_store as own_calls
from operations.watching import alarm_store, usual_store
from operations.watching.judging import (
    LATELY,
    TURNED_AWAY_WITHIN,
    WEEKS,
    none_answered,
    nothing_in,
    open_minutes,
    test_call_fails,
)
from operations.watching.model import Finding, Hour, Kind, Traffic
from routing_rules.model import LANGUAGES, Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("alarms")
TEXTS: Mapping[Kind, str] = {
    "none_answered": "sms.alarm_none_answered",
    "nothing_in": "sms.alarm_nothing_in",
    "test_call": "sms.alarm_test_call",
}
LASTS = timedelta(minutes=2)  # well for so long: the alarm is over
QUIET = timedelta(minutes=30)  # without a sign that it is well, for want of callers; and from one text to the next
BACK = timedelta(weeks=WEEKS, hours=2)
HOURS_AT_ONCE = 24  # of the past counted in one tick, after an update
CALLS_AT_ONCE = 1000  # or so many calls, and the rest of that hour


def watch(services: "Services") -> tuple[Finding, ...]:
    """What is wrong at the moment. Two watchers of one instant tell it once."""
    found = looked(services)
    now = services.clock.now()
    for finding in found:
        services.database.run(partial(_begin, services, finding, now))
    wrong = {one.kind for one in found}
    _settle(services, wrong, now)
    return found


def looked(services: "Services") -> tuple[Finding, ...]:
    """Judged, and nothing written."""
    rules, now, machine = services.rules.current(), services.clock.now(), services.clock.machine()
    with services.database.read() as connection:
        free = desks.duty(connection, machine, now).free
        line = alarm_store.answering(connection, free, now, LATELY, TURNED_AWAY_WITHIN)
        traffic = Traffic(
            alarm_store.last_in(connection),
            alarm_store.at_work_since(connection, now, machine),
            usual_store.hours(connection, now - BACK),
        )
        ours = own_calls.latest_failures(connection) if services.settings.test_call_from else ()
    judged = (none_answered(line), nothing_in(traffic, rules, now), test_call_fails(ours))
    return tuple(one for one in judged if one is not None)


def count_hours(services: "Services") -> int:
    """The hours that are over and not counted yet: what is usual is learnt from them."""
    rules, now = services.rules.plain(), services.clock.now()
    with services.database.read() as connection:
        missing = usual_store.uncounted(connection, now - BACK, now, HOURS_AT_ONCE)
        had = _counted(connection, missing)
    counted = [Hour(start, calls, open_minutes(rules, start)) for start, calls in had]
    if counted:
        services.database.run(lambda tx: _keep(tx, counted, now))
    return len(counted)


def _counted(connection: Connection, hours: Iterable[datetime]) -> list[tuple[datetime, int]]:
    """A large city's hours a few at a time: the clock's other duties wait meanwhile."""
    found: list[tuple[datetime, int]] = []
    for start in hours:
        found.append((start, usual_store.calls_in(connection, start)))
        if sum(calls for _, calls in found) >= CALLS_AT_ONCE:
            break
    return found


def _keep(tx: Transaction, counted: list[Hour], now: datetime) -> None:
    for hour in counted:
        usual_store.keep(tx.connection, hour)
    usual_store.forget_old(tx.connection, now)


def _begin(services: "Services", finding: Finding, now: datetime, tx: Transaction) -> None:
    if not alarm_store.begin(tx.connection, finding, now):
        alarm_store.still(tx.connection, finding.kind)
        return
    LOG.error("callers are lost", extra={"alarm": finding.kind, "figure": finding.figure})
    raise_item(tx.connection, finding.kind, now, None)
    if not alarm_store.ran_lately(tx.connection, finding.kind, now - QUIET):  # it comes and goes: who was told knows
        _text(services, tx, services.rules.plain(), finding.kind, now)
    tx.after_commit(services.changed)


def _text(services: "Services", tx: Transaction, rules: Ruleset, kind: Kind, now: datetime) -> None:
    number = text_store.alarm_number(rules)
    if number is not None:
        text_store.order(services, tx, rules, now, number, TEXTS[kind], LANGUAGES[0])


def _settle(services: "Services", wrong: set[Kind], now: datetime) -> None:
    """Nothing is written while nothing runs: this is asked every few seconds, for years."""
    with services.database.read() as connection:
        running = alarm_store.running(connection)
    for row in running:
        if row["kind"] not in wrong:
            services.database.run(partial(_calmer, services, row["kind"], row["clear_since_at"], now))


def _calmer(services: "Services", kind: str, since: datetime | None, now: datetime, tx: Transaction) -> None:
    if since is None or now - since < _lasts(tx, kind, since):
        alarm_store.clear(tx.connection, kind, now)
    elif alarm_store.end(tx.connection, kind, now):
        LOG.warning("callers are answered again", extra={"alarm": kind})
        tx.after_commit(services.changed)


def _lasts(tx: Transaction, kind: str, since: datetime) -> timedelta:
    """Nobody answered is over once somebody answers. That nobody rang meanwhile says nothing: with each caller who is
    lost again a night's few calls would be as many alarms."""
    answered = kind != "none_answered" or alarm_store.answered_since(tx.connection, since - LATELY)
    return LASTS if answered else QUIET
