"""The desk of somebody who waits has closed: she can choose, or is given a time. Counted in the closing's report."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

from adapters.database import Transaction
from callbacks import settlement_store as report
from callbacks.planning import open_slots
from desks import store
from desks.store import Duty
from routing_rules.model import Ruleset
from routing_rules.opening_hours import is_open, last_closing

if TYPE_CHECKING:
    from bootstrap import Services

NO_CHOICE = "no choice"  # the note of this step in the history of her stay


class Row(Protocol):
    def __getitem__(self, column: str, /) -> Any: ...


def extended_open(rules: Ruleset, duty: Duty, now: datetime, language: str) -> bool:
    """The extended-hours desk is open and somebody there speaks the caller's language."""
    desk = rules.department(rules.extended_desk)
    if desk.id in duty.paused or not is_open(desk.hours, now, ZoneInfo(rules.time_zone)):
        return False
    return any(desk.id in one.desks and language in one.languages for one in duty.all)


def lead_out(tx: Transaction, rules: Ruleset, duty: Duty, row: Row, now: datetime) -> Mapping[str, int] | None:
    """``row``: her stay. What she counts as in the report; None: she waits no more. What she hears is decided alike by
    her own next turn (``ivr.dialogue.line.closing``)."""
    other = row["desk"] != rules.extended_desk
    choosing = other and extended_open(rules, duty, now, row["service_language"])
    note = None if choosing else NO_CHOICE
    if not store.move_caller(tx.connection, row["id"], "close_line", now, "service", note=note):
        return None
    return {"led_on": 1} if choosing else {"carried_over": int(_has_a_time(rules, row["department"], now))}


def lead_herself_out(services: "Services", tx: Transaction, rules: Ruleset, line_id: str, now: datetime) -> bool:
    """Her own turn came before the clock's look."""
    row = store.stay(tx.connection, line_id)
    duty = store.duty(tx.connection, services.clock.machine(), now)
    counted = lead_out(tx, rules, duty, row, now) if row is not None else None
    if row is None or counted is None:
        return False
    closed_at = last_closing(rules.desk(row["desk"]).hours, now, ZoneInfo(rules.time_zone))
    if closed_at is not None:
        report.count(tx.connection, row["desk"], closed_at, **counted)
    return True


def _has_a_time(rules: Ruleset, department: str, now: datetime) -> bool:
    """A department that never opens again has none to give."""
    return any(one.id == department and open_slots(rules, one, now) for one in rules.departments)
