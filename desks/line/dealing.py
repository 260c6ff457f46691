"""Whose matter is next, and who gets it. Pure: the line and the agents come in as values, nothing is remembered.

The rule and its reasons: docs/decisions/0003-dealing.md. It may be given a part of the line only (the heads of what
free agents serve); what the whole line decides then comes beside it as ``Whole``.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Literal

MatterKind = Literal["live", "asap", "slot", "retry"]
Clause = Literal["urgent", "needed", "place", "slot", "owner"]

HANDLING_MINUTES = 5.0  # until the desk's own talks are measured
LEAST_MARGIN, MOST_MARGIN, BASE_MARGIN = 15.0, 45.0, 8.0  # minutes before a window's end
MOST_COUNTED = 100  # of what waits at a desk; from there on a desk is as crowded as any


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
    owner: str | None = None  # who began it
    owner_until: datetime | None = None  # hers alone until then, while she is on duty


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


@dataclass(frozen=True)
class Whole:
    """What the whole line says of each desk, where only a part of it is at hand."""

    waiting: Mapping[str, int] = field(default_factory=dict)  # matters in the line, ``MOST_COUNTED`` at most
    ends: Mapping[str, Sequence[datetime]] = field(default_factory=dict)  # of its callbacks' windows, sorted


Placed = tuple[InLine, Clause, int | None]
Standing = tuple[bool, bool, bool, datetime, str]


def whole_of(matters: Iterable[InLine]) -> Whole:
    line = tuple(matters)
    waiting: dict[str, int] = defaultdict(int)
    for matter in line:
        waiting[matter.desk] = min(MOST_COUNTED, waiting[matter.desk] + 1)
    return Whole(dict(waiting), _window_ends(line))


def margin_minutes(due: int, agents: float, handling_minutes: float) -> float:
    work = due * handling_minutes / agents if agents > 0 else float("inf")
    return min(MOST_MARGIN, max(LEAST_MARGIN, BASE_MARGIN + work))


def needed_from(window_end: datetime, due: int, agents: float, handling_minutes: float) -> datetime:
    """From here on the window cannot wait for others. ``due``: callbacks of the desk in the line that end no later,
    itself included; ``agents`` on duty for the desk, a share of one who serves several."""
    return window_end - timedelta(minutes=margin_minutes(due, agents, handling_minutes))


def enough_due(agents: float, handling_minutes: float) -> int:
    """So many due by the end of a window give it the longest margin; more change nothing."""
    return ceil((MOST_MARGIN - BASE_MARGIN) * agents / handling_minutes) + 1 if handling_minutes > 0 else 1


def standing(matter: InLine, needed: bool) -> Standing:
    """ORDER BY priority, (needed_from <= now) DESC, (kind = 'slot'), line_time, id."""
    return (not matter.urgent, not needed, _is_slot(matter), matter.line_time, matter.id)


def order(
    matters: Iterable[InLine],
    now: datetime,
    agents_on_duty: Mapping[str, float],
    handling: Mapping[str, float],
    whole: Whole | None = None,
) -> list[Placed]:
    """The matters as they stand, with the clause that decided."""
    return [row for _, row in _ranked(matters, now, agents_on_duty, handling, whole)]


def _ranked(
    matters: Iterable[InLine],
    now: datetime,
    agents_on_duty: Mapping[str, float],
    handling: Mapping[str, float],
    whole: Whole | None,
) -> list[tuple[Standing, Placed]]:
    line = tuple(matters)
    ends = (whole or whole_of(line)).ends
    ranked: list[tuple[Standing, Placed]] = []
    for matter in line:
        ended = matter.window_end if _is_callback(matter) else None
        due = bisect_right(ends.get(matter.desk, ()), ended) if ended is not None else 0
        needed = _is_needed(matter, due, now, agents_on_duty, handling)
        clause = _clause(matter, needed)
        ranked.append((standing(matter, needed), (matter, clause, due if clause == "needed" else None)))
    return sorted(ranked, key=lambda pair: pair[0])


def next_deal(
    matters: Iterable[InLine],
    agents: Sequence[FreeAgent],
    now: datetime,
    on_duty: Sequence[OnDuty],
    handling: Mapping[str, float],
) -> Deal | None:
    """The first row that a free agent fits goes to the one idle longest. ``on_duty``: free and busy ones alike."""
    line = tuple(matters)
    found = first_fit(line, agents, now, on_duty, handling, whole_of(line))
    return found[0] if found is not None else None


def first_fit(
    matters: Iterable[InLine],
    agents: Sequence[FreeAgent],
    now: datetime,
    on_duty: Sequence[OnDuty],
    handling: Mapping[str, float],
    whole: Whole,
) -> tuple[Deal, Standing] | None:
    """The deal, and where its matter stands: what stands behind that cannot have been dealt instead."""
    staff = shared_staff(on_duty, whole.waiting)
    for stands, (matter, clause, number) in _ranked(matters, now, staff, handling, whole):
        owner = waits_for(matter, now, on_duty)
        takers = [a for a in agents if _may_take(a, matter, on_duty)]
        hers = [a for a in takers if a.id == owner]
        if owner is not None and not hers and clause not in ("urgent", "needed"):
            continue
        if takers:
            taker = min(hers or takers, key=lambda a: (a.idle_since, a.id))
            by = "owner" if hers and clause in ("place", "slot") else clause
            return Deal(matter.id, matter.kind, taker.id, by, number), stands
    return None


def waits_for(matter: InLine, now: datetime, on_duty: Iterable[OnDuty]) -> str | None:
    """The agent who began the matter, while it is hers: she is on duty for it and has not declined it just now."""
    if matter.owner is None or matter.owner_until is None or now >= matter.owner_until:
        return None
    if matter.owner in matter.excluded_agents:
        return None
    return matter.owner if any(a.id == matter.owner and fits(a, matter) for a in on_duty) else None


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


def shared_staff(on_duty: Iterable[OnDuty], waiting: Mapping[str, int]) -> dict[str, float]:
    """Agents for each desk; one who serves several is split between them by what waits there."""
    staff: dict[str, float] = defaultdict(float)
    for agent in on_duty:
        total = sum(waiting.get(desk, 0) for desk in agent.desks)
        for desk in agent.desks:
            staff[desk] += waiting.get(desk, 0) / total if total else 1 / len(agent.desks)
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
