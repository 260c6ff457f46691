"""The live board's queries: counts by desk and language, who is at work, what is paused. They change nothing.

Conditions of partial indexes are spelled out in the indexes' own words: only then are they used.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Label, RowMapping, and_, case, func, or_, select

from adapters.schema import (
    agent,
    callback_request,
    desk_pause,
    listening,
    offer,
    presence,
    promise_told,
    waiting_caller,
)
from desks.queue.queue_store import IN_LINE, OPEN_OFFER, REQUESTED, WAITS
from desks.scope_store import Scope, within

REQUEST, CALLER, LEDGER = callback_request, waiting_caller, promise_told
SOON = timedelta(hours=1)
BETWEEN = " "  # the last one: no language has any


def callers(connection: Connection, scope: Scope) -> Sequence[RowMapping]:
    """Everybody in the line, talking or not, urgent ones first."""
    query = select(CALLER).where(IN_LINE, within(CALLER, scope))
    ordered = query.order_by(CALLER.c.urgent.desc(), CALLER.c.line_time_at, CALLER.c.id)
    return connection.execute(ordered).mappings().all()


def waiting(connection: Connection, scope: Scope) -> Sequence[RowMapping]:
    """By desk and language: how many have nobody yet, and since when the first of them waits."""
    query = select(
        CALLER.c.desk,
        CALLER.c.service_language.label("language"),
        func.count().label("waiting"),
        func.min(CALLER.c.line_time_at).label("longest_since"),
    ).where(IN_LINE, CALLER.c.state.in_((*WAITS, "offered")), within(CALLER, scope))
    return connection.execute(query.group_by(CALLER.c.desk, CALLER.c.service_language)).mappings().all()


def callbacks(connection: Connection, scope: Scope, desks: Collection[str], now: datetime) -> Sequence[RowMapping]:
    """By desk and language: due now, overdue, beginning within the hour. ``desks``: every one that may ring."""
    due = and_(REQUEST.c.due_at <= now, REQUEST.c.window_end_at >= now)
    counted = {"due": due, "overdue": REQUEST.c.window_end_at < now, "next_hour": REQUEST.c.due_at > now}
    query = select(
        REQUEST.c.desk,
        REQUEST.c.language,
        *(func.sum(case((condition, 1), else_=0)).label(name) for name, condition in counted.items()),
    ).where(REQUESTED, REQUEST.c.desk.in_(desks), REQUEST.c.due_at <= now + SOON)
    query = query.where(REQUEST.c.contact == "ring", within(REQUEST, scope))
    return connection.execute(query.group_by(REQUEST.c.desk, REQUEST.c.language)).mappings().all()


def verdicts(
    connection: Connection, scope: Scope, since: datetime, until: datetime | None = None
) -> Sequence[Mapping[str, Any]]:
    """By department and language: promises judged since then (and before ``until``), as the ledger counts them."""
    before = () if until is None else (LEDGER.c.judged_at < until,)
    judged = (*before, LEDGER.c.judged_at >= since, LEDGER.c.via != "untold", LEDGER.c.verdict != "void")
    whose = _whose(scope)
    told = select(whose, LEDGER.c.verdict, func.count().label("n")).where(*judged).group_by(whose, LEDGER.c.verdict)
    return _of_desks(connection.execute(told).mappings())


def still_to_keep(connection: Connection, scope: Scope, until: datetime) -> Sequence[Mapping[str, Any]]:
    """By department and language: promises whose time ends before then and that nobody has rung for."""
    unjudged = (LEDGER.c.verdict.is_(None), LEDGER.c.window_end_at < until, LEDGER.c.via != "untold")
    whose = _whose(scope)
    told = select(whose, func.count().label("still")).where(*unjudged).group_by(whose)
    return _of_desks(connection.execute(told).mappings())


def _whose(scope: Scope) -> Label[str]:
    """Department and language of a promise's request, in one word; null where they are not the reader's. Looked up for
    one promise after the other: of a join, PostgreSQL reads every request that there has ever been."""
    mine = (REQUEST.c.id == LEDGER.c.request_id, within(REQUEST, scope))
    return select(REQUEST.c.department + BETWEEN + REQUEST.c.language).where(*mine).scalar_subquery().label("whose")


def _of_desks(rows: Iterable[RowMapping]) -> list[Mapping[str, Any]]:
    found = list[Mapping[str, Any]]()
    for row in rows:
        if row["whose"] is not None:
            desk, language = row["whose"].rsplit(BETWEEN, 1)
            found.append({"desk": desk, "language": language, **{n: row[n] for n in row if n != "whose"}})
    return found


def colleagues(connection: Connection) -> Sequence[RowMapping]:
    """Everybody signed in, with what they have in hand and who listens to it."""
    heard = (
        select(listening.c.supervisor_id)
        .where(listening.c.token == offer.c.token, listening.c.ended_at.is_(None))
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            agent.c.name, agent.c.departments, agent.c.languages, presence.c.state, presence.c.since_at,
            offer.c.token, offer.c.state.label("offer_state"), offer.c.made_at, offer.c.connected_at,
            offer.c.request_id, offer.c.caller_id,
            func.coalesce(REQUEST.c.topic, CALLER.c.topic).label("topic"),
            func.coalesce(REQUEST.c.department, CALLER.c.department).label("department"),
            func.coalesce(REQUEST.c.desk, CALLER.c.desk).label("desk"),
            heard.label("listened_by"),
        )
        .join(presence, presence.c.agent_id == agent.c.id)
        .outerjoin(offer, and_(offer.c.agent_id == agent.c.id, OPEN_OFFER))
        .outerjoin(REQUEST, REQUEST.c.id == offer.c.request_id)
        .outerjoin(CALLER, CALLER.c.id == offer.c.caller_id)
    )  # fmt: skip
    here = query.where(agent.c.active, presence.c.state != "offline").order_by(agent.c.name)
    return connection.execute(here).mappings().all()


def pauses(connection: Connection, now: datetime) -> Sequence[RowMapping]:
    running = (desk_pause.c.ended_at.is_(None), or_(desk_pause.c.until_at.is_(None), desk_pause.c.until_at > now))
    query = select(desk_pause, agent.c.name.label("author_name")).outerjoin(agent, agent.c.id == desk_pause.c.author)
    return connection.execute(query.where(*running).order_by(desk_pause.c.made_at)).mappings().all()
