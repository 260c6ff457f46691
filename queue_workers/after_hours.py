"""Closing time: nobody waits in a closed line, and no promise is left without a time. Idempotent.

Agents present finish callers within the department's grace; the others choose at once; what is left when the grace
ends chooses then. Where no other desk is open, they are given a time instead. Requests that the closed desk cannot
ring any more go to the extended-hours desk, or to a new time.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select

from adapters.database import Transaction
from callbacks import settlement_store as report
from callbacks import store as promises
from callbacks.planning import free_slots, open_slots, ringing_department
from callbacks.service import Promises
from desks import store, wishes
from desks.line.closing import extended_open, lead_out
from desks.line.line_store import WAITING
from desks.line.serving import within_grace
from routing_rules.model import Department, Hours, Ruleset
from routing_rules.opening_hours import is_open, last_closing

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("after_hours")
HANDLING_MINUTES = 5.0  # until measured
NEVER_OPEN = datetime(1970, 1, 1, tzinfo=UTC)  # a desk without hours: everything there is left over from other rules
NO_HOURS = Hours(week=((),) * 7)
AT_ONCE = 50  # requests in one transaction; the next second takes the next ones


@dataclass(frozen=True)
class Closing:
    """One desk's closing time, as it is settled now."""

    services: "Services"
    rules: Ruleset
    desk: Department
    closed_at: datetime
    now: datetime

    def count(self, tx: Transaction, **more: int) -> None:
        report.count(tx.connection, self.desk.id, self.closed_at, **more)


def settle(services: "Services") -> int:
    """Settles every desk that is closed now; returns how many callers and requests were moved on."""
    closings = _closings(services)
    if not closings:
        return 0
    with services.database.read() as connection:
        done = report.settled(connection, min(each.closed_at for each in closings))
    return sum(_settle(each, (each.desk.id, each.closed_at) in done) for each in closings)


def _closings(services: "Services") -> list[Closing]:
    rules, now = services.rules.current(), services.clock.now()
    zone = ZoneInfo(rules.time_zone)
    desks = [d for d in rules.departments if d.kind == "console"]
    with services.database.read() as connection:
        known = {d.id for d in desks}
        gone = [_without_people(rules, desk) for desk in report.desks_with_matters(connection) if desk not in known]
    closed = [d for d in (*desks, *gone) if not is_open(d.hours, now, zone)]
    return [Closing(services, rules, d, last_closing(d.hours, now, zone) or NEVER_OPEN, now) for d in closed]


def _without_people(rules: Ruleset, desk: str) -> Department:
    """A desk of older rules: nobody answers there any more, and what was left at it is moved on as at a closing."""
    return replace(rules.department(rules.extended_desk), id=desk, hours=NO_HOURS, grace_minutes=0)


def _settle(closing: Closing, settled: bool) -> int:
    """The report of the closing is finished once a look finds nothing more to move on."""
    moved = _settle_callers(closing) + _settle_requests(closing)
    _list_interpreters(closing)
    if not moved and not settled:
        with closing.services.database.write() as tx:
            report.begin(tx.connection, closing.desk.id, closing.closed_at)
            report.finish(tx.connection, closing.desk.id, closing.closed_at, closing.now)
    return moved


# --- callers -----------------------------------------------------------------------------------------------------


def _settle_callers(closing: Closing) -> int:
    services, desk = closing.services, closing.desk
    with services.database.read() as connection:
        waiting = _waiting(connection, desk.id)
    if not waiting:
        return 0
    with services.database.write() as tx:
        rows = _waiting(tx.connection, desk.id)
        duty = store.duty(tx.connection, services.clock.machine(), closing.now)
        staying = _can_be_finished(closing, tx, duty)
        moved = [one for row in rows[staying:] if (one := _lead_out(closing, tx, duty, row)) is not None]
        counted = {kind: sum(one.get(kind, 0) for one in moved) for kind in ("led_on", "carried_over")}
        closing.count(tx, **counted)
    if moved:
        LOG.info("desk closed", extra={"desk": desk.id, "finishing": min(staying, len(rows)), **counted})
    return len(moved)


def _waiting(connection: Connection, desk: str) -> list[RowMapping]:
    query = select(store.CALLER).where(WAITING, store.CALLER.c.desk == desk)
    return list(connection.execute(query.order_by(store.CALLER.c.line_time_at, store.CALLER.c.id)).mappings())


def _can_be_finished(closing: Closing, tx: Transaction, duty: store.Duty) -> int:
    """How many of the first in line the agents present can still answer within what is left of the grace."""
    rules, desk, now = closing.rules, closing.desk, closing.now
    zone = ZoneInfo(rules.time_zone)
    if not within_grace(rules, desk.id, now, zone):
        return 0
    agents = sum(1 for one in duty.all if desk.id in one.desks)
    handling = store.handling_minutes(tx.connection, desk.id) or HANDLING_MINUTES
    left = desk.grace_minutes - _minutes_since_closing(desk, now, zone)
    return int(agents * max(0.0, left) / handling)


def _minutes_since_closing(desk: Department, now: datetime, zone: ZoneInfo) -> float:
    closed_at = last_closing(desk.hours, now, zone)
    return 0.0 if closed_at is None else (now - closed_at) / timedelta(minutes=1)


def _lead_out(closing: Closing, tx: Transaction, duty: store.Duty, row: RowMapping) -> Mapping[str, int] | None:
    """The caller's own next turn leads to the choice, or to a time; the order to the provider only hurries it."""
    counted = lead_out(tx, closing.rules, duty, row, closing.now)
    if counted is not None:
        closing.services.outbox.order(tx, "ask_to_choose", row["id"])
    return counted


# --- requests ----------------------------------------------------------------------------------------------------


def _settle_requests(closing: Closing) -> int:
    """Due or started windows at a closed desk: handed to the extended-hours desk, or carried over with a new time."""
    database = closing.services.database
    with database.read() as connection:
        if not _movable(connection, closing, ()):
            return 0
        hopeless = _hopeless(closing)
        if hopeless and not _movable(connection, closing, hopeless):
            return 0
    with database.write() as tx:
        duty = store.duty(tx.connection, closing.services.clock.machine(), closing.now)
        rows = _movable(tx.connection, closing, hopeless)
        return sum(1 for row in rows if _carry_over(closing, tx, duty, row))


def _movable(connection: Connection, closing: Closing, hopeless: Collection[str]) -> list[RowMapping]:
    query = select(promises.REQUEST).where(report.movable(closing.desk.id, closing.now, hopeless))
    return list(connection.execute(query.order_by(promises.REQUEST.c.line_time_at).limit(AT_ONCE)).mappings())


def _hopeless(closing: Closing) -> tuple[str, ...]:
    """Departments that do not open any more, as far as anybody has planned."""
    return tuple(d.id for d in closing.rules.departments if not open_slots(closing.rules, d, closing.now))


def _carry_over(closing: Closing, tx: Transaction, duty: store.Duty, row: RowMapping) -> bool:
    services, rules, now = closing.services, closing.rules, closing.now
    extended = rules.department(rules.extended_desk)
    if row["desk"] != extended.id and extended_open(rules, duty, now, row["language"]):
        given = {"desk": extended.id, "owner_id": None}  # who began it does not sit there
        handed = promises.transition(tx.connection, row["id"], "hand_over", now, "service", **given)
        closing.count(tx, handed_over=int(handed))
        return handed
    made = Promises(services, tx, rules)
    department = ringing_department(rules, row["topic"], row["language"], now)
    free = free_slots(tx.connection, rules, department, row["language"], now) or open_slots(rules, department, now)
    if not free:
        made.raise_item("untold", row["id"])
        return False
    if not made.move(row["id"], free[0], "service"):
        return False
    promises.transition(tx.connection, row["id"], "hand_over", now, "service", desk=department.id)
    closing.count(tx, carried_over=1, untold=int(not _knows(tx, row["id"])))
    return True


def _knows(tx: Transaction, request_id: str) -> bool:
    moved = promises.get(tx.connection, request_id)
    return moved is not None and bool(moved["told"])


def _list_interpreters(closing: Closing) -> None:
    """No machine moves an interpreter's time: it is a person's, from this moment on."""
    with closing.services.database.read() as connection:
        left = report.orphans(connection, closing.desk.id, closing.now)
    if left:
        wishes.unkept_interpreters(closing.services)
