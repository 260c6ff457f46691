"""Whose matter is next, and who gets it. Pure: the line and the agents come in as values, nothing is remembered.

The rule and its reasons: docs/decisions/0003-dealing.md.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

MatterKind = Literal["live", "asap", "slot", "retry"]
Clause = Literal["urgent", "needed", "place", "slot"]

HANDLING_MINUTES = 5.0  # until the desk's own talks are measured


@dataclass(frozen=True)
class InLine:
    """A waiting caller, or a callback whose window is open."""

    id: str
    kind: MatterKind
    desk: str
    department: str
    language: str
    urgent: bool
    line_time: datetime
    window_end: datetime | None = None  # None: live
    excluded_agents: frozenset[str] = frozenset()  # they declined it less than five minutes ago


@dataclass(frozen=True)
class OnDuty:
    id: str
    desks: frozenset[str]
    languages: frozenset[str]


@dataclass(frozen=True)
class FreeAgent(OnDuty):
    idle_since: datetime


@dataclass(frozen=True)
class Deal:
    matter_id: str
    matter_kind: MatterKind
    agent_id: str
    clause: Clause
    clause_number: int | None  # callbacks due by the end of her window, when that decided


Placed = tuple[InLine, Clause, int | None]


def needed_from(window_end: datetime, due: int, agents: float, handling_minutes: float) -> datetime:
    """From here on the window cannot wait for others. ``due``: callbacks of the desk in the line that end no later,
    itself included; ``agents`` on duty for the desk, a share of one who serves several."""
    work = due * handling_minutes / agents if agents > 0 else float("inf")
    return window_end - timedelta(minutes=min(45.0, max(15.0, 8.0 + work)))


def order(
    matters: Iterable[InLine], now: datetime, agents_on_duty: Mapping[str, float], handling: Mapping[str, float]
) -> list[Placed]:
    """ORDER BY priority, (needed_from <= now) DESC, (kind = 'slot'), line_time, id; with the clause that decided."""
    line = tuple(matters)
    ends = _window_ends(line)
    placed: list[tuple[tuple[bool, bool, bool, datetime, str], Placed]] = []
    for matter in line:
        due = bisect_right(ends[matter.desk], matter.window_end) if _is_callback(matter) and matter.window_end else 0
        needed = _is_needed(matter, due, now, agents_on_duty, handling)
        key = (not matter.urgent, not needed, _is_slot(matter), matter.line_time, matter.id)
        clause = _clause(matter, needed)
        placed.append((key, (matter, clause, due if clause == "needed" else None)))
    return [row for _, row in sorted(placed, key=lambda pair: pair[0])]


def next_deal(
    matters: Iterable[InLine],
    agents: Sequence[FreeAgent],
    now: datetime,
    on_duty: Sequence[OnDuty],
    handling: Mapping[str, float],
) -> Deal | None:
    """The first row that a free agent fits goes to the one idle longest. ``on_duty``: free and busy ones alike."""
    line = tuple(matters)
    for matter, clause, number in order(line, now, shared_staff(on_duty, line), handling):
        takers = [a for a in agents if _may_take(a, matter, on_duty)]
        if takers:
            taker = min(takers, key=lambda a: (a.idle_since, a.id))
            return Deal(matter.id, matter.kind, taker.id, clause, number)
    return None


def place(matters_in_order: Sequence[Placed], matter_id: str) -> int:
    """The place a live caller is told: everybody ahead of her at her own desk, callbacks too. Slots that yield stand
    behind her in the order. One who is no longer in the line is being offered to an agent: she is first."""
    mine = next((row for row, _, _ in matters_in_order if row.id == matter_id), None)
    if mine is None:
        return 1
    ahead = 0
    for matter, _, _ in matters_in_order:
        if matter.id == matter_id:
            break
        ahead += matter.desk == mine.desk
    return ahead + 1


def shared_staff(on_duty: Iterable[OnDuty], matters: Iterable[InLine]) -> dict[str, float]:
    """Agents for each desk; one who serves several is split between them by what waits there."""
    demand: dict[str, int] = defaultdict(int)
    for matter in matters:
        demand[matter.desk] += 1
    staff: dict[str, float] = defaultdict(float)
    for agent in on_duty:
        total = sum(demand[desk] for desk in agent.desks)
        for desk in agent.desks:
            staff[desk] += demand[desk] / total if total else 1 / len(agent.desks)
    return dict(staff)


def fits(agent: OnDuty, matter: InLine) -> bool:
    return matter.desk in agent.desks and matter.language in agent.languages


def _may_take(agent: OnDuty, matter: InLine, on_duty: Iterable[OnDuty]) -> bool:
    if not fits(agent, matter):
        return False
    if agent.id not in matter.excluded_agents:
        return True
    return not any(other.id != agent.id and fits(other, matter) for other in on_duty)


def _is_callback(matter: InLine) -> bool:
    return matter.kind != "live"


def _is_slot(matter: InLine) -> bool:
    return matter.kind in ("slot", "retry")


def _is_needed(
    matter: InLine, due: int, now: datetime, agents: Mapping[str, float], handling: Mapping[str, float]
) -> bool:
    if not _is_callback(matter) or matter.window_end is None:
        return False
    talk = handling.get(matter.desk, HANDLING_MINUTES)
    return needed_from(matter.window_end, due, agents.get(matter.desk, 0), talk) <= now


def _clause(matter: InLine, needed: bool) -> Clause:
    if matter.urgent:
        return "urgent"
    if needed:
        return "needed"
    return "slot" if _is_slot(matter) else "place"


def _window_ends(line: Iterable[InLine]) -> dict[str, list[datetime]]:
    ends: dict[str, list[datetime]] = defaultdict(list)
    for matter in line:
        if _is_callback(matter) and matter.window_end is not None:
            ends[matter.desk].append(matter.window_end)
    for times in ends.values():
        times.sort()
    return ends
