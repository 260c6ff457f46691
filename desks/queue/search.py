"""A matter looked up by its code or by the last digits of its number, open or closed. A number is matched in the
record: it stands in no address and no log, and nothing of it comes back that was not asked for."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from callbacks.model import FINAL_STATES, Refused
from desks.queue import queue_store
from desks.queue.entry import FIRST, Found, Part, entry
from desks.queue.listing import MOST, Page
from desks.queue.queue_store import Narrowed
from desks.scope_store import Scope

if TYPE_CHECKING:
    from bootstrap import Services

LEAST_DIGITS = 4
MOST_DIGITS = 20
CODE_DIGITS = 6
BETWEEN = " +-()./\u00a0"  # signs people write between the digits of a number


def search(services: "Services", scope: Scope, asked: str, language: str) -> Page | Refused:
    """Refused: ``digits`` (something else was written), ``short``, ``long``."""
    digits = "".join(sign for sign in asked if sign not in BETWEEN)
    if not (digits.isascii() and digits.isdigit()):
        return Refused("digits")
    if not LEAST_DIGITS <= len(digits) <= MOST_DIGITS:
        return Refused("short" if len(digits) < LEAST_DIGITS else "long")
    rules, now = services.rules.current(), services.clock.now()
    with services.database.read() as connection:
        found = _found(connection, Narrowed(scope), digits)
    return Page(tuple(entry(rules, _part(one, now), one, language) for one in found[:MOST]))


def _found(connection: Connection, by: Narrowed, digits: str) -> list[Found]:
    ends = _national(digits)
    callers = queue_store.callers_of_digits(connection, by, ends)
    by_code = queue_store.of_code(connection, by, digits, MOST) if len(digits) == CODE_DIGITS else ()
    requests = {row["id"]: row for row in (*by_code, *queue_store.of_digits(connection, by, ends, MOST))}
    newest = sorted(requests.values(), key=lambda row: (row["state"] in FINAL_STATES, FIRST - row["created_at"]))
    live = [Found(row, True, row["line_time_at"]) for row in callers]
    return live + [Found(row, False, row["created_at"]) for row in newest]


def _national(digits: str) -> str:
    """``040 1234567`` and ``00358 40 1234567`` end like ``+358401234567`` once the zeros in front are gone."""
    return digits.lstrip("0") if len(digits) > CODE_DIGITS else digits


def _part(one: Found, now: datetime) -> Part:
    row = one.row
    if one.live:
        return "line" if row["state"] in queue_store.WAITS else "hand"
    match row["state"]:
        case "unreached":
            return "unreached"
        case "needs_human":
            return "needs_human"
        case "requested":
            return _waiting_part(row["contact"] == "text", row["due_at"], row["window_end_at"], now)
        case state:
            return "closed" if state in FINAL_STATES else "hand"


def _waiting_part(in_writing: bool, due: datetime, window_end: datetime, now: datetime) -> Part:
    if in_writing:
        return "written"
    if due > now:
        return "coming"
    return "overdue" if window_end < now else "line"
