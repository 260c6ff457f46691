"""Decisions of past calls, read back: for the page that says why, and for comparing rules. Statements only.

A call's number stands in its own row of the record, if anywhere; with the number erased its areas are still known.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, or_, select, true

from adapters.schema import call, phone_number, route_decision, rules_switch
from routing_rules.comparing import Past
from routing_rules.model import Ruleset
from routing_rules.recalled import Kept
from routing_rules.routes import Circumstances, StaffedDesk
from routing_rules.switches.model import KINDS, Switch

DECISION = route_decision
ROUND = 30.0  # seconds: a webhook that came twice decided once


def of_call(connection: Connection, call_sid: str) -> tuple[Kept, ...]:
    """In the order they were taken."""
    return _kept(connection, DECISION.c.call_sid == call_sid, None)


def latest(connection: Connection, about: ColumnElement[bool], at_most: int) -> tuple[Kept, ...]:
    """The newest first."""
    return _kept(connection, about, at_most)[::-1]


def about(rules: Ruleset, departments: tuple[str, ...] | None) -> ColumnElement[bool]:
    """Decisions about topics of these departments, or that one of them answers. None: all."""
    if departments is None:
        return true()
    topics = [topic.id for topic in rules.topics if topic.department in departments]
    return or_(DECISION.c.topic.in_(topics), DECISION.c.desk.in_(departments))


def switches_at(connection: Connection, moment: datetime) -> tuple[Switch, ...]:
    """The quick switches that were on."""
    one = rules_switch.c
    on = (one.made_at <= moment, one.until_at > moment, or_(one.ended_at.is_(None), one.ended_at > moment))
    rows = connection.execute(select(rules_switch).where(*on).order_by(one.made_at, one.id)).mappings()
    return tuple(_switch(row) for row in rows)


def _switch(row: RowMapping) -> Switch:
    [kind] = (known for known in KINDS if known == row["kind"])
    return Switch(row["id"], kind, row["department"], row["topic"], row["goal"], row["made_at"], row["until_at"])


def since(connection: Connection, moment: datetime, at_most: int) -> tuple[Kept, ...]:
    """The latest, in order of time."""
    return _kept(connection, DECISION.c.at >= moment, at_most)


def _kept(connection: Connection, where: ColumnElement[bool], at_most: int | None) -> tuple[Kept, ...]:
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


def hers(every: Iterable[Kept], rules: Ruleset, departments: tuple[str, ...] | None) -> tuple[Kept, ...]:
    """Of these decisions, those about topics of these departments or answered by one of them. None: all."""
    if departments is None:
        return tuple(every)
    topics = {topic.id for topic in rules.topics if topic.department in departments}
    return tuple(one for one in every if one.past.topic in topics or one.desk in departments)
