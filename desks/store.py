"""Who is on duty and what is in the line, read as the pure dealing wants it; and guarded transitions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, insert, not_, or_, select, update

from adapters.schema import (
    agent,
    call,
    callback_request,
    line_event,
    offer,
    presence,
    process_start,
    supervisor_item,
    waiting_caller,
)
from desks.dealing import FreeAgent, InLine, OnDuty
from desks.line_machine import FINAL_LINE_STATES, LINE, LineEvent
from desks.offer_machine import OFFER, OPEN_OFFER_STATES, OfferEvent
from routing_rules.model import StaffedDesk

HEARTBEAT_SECONDS = 15.0  # machine time without a sign of life until an agent counts as gone
OUTAGE_MEMORY_SECONDS = 300.0
LEG_END_SECONDS = 5.0  # machine time that a leg may take to end once its matter is closed
DECLINE_MINUTES = 5  # business time in which a matter is not offered to the same agent again
LOOKS = 3
LAST_WORDS = timedelta(minutes=2)  # who still hears the promise told would be busy when rung
CANDIDATES = 200  # of each kind; more than any team takes in one deal
HISTORY = 50  # talks that the handling time is measured from

CALLER, OFFERED, REQUEST = waiting_caller, offer, callback_request


@dataclass(frozen=True)
class Duty:
    """The agents on duty now: all, and those free."""

    all: tuple[OnDuty, ...]
    free: tuple[FreeAgent, ...]

    def staffed(self) -> tuple[StaffedDesk, ...]:
        desks = {desk for one in self.all for desk in one.desks}
        return tuple(
            StaffedDesk(
                desk, frozenset(language for one in self.all if desk in one.desks for language in one.languages)
            )
            for desk in sorted(desks)
        )


def duty(connection: Connection, machine: float) -> Duty:
    """On duty: available or busy with a matter, with a sign of life. Our own outage is not held against an agent."""
    busy = select(OFFERED.c.agent_id).where(OFFERED.c.state.in_(OPEN_OFFER_STATES))
    query = select(agent, presence, presence.c.agent_id.in_(busy).label("busy")).join(
        presence, presence.c.agent_id == agent.c.id
    )
    rows = connection.execute(query.where(agent.c.active, presence.c.state != "offline")).mappings().all()
    leaving = _leg_still_ending(connection, machine)
    started = serving_since(connection)
    on_duty: list[OnDuty] = []
    free: list[FreeAgent] = []
    for row in rows:
        available = row["state"] == "available" and alive(row["heartbeat_machine"], machine, started)
        if not (available or row["busy"]):
            continue
        desks, languages = frozenset(json.loads(row["departments"])), frozenset(json.loads(row["languages"]))
        on_duty.append(OnDuty(row["id"], desks, languages))
        if available and not row["busy"] and row["id"] not in leaving:
            free.append(FreeAgent(row["id"], desks, languages, row["idle_since_at"]))
    return Duty(tuple(on_duty), tuple(free))


def _leg_still_ending(connection: Connection, machine: float) -> frozenset[str]:
    """Agents whose last matter is closed but whose telephone is still in its call: it would be busy."""
    query = select(OFFERED.c.agent_id).where(
        OFFERED.c.ended_machine > machine - LEG_END_SECONDS,
        OFFERED.c.agent_call_sid.is_not(None),
        or_(OFFERED.c.leg_ended_machine.is_(None), OFFERED.c.outcome == "busy"),
    )
    return frozenset(row.agent_id for row in connection.execute(query))


def alive(heartbeat: float, machine: float, serving_since: float) -> bool:
    if machine - heartbeat <= HEARTBEAT_SECONDS:
        return True
    was_alive = 0 <= serving_since - heartbeat <= OUTAGE_MEMORY_SECONDS
    return was_alive and machine - serving_since <= HEARTBEAT_SECONDS


def serving_since(connection: Connection) -> float:
    """Since when, in machine time, heartbeats could be taken in: the web's start, or the end of an outage."""
    kinds = process_start.c.kind.in_(("web", "record"))
    started = connection.scalar(select(func.max(process_start.c.started_machine)).where(kinds))
    return float(started or 0.0)


# --- the line ----------------------------------------------------------------------------------------------------


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


def stay(connection: Connection, line_id: str, *, held: bool = False) -> RowMapping | None:
    query = select(CALLER).where(CALLER.c.id == line_id)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def stay_of_call(connection: Connection, call_sid: str) -> RowMapping | None:
    """The running stay of a call, if it is in the line."""
    query = select(CALLER).where(CALLER.c.call_sid == call_sid, CALLER.c.state.not_in(FINAL_LINE_STATES))
    return connection.execute(query).mappings().first()


def move_caller(
    connection: Connection,
    line_id: str,
    event: LineEvent,
    now: datetime,
    who: str,
    *,
    note: str | None = None,
    **values: Any,
) -> bool:
    """One guarded step of a stay, with its history row; False changes nothing.

    A neighbour may move the stay between our look and our step: then the event is weighed against the new state.
    """
    for _ in range(LOOKS):
        row = stay(connection, line_id)
        goal = LINE.transitions.get((row["state"], event)) if row is not None else None
        if row is None or goal is None:
            return False
        if _stepped(connection, row, goal, event, now, values):
            fence = row["fence"] + (event == "offer")
            steps = {"from_state": row["state"], "to_state": goal, "fence": fence, "who": who, "note": note}
            connection.execute(insert(line_event).values(caller_id=line_id, at=now, event=event, **steps))
            return True
    return False


def _stepped(
    connection: Connection, row: RowMapping, goal: str, event: str, now: datetime, values: Mapping[str, Any]
) -> bool:
    changes = dict(values)
    if goal in FINAL_LINE_STATES:
        changes.setdefault("ended_at", now)
    if goal not in ("offered", "bridging", "talking"):
        changes["offer_token"] = None
    same = and_(CALLER.c.id == row["id"], CALLER.c.state == row["state"], CALLER.c.fence == row["fence"])
    step = update(CALLER).where(same).values(state=goal, fence=row["fence"] + (event == "offer"), **changes)
    return connection.execute(step).rowcount == 1


# --- offers ------------------------------------------------------------------------------------------------------


def offer_by_token(connection: Connection, token: str, *, held: bool = False) -> RowMapping | None:
    """``held``: for writing. Every writer takes the offer before its matter, so that two never wait for each other."""
    query = select(OFFERED).where(OFFERED.c.token == token)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def offer_of_agent(connection: Connection, agent_id: str) -> RowMapping | None:
    query = select(OFFERED).where(OFFERED.c.agent_id == agent_id, OFFERED.c.state.in_(OPEN_OFFER_STATES))
    return connection.execute(query).mappings().first()


def offer_of_caller(connection: Connection, line_id: str) -> RowMapping | None:
    """For writing: taken before its matter, as everywhere."""
    query = select(OFFERED).where(OFFERED.c.caller_id == line_id, OFFERED.c.state.in_(OPEN_OFFER_STATES))
    return connection.execute(query.with_for_update()).mappings().first()


def move_offer(connection: Connection, token: str, event: OfferEvent, **values: Any) -> bool:
    """One guarded step of an offer; False changes nothing."""
    row = offer_by_token(connection, token)
    goal = OFFER.transitions.get((row["state"], event)) if row is not None else None
    if row is None or goal is None:
        return False
    same = and_(OFFERED.c.token == token, OFFERED.c.state == row["state"])
    return connection.execute(update(OFFERED).where(same).values(state=goal, **values)).rowcount == 1


def note_offer(connection: Connection, token: str, **values: Any) -> None:
    connection.execute(update(OFFERED).where(OFFERED.c.token == token).values(**values))
