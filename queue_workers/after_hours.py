"""Closing time: nobody waits in a closed line, and no promise is left without a time (decision 15). Idempotent.

Agents present finish callers within the department's grace; the others choose at once; what is left when the grace
ends chooses then. Requests that the closed desk cannot ring any more go to the extended-hours desk, or to a new time.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select

from adapters.database import Transaction
from callbacks import store as promises
from callbacks.planning import free_slots, open_slots, ringing_department
from callbacks.service import Promises
from desks import store
from desks.dispatch import within_grace
from desks.line import extended_open
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import is_open, last_closing

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("after_hours")
HANDLING_MINUTES = 5.0  # until measured
AT_ONCE = 50  # requests in one transaction; the next second takes the next ones


def settle(services: "Services") -> int:
    """Settles every desk that is closed now; returns how many callers and requests were moved on."""
    rules, now = services.rules.current(), services.clock.now()
    zone = ZoneInfo(rules.time_zone)
    closed = [d for d in rules.departments if d.kind == "console" and not is_open(d.hours, now, zone)]
    return sum(
        _settle_callers(services, rules, desk, now) + _settle_requests(services, rules, desk, now) for desk in closed
    )


# --- callers -----------------------------------------------------------------------------------------------------


def _settle_callers(services: "Services", rules: Ruleset, desk: Department, now: datetime) -> int:
    with services.database.read() as connection:
        waiting = _waiting(connection, desk.id)
    if not waiting:
        return 0
    with services.database.write() as tx:
        rows = _waiting(tx.connection, desk.id)
        staying = _can_be_finished(services, tx, rules, desk, now)
        asked = [row for row in rows[staying:] if _ask_to_choose(services, tx, row, now)]
    if asked:
        LOG.info("desk closed", extra={"desk": desk.id, "finishing": min(staying, len(rows)), "choosing": len(asked)})
    return len(asked)


def _waiting(connection: Connection, desk: str) -> list[RowMapping]:
    query = select(store.CALLER).where(store.CALLER.c.desk == desk, store.CALLER.c.state == "waiting")
    return list(connection.execute(query.order_by(store.CALLER.c.line_time_at, store.CALLER.c.id)).mappings())


def _can_be_finished(services: "Services", tx: Transaction, rules: Ruleset, desk: Department, now: datetime) -> int:
    """How many of the first in line the agents present can still answer within what is left of the grace."""
    zone = ZoneInfo(rules.time_zone)
    if not within_grace(rules, desk.id, now, zone):
        return 0
    agents = sum(1 for one in store.duty(tx.connection, services.clock.machine()).all if desk.id in one.desks)
    handling = store.handling_minutes(tx.connection, desk.id) or HANDLING_MINUTES
    left = desk.grace_minutes - _minutes_since_closing(desk, now, zone)
    return int(agents * max(0.0, left) / handling)


def _minutes_since_closing(desk: Department, now: datetime, zone: ZoneInfo) -> float:
    closed_at = last_closing(desk.hours, now, zone)
    return 0.0 if closed_at is None else (now - closed_at) / timedelta(minutes=1)


def _ask_to_choose(services: "Services", tx: Transaction, row: RowMapping, now: datetime) -> bool:
    """The caller's own next turn leads to the choice; the order to the provider only hurries it."""
    moved = store.move_caller(tx.connection, row["id"], "close_line", now, "service")
    if moved:
        services.outbox.order(tx, "ask_to_choose", row["id"])
    return moved


# --- requests ----------------------------------------------------------------------------------------------------


def _settle_requests(services: "Services", rules: Ruleset, desk: Department, now: datetime) -> int:
    """Due or started windows at a closed desk: handed to the extended-hours desk, or carried over with a new time."""
    with services.database.read() as connection:
        if not _stranded(connection, desk.id, now):
            return 0
    with services.database.write() as tx:
        rows = _stranded(tx.connection, desk.id, now)
        return sum(1 for row in rows if _carry_over(services, tx, rules, row, now))


def _stranded(connection: Connection, desk: str, now: datetime) -> list[RowMapping]:
    table = promises.REQUEST
    moved = (table.c.contact == "ring", table.c.interpreter.is_(None))  # whoever else waits for a person to decide
    query = select(table).where(table.c.desk == desk, table.c.state == "requested", table.c.due_at <= now, *moved)
    return list(connection.execute(query.order_by(table.c.line_time_at).limit(AT_ONCE)).mappings())


def _carry_over(services: "Services", tx: Transaction, rules: Ruleset, row: RowMapping, now: datetime) -> bool:
    extended = rules.department(rules.extended_desk)
    duty = store.duty(tx.connection, services.clock.machine())
    if row["desk"] != extended.id and extended_open(rules, duty, now, row["language"]):
        return promises.transition(tx.connection, row["id"], "hand_over", now, "service", desk=extended.id)
    department = ringing_department(rules, row["topic"])
    free = free_slots(tx.connection, rules, department, row["language"], now) or open_slots(rules, department, now)
    if not free:
        Promises(services, tx, rules).raise_item("untold", row["id"])
        return False
    if not Promises(services, tx, rules).move(row["id"], free[0], "service"):
        return False
    return promises.transition(tx.connection, row["id"], "hand_over", now, "service", desk=department.id)
