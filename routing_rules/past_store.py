"""Decisions of past calls, read back: for the page that says why, and for comparing rules. Statements only.

A call's number stands in its own row of the record, if anywhere; with the number erased its areas are still known.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from adapters.schema import call, phone_number, route_decision
from routing_rules.comparing import Past
from routing_rules.routes import Circumstances, StaffedDesk

DECISION = route_decision
ROUND = 30.0  # seconds: a webhook that came twice decided once


@dataclass(frozen=True)
class Kept:
    """A decision as it was kept."""

    past: Past
    version: int
    route: str
    desk: str | None
    areas: tuple[str, ...]


def of_call(connection: Connection, call_sid: str) -> tuple[Kept, ...]:
    """In the order they were taken."""
    return _kept(connection, DECISION.c.call_sid == call_sid, None)


def since(connection: Connection, moment: datetime, at_most: int) -> tuple[Kept, ...]:
    """The latest, in order of time."""
    return _kept(connection, DECISION.c.at >= moment, at_most)


def _kept(connection: Connection, where: Any, at_most: int | None) -> tuple[Kept, ...]:
    numbers = DECISION.outerjoin(call, call.c.call_sid == DECISION.c.call_sid).outerjoin(
        phone_number, phone_number.c.id == call.c.number_id
    )
    query = select(DECISION, phone_number.c.e164).select_from(numbers).where(where)
    newest = query.order_by(DECISION.c.at.desc(), DECISION.c.id.desc()).limit(at_most)
    rows = list(connection.execute(newest).mappings())[::-1]
    return tuple(_once(_read(row) for row in rows))


def _once(kept: Iterable[Kept]) -> Iterable[Kept]:
    """The same webhook may come twice: what was decided twice in one breath is told once."""
    last: dict[str, Kept] = {}
    for one in kept:
        before = last.get(one.past.call)
        last[one.past.call] = one
        if before is None or not _same(before, one):
            yield one


def _same(one: Kept, other: Kept) -> bool:
    what = (one.version, one.past.topic, one.past.language, one.route, one.desk)
    again = (other.version, other.past.topic, other.past.language, other.route, other.desk)
    return what == again and (other.past.at - one.past.at).total_seconds() <= ROUND


def _read(row: RowMapping) -> Kept:
    facts: Mapping[str, Any] = json.loads(row["facts"])
    staffed = tuple(StaffedDesk(desk, frozenset(languages)) for desk, languages in facts["staffed"].items())
    areas = tuple(facts["areas"])
    number = row["e164"] or max(areas, key=len, default="")  # areas of one number lie in one another: the longest does
    known = Circumstances(number, facts["wait"])
    past = Past(row["call_sid"], row["at"], row["topic"], row["language"], staffed, known)
    return Kept(past, row["ruleset_version"], row["route"], row["desk"], areas)
