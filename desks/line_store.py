"""What is in the line, read as the pure dealing wants it. It changes nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, not_, or_, select

from adapters.schema import call, callback_request, offer, supervisor_item, waiting_caller
from desks.dealing import InLine

DECLINE_MINUTES = 5  # business time in which a matter is not offered to the same agent again
LAST_WORDS = timedelta(minutes=2)  # who still hears the promise told would be busy when rung
CANDIDATES = 200  # of each kind; more than any team takes in one deal
HISTORY = 50  # talks that the handling time is measured from

CALLER, OFFERED, REQUEST = waiting_caller, offer, callback_request


def in_line(connection: Connection, now: datetime) -> list[InLine]:
    """Waiting callers and due callbacks, at most ``CANDIDATES`` of each, oldest place first."""
    declined = _declined(connection, now)
    live = connection.execute(
        select(CALLER).where(CALLER.c.state == "waiting").order_by(CALLER.c.line_time_at).limit(CANDIDATES)
    ).mappings()
    rings_in = (
        select(CALLER.c.request_id)
        .where(CALLER.c.request_id == REQUEST.c.id)
        .where(CALLER.c.state.in_(("waiting", "offered", "bridging", "talking", "wishes", "closing")))
        .exists()
    )
    still_on_the_line = (
        select(call.c.call_sid)
        .where(call.c.call_sid == REQUEST.c.origin_call_sid, call.c.ended_at.is_(None))
        .where(REQUEST.c.created_at > now - LAST_WORDS)
        .exists()
    )
    due = connection.execute(
        select(REQUEST)
        .where(REQUEST.c.state == "requested", REQUEST.c.due_at <= now, may_be_rung(now))
        .where(not_(rings_in), not_(still_on_the_line))
        .order_by(REQUEST.c.window_end_at)
        .limit(CANDIDATES)
    ).mappings()
    matters = [_live(row, declined) for row in live]
    matters += [_callback(row, declined) for row in due]
    return matters


def may_be_rung(now: datetime) -> ColumnElement[bool]:
    """Not whoever wants her answer in writing; and nobody whose interpreter has gone: the quarter of an hour is over,
    or this would be a second ring by policy."""
    gone = and_(REQUEST.c.interpreter.is_not(None), or_(REQUEST.c.kind != "slot", REQUEST.c.window_end_at <= now))
    return and_(REQUEST.c.contact == "ring", not_(gone))


def with_interpreter(connection: Connection) -> list[RowMapping]:
    """Open requests that wait for an interpreter's quarter of an hour, and are on nobody's list for it."""
    listed = select(supervisor_item.c.id).where(
        supervisor_item.c.request_id == REQUEST.c.id,
        supervisor_item.c.kind == "interpreter",
        supervisor_item.c.closed_at.is_(None),
    )
    query = select(REQUEST).where(
        REQUEST.c.state == "requested", REQUEST.c.interpreter.is_not(None), REQUEST.c.contact == "ring"
    )
    found = query.where(not_(listed.exists())).order_by(REQUEST.c.due_at).limit(CANDIDATES)
    return list(connection.execute(found).mappings())


def _live(row: RowMapping, declined: Mapping[str, frozenset[str]]) -> InLine:
    return InLine(
        row["id"], "live", row["desk"], row["department"], row["service_language"], row["urgent"],
        row["line_time_at"], None, declined.get(row["id"], frozenset()),
    )  # fmt: skip


def _callback(row: RowMapping, declined: Mapping[str, frozenset[str]]) -> InLine:
    """A retry stands in the line by its due time; its own place waits for the day the resident rings in herself."""
    stands = row["due_at"] if row["kind"] == "retry" else row["line_time_at"]
    return InLine(
        row["id"], row["kind"], row["desk"], row["department"], row["language"], row["urgent"],
        stands, row["window_end_at"], declined.get(row["id"], frozenset()),
    )  # fmt: skip


def _declined(connection: Connection, now: datetime) -> Mapping[str, frozenset[str]]:
    query = select(OFFERED.c.agent_id, OFFERED.c.caller_id, OFFERED.c.request_id).where(
        OFFERED.c.outcome == "declined", OFFERED.c.ended_at > now - timedelta(minutes=DECLINE_MINUTES)
    )
    found: dict[str, frozenset[str]] = {}
    for row in connection.execute(query):
        matter = row.caller_id or row.request_id
        found[matter] = found.get(matter, frozenset()) | {row.agent_id}
    return found


def handling_minutes(connection: Connection, desk: str) -> float | None:
    """Mean talk and wrap-up of the desk's last talks, in business minutes; None without history."""
    of_desk = (
        select(OFFERED.c.accepted_at, OFFERED.c.ended_at)
        .outerjoin(CALLER, CALLER.c.id == OFFERED.c.caller_id)
        .outerjoin(REQUEST, REQUEST.c.id == OFFERED.c.request_id)
        .where(OFFERED.c.state == "ended", OFFERED.c.connected_at.is_not(None))
        .where(func.coalesce(CALLER.c.desk, REQUEST.c.desk) == desk)
        .order_by(OFFERED.c.ended_at.desc())
        .limit(HISTORY)
    )
    lengths = [(row.ended_at - row.accepted_at).total_seconds() / 60 for row in connection.execute(of_desk)]
    return sum(lengths) / len(lengths) if lengths else None
