"""The directory: who can be asked into a talk now. A read model: desks, colleagues, partners. It changes nothing."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from adapters.schema import agent, presence
from desks import store
from desks.line.pauses import paused
from desks.talk.room import matter_of
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import is_open

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class DeskEntry:
    id: str
    name: str
    open: bool
    paused: bool
    staffed: bool  # somebody else on duty there speaks the resident's language
    free: int  # of those, free now
    languages: tuple[str, ...]  # spoken there by who is free now


@dataclass(frozen=True)
class Colleague:
    id: str
    name: str
    desks: tuple[str, ...]
    languages: tuple[str, ...]
    fits: bool  # speaks the resident's language


@dataclass(frozen=True)
class Partner:
    id: str
    name: str
    organisation: str
    open: bool
    fits: bool


@dataclass(frozen=True)
class Directory:
    language: str | None  # the resident's; None: no talk is going on, nobody is left out for a language
    desks: tuple[DeskEntry, ...]
    colleagues: tuple[Colleague, ...]
    partners: tuple[Partner, ...]


def directory(services: "Services", agent_id: str, page_language: str) -> Directory:
    rules = services.rules.current()
    with services.database.read() as connection:
        language = _resident_language(connection, agent_id)
        duty = store.duty(connection, services.clock.machine(), services.clock.now())
        closed = paused(connection, services.clock.now())
        desks = tuple(
            _desk(services, rules, d, duty, agent_id, language, page_language, d.id in closed)
            for d in rules.departments
            if d.kind == "console"
        )
        colleagues = _colleagues(connection, duty, agent_id, language)
    partners = tuple(_partner(services, rules, d, language, page_language) for d in rules.departments if d.number)
    return Directory(language, desks, colleagues, partners)


def _resident_language(connection: Connection, agent_id: str) -> str | None:
    row = store.offer_of_agent(connection, agent_id)
    matter = matter_of(connection, row) if row is not None else None
    return matter.service_language if matter is not None else None


def _is_open(services: "Services", rules: Ruleset, department: Department) -> bool:
    return is_open(department.hours, services.clock.now(), ZoneInfo(rules.time_zone))


def _desk(
    services: "Services",
    rules: Ruleset,
    department: Department,
    duty: store.Duty,
    agent_id: str,
    language: str | None,
    page_language: str,
    is_paused: bool,
) -> DeskEntry:
    there = [a for a in duty.all if department.id in a.desks and a.id != agent_id]
    free = [a for a in duty.free if department.id in a.desks and a.id != agent_id]
    return DeskEntry(
        department.id,
        department.name.get(page_language, department.id),
        _is_open(services, rules, department),
        is_paused,
        any(language is None or language in a.languages for a in there),
        sum(1 for a in free if language is None or language in a.languages),
        tuple(sorted({spoken for a in free for spoken in a.languages})),
    )


def _colleagues(connection: Connection, duty: store.Duty, agent_id: str, language: str | None) -> tuple[Colleague, ...]:
    """Those who are free now: whoever talks cannot be asked."""
    free = {a.id for a in duty.free} - {agent_id}
    query = select(agent.c.id, agent.c.name, agent.c.departments, agent.c.languages)
    rows = connection.execute(query.join(presence, presence.c.agent_id == agent.c.id).where(agent.c.id.in_(free)))
    found = [
        Colleague(
            row.id,
            row.name,
            tuple(json.loads(row.departments)),
            tuple(json.loads(row.languages)),
            language is None or language in json.loads(row.languages),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (not one.fits, one.name)))


def _partner(
    services: "Services", rules: Ruleset, department: Department, language: str | None, page_language: str
) -> Partner:
    return Partner(
        department.id,
        department.name.get(page_language, department.id),
        department.organisation,
        _is_open(services, rules, department),
        language is None or language in department.languages,
    )
