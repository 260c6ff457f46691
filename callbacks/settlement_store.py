"""The report of each desk's closing time, in SQL: what became of those who were still waiting.

Counts grow in the transaction of the deed they count, so a settlement that is interrupted and begun again counts
nothing twice.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, not_, select, text, update

from adapters.database import insert_once
from adapters.ids import new_id
from adapters.schema import callback_request, line_event, settlement, supervisor_item, waiting_caller
from adapters.schema.line import IN_LINE
from adapters.schema.promises import REQUESTED

REPORT, REQUEST, CALLER, ITEM = settlement, callback_request, waiting_caller, supervisor_item
BRIDGED_WITHIN = timedelta(minutes=10)  # from an agent's yes until the two are in their room
IN_HAND = ("waiting", "offered", "bridging", "wishes", "closing")
# In the words of their partial indexes: what is over is not read again at every closing.
STANDS, FREE = text(f"waiting_caller.{IN_LINE}"), text(f"callback_request.{REQUESTED}")


@dataclass(frozen=True)
class Report:
    desk: str
    closed_at: datetime
    settled_at: datetime | None  # None: still settling
    finished: int  # callers answered after closing, within the grace
    led_on: int  # callers who can choose: another desk is open
    handed_over: int
    carried_over: int  # requests with a new time, and callers who are given one: no other desk is open
    untold: int  # of those requests: the new time could not be told
    orphans: int


def begin(connection: Connection, desk: str, closed_at: datetime) -> None:
    row = {"id": new_id(), "desk": desk, "closed_at": closed_at}
    insert_once(connection, REPORT, row, ("desk", "closed_at"))


def settled(connection: Connection, since: datetime) -> frozenset[tuple[str, datetime]]:
    """The closings since then of which nothing is left."""
    query = select(REPORT.c.desk, REPORT.c.closed_at).where(REPORT.c.closed_at >= since)
    return frozenset(
        (row.desk, row.closed_at) for row in connection.execute(query.where(REPORT.c.settled_at.is_not(None)))
    )


def count(connection: Connection, desk: str, closed_at: datetime, **more: int) -> None:
    """What was moved on after all is counted too: the closing is settled anew."""
    grown = {name: REPORT.c[name] + n for name, n in more.items() if n}
    if grown:
        begin(connection, desk, closed_at)
        connection.execute(update(REPORT).where(_closing(desk, closed_at)).values(**grown, settled_at=None))


def finish(connection: Connection, desk: str, closed_at: datetime, now: datetime) -> bool:
    """Once nobody waits at the closed desk and nothing there is due. False: something is left."""
    left = select(CALLER.c.id).where(CALLER.c.desk == desk, STANDS, CALLER.c.state.in_(IN_HAND))
    if connection.scalar(left.limit(1)) is not None:
        return False
    done = {"settled_at": now, "finished": _finished(connection, desk, closed_at, now)}
    done["orphans"] = orphans(connection, desk, now)
    begin(connection, desk, closed_at)
    connection.execute(update(REPORT).where(_closing(desk, closed_at)).values(**done))
    return True


def orphans(connection: Connection, desk: str, now: datetime) -> int:
    """Requests to be rung that are due at this closed desk, with neither a new time nor a place on a person's list."""
    query = select(func.count()).select_from(REQUEST).where(stranded(desk, now), not_(_listed()))
    return int(connection.scalar(query) or 0)


def stranded(desk: str, now: datetime) -> ColumnElement[bool]:
    return and_(FREE, REQUEST.c.desk == desk, REQUEST.c.due_at <= now, REQUEST.c.contact == "ring")


def movable(desk: str, now: datetime, hopeless: Collection[str]) -> ColumnElement[bool]:
    """Those that a machine may give a new time: no interpreter is ordered for theirs, and there is one to give.

    ``hopeless``: departments without any coming opening; what is due there is on the list already.
    """
    no_hope = and_(REQUEST.c.department.in_(hopeless), _listed())
    return and_(stranded(desk, now), REQUEST.c.interpreter.is_(None), not_(no_hope))


def reports(connection: Connection, since: datetime, scope: Collection[str] | None) -> tuple[Report, ...]:
    """Closings since then, the latest first; ``scope``: desks, None: all of them."""
    query = select(REPORT).where(REPORT.c.closed_at >= since)
    mine = query if scope is None else query.where(REPORT.c.desk.in_(scope))
    rows = connection.execute(mine.order_by(REPORT.c.closed_at.desc(), REPORT.c.desk)).mappings()
    return tuple(Report(**{name: row[name] for name in Report.__dataclass_fields__}) for row in rows)


def _closing(desk: str, closed_at: datetime) -> ColumnElement[bool]:
    return and_(REPORT.c.desk == desk, REPORT.c.closed_at == closed_at)


def _listed() -> ColumnElement[bool]:
    mine = select(ITEM.c.id).where(ITEM.c.request_id == REQUEST.c.id, ITEM.c.closed_at.is_(None))
    return mine.exists()


_DESKS = text(
    "WITH RECURSIVE found(desk) AS (SELECT min(desk) FROM callback_request WHERE state = 'requested'"
    " UNION ALL SELECT (SELECT min(callback_request.desk) FROM callback_request"
    " WHERE callback_request.state = 'requested' AND callback_request.desk > found.desk)"
    " FROM found WHERE found.desk IS NOT NULL)"
    " SELECT desk FROM found WHERE desk IS NOT NULL"
    " UNION SELECT desk FROM waiting_caller WHERE state = 'waiting'"
)


def desks_with_matters(connection: Connection) -> list[str]:
    """Where requests stand or callers wait, one look into the index for each desk, however many there are."""
    return sorted(connection.scalars(_DESKS))


def _finished(connection: Connection, desk: str, closed_at: datetime, now: datetime) -> int:
    """Callers who were in the line at closing time and were answered after it."""
    answered = select(func.count(line_event.c.caller_id.distinct())).join(CALLER, CALLER.c.id == line_event.c.caller_id)
    after = (line_event.c.event == "join", line_event.c.to_state == "talking", line_event.c.at >= closed_at)
    lately = CALLER.c.answered_at >= closed_at - BRIDGED_WITHIN  # by its index, however many calls there have been
    theirs = (lately, CALLER.c.desk == desk, CALLER.c.joined_at < closed_at, line_event.c.at <= now)
    return int(connection.scalar(answered.where(*after, *theirs)) or 0)
