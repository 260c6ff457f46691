"""Quick switches: a department closed now, a topic sent elsewhere, no callbacks offered; those that are on, each ended
by one press, and those that ended today."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from adapters.database import Transaction
from console import guard
from console.moments import WRITTEN_AT, usual_end, written_moment
from console.on_air import goal, names_of, scope_of, what
from console.rendering import page_language
from desks.supervision import audit
from routing_rules.model import Ruleset
from routing_rules.notices.checks import one_line
from routing_rules.switches import service
from routing_rules.switches.applied import is_known
from routing_rules.switches.checks import LONGEST_DAYS, LONGEST_REASON, Faults, Question, Scope, WantedSwitch, is_within
from routing_rules.switches.model import KINDS, Kind, Switch
from routing_rules.switches.store import Kept

if TYPE_CHECKING:
    from bootstrap import Services

USUAL_HOURS = 1  # how long a new switch stays on, unless another end is written
EVERY_DEPARTMENT = "*"  # in the field of the department: the whole city


@dataclass(frozen=True)
class Shown:
    """A switch in the lists. ``by_whom``: who ended it before its time."""

    id: str
    kind: Kind
    what: str
    goal: str
    reason: str
    by: str
    made_at: datetime
    until: datetime
    ended_at: datetime | None
    ended_by: str
    may_end: bool


@dataclass(frozen=True)
class Choices:
    """What she may choose from, by name."""

    departments: dict[str, str]  # hers to close
    topics: dict[str, str]
    goals: dict[str, str]
    city: bool  # she may withhold the whole city's callbacks


@dataclass(frozen=True)
class Written:
    """The form as she has sent it, shown again where it was refused or a question is left."""

    kind: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    faults: Faults | None = None
    questions: tuple[Question, ...] = ()

    def get(self, kind: str, field: str, otherwise: str = "") -> str:
        return dict(self.fields).get(field, otherwise) if kind == self.kind else otherwise

    def fault(self, kind: str, field: str) -> str:
        return (self.faults or {}).get(field, "") if kind == self.kind else ""


def show(services: "Services") -> str:
    return _page(services, Written())


def make(services: "Services") -> Response | tuple[str, int]:
    now, person, rules = services.clock.now(), guard.person(), services.rules.current()
    wanted = _wanted(rules)
    found = service.make(
        services.database, rules, wanted, person.agent_id, scope_of(person), now, _noted(services, "switch_on", wanted)
    )
    fields = tuple(request.form.to_dict().items())
    match found:
        case service.Refused(faults):
            return _page(services, Written(wanted.kind, fields, faults=faults)), 422
        case service.Sure(questions):
            return _page(services, Written(wanted.kind, fields, questions=questions)), 409
    _felt_at_once(services, now)
    return redirect(url_for("console.switches"), 303)


def end(services: "Services", switch_id: str) -> Response:
    """One that is over already stays over: two supervisors may press at the same moment."""
    now, person, rules = services.clock.now(), guard.person(), services.rules.current()
    ended = service.end(
        services.database, rules, switch_id, person.agent_id, scope_of(person), now, _noted(services, "switch_off")
    )
    if ended is None:
        raise guard.Denied
    _felt_at_once(services, now)
    return redirect(url_for("console.switches"), 303)


def _wanted(rules: Ruleset) -> WantedSwitch:
    kind = next((kind for kind in KINDS if kind == request.form.get("kind")), None)
    if kind is None:
        raise BadRequest("kind")
    given = {name: one_line(request.form.get(name, "")) or None for name in ("department", "topic", "goal")}
    department = given["department"] if kind != "divert" else None
    if kind == "withhold" and department is None:
        department = ""  # nothing was chosen: that is not the whole city
    return WantedSwitch(
        kind=kind,
        department=None if kind == "withhold" and department == EVERY_DEPARTMENT else department,
        topic=given["topic"] if kind == "divert" else None,
        goal=given["goal"] if kind == "divert" else None,
        until=written_moment(request.form.get("until", ""), ZoneInfo(rules.time_zone)),
        reason=one_line(request.form.get("reason", "")),
        sure=frozenset(request.form.getlist("sure")),
    )


def _noted(services: "Services", deed: str, wanted: WantedSwitch | None = None) -> service.Also:
    who, reason = guard.person().agent_id, wanted.reason if wanted is not None else None

    def note(tx: Transaction, switch: Switch) -> None:
        about = ", ".join(part for part in (switch.kind, switch.department, switch.topic, switch.goal, reason) if part)
        audit.note(tx, services.clock, who, deed, "rules", switch.id, switch.department, about)

    return note


def _felt_at_once(services: "Services", now: datetime) -> None:
    """In this process now; the others look each second."""
    services.rules.refresh(services.database, now)
    services.hurry()
    services.changed()


def _page(services: "Services", written: Written) -> str:
    now, rules = services.clock.now(), services.rules.current()
    local = now.astimezone(ZoneInfo(rules.time_zone))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    running = tuple(one for one in service.running(services.database, now) if is_known(rules, one.switch))
    ended = service.ended_since(services.database, midnight, now)
    return render_template(
        "console/switches.html",
        kinds=KINDS,
        running=_shown(services, rules, running),
        ended=_shown(services, rules, ended),
        choices=_choices(rules, scope_of(guard.person()), page_language()),
        every=EVERY_DEPARTMENT,
        written=written,
        longest=LONGEST_REASON,
        usual=usual_end(local, USUAL_HOURS),
        earliest=local.strftime(WRITTEN_AT),
        latest=(local + timedelta(days=LONGEST_DAYS)).strftime(WRITTEN_AT),
    )


def _shown(services: "Services", rules: Ruleset, kept: tuple[Kept, ...]) -> list[Shown]:
    people = {one.author for one in kept} | {one.ended_by for one in kept if one.ended_by}
    names = names_of(services, people) if people else {}
    scope, language = scope_of(guard.person()), page_language()
    return [
        Shown(
            id=one.switch.id,
            kind=one.switch.kind,
            what=what(one.switch, rules, language),
            goal=goal(one.switch, rules, language),
            reason=one.reason,
            by=names.get(one.author, one.author),
            made_at=one.switch.made_at,
            until=one.switch.until,
            ended_at=one.ended_at or one.switch.until,
            ended_by=names.get(one.ended_by or "", ""),
            may_end=service.may_end(one.switch, rules, scope),
        )
        for one in kept
    ]


def _choices(rules: Ruleset, scope: Scope, language: str) -> Choices:
    names = {department.id: department.name[language] for department in rules.departments}
    topics = {topic.id: topic.name[language] for topic in rules.topics if is_within(None, topic.id, rules, scope)}
    mine = {id: name for id, name in names.items() if scope is None or id in scope}
    return Choices(mine, topics, names, scope is None)
