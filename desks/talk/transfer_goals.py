"""Who can be asked into a talk now: a desk, a colleague, a partner; refused with a code before anything happens."""

import json
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from callbacks.model import Refused
from desks import store
from desks.line.dealing import FreeAgent
from desks.line.pauses import paused
from desks.talk import transfer_store as transfers
from desks.talk.room import Matter
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import is_open

REFUSALS = (
    "unknown_goal", "closed", "paused", "unstaffed", "no_free_agent", "not_available", "language", "in_transfer",
    "bad_kind",
)  # fmt: skip


@dataclass(frozen=True)
class Goal:
    """``desk``: whose line takes the resident; ``agent``: who is rung now; ``number``: a partner's."""

    desk: str
    agent: str | None = None
    number: str | None = None


@dataclass(frozen=True)
class Looked:
    connection: Connection
    rules: Ruleset
    now: datetime
    machine: float
    asking: str  # agent id

    def is_open(self, department: Department) -> bool:
        return is_open(department.hours, self.now, ZoneInfo(self.rules.time_zone))

    def department(self, department_id: str) -> Department | None:
        return next((d for d in self.rules.departments if d.id == department_id), None)


def desk_goal(look: Looked, goal: str, matter: Matter, *, somebody_free: bool) -> Goal | Refused:
    department = look.department(goal)
    if department is None or department.kind != "console":
        return Refused("unknown_goal")
    shut = _shut(look, department)
    if shut is not None:
        return shut
    duty, language = store.duty(look.connection, look.machine, look.now), matter.service_language
    there = [a for a in duty.all if goal in a.desks and language in a.languages and a.id != look.asking]
    if not there:
        return Refused("unstaffed")
    if not somebody_free:
        return Goal(goal)
    free = longest_idle(look, goal, language)
    return Refused("no_free_agent") if free is None else Goal(goal, agent=free.id)


def longest_idle(look: Looked, desk: str, language: str) -> FreeAgent | None:
    free = store.duty(look.connection, look.machine, look.now).free
    fitting = [a for a in free if desk in a.desks and language in a.languages and a.id != look.asking]
    return min(fitting, key=lambda a: (a.idle_since, a.id)) if fitting else None


def agent_goal(look: Looked, goal: str, matter: Matter) -> Goal | Refused:
    """A named colleague who is free; the desk is the talk's own where she serves it, else one of hers."""
    person = transfers.person(look.connection, goal)
    if person is None or not person["active"] or goal == look.asking:
        return Refused("unknown_goal")
    free = next((a for a in store.duty(look.connection, look.machine, look.now).free if a.id == goal), None)
    if free is None:
        return Refused("not_available")
    if matter.service_language not in json.loads(person["languages"]):
        return Refused("language")
    for desk in sorted(free.desks, key=lambda d: (d != matter.desk, d)):
        department = look.department(desk)
        if department is not None and department.kind == "console" and _shut(look, department) is None:
            return Goal(desk, agent=goal)
    return Refused("closed")


def partner_goal(look: Looked, goal: str, matter: Matter) -> Goal | Refused:
    department = look.department(goal)
    if department is None or department.kind != "number" or department.number is None:
        return Refused("unknown_goal")
    if not look.is_open(department):
        return Refused("closed")
    if matter.service_language not in department.languages:
        return Refused("language")
    return Goal(goal, number=department.number)


def _shut(look: Looked, department: Department) -> Refused | None:
    if not look.is_open(department):
        return Refused("closed")
    return Refused("paused") if department.id in paused(look.connection, look.now) else None
