"""Hours and days of one department: a small form, what will change in words, then published at once."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest, NotFound

from console import guard
from console.rendering import page_language, wording
from console.rules import desk
from console.rules.changes import Line, change_lines, place_words, value_words
from console.rules.desk import noted
from console.rules.fields import HOURS
from console.rules.finding_words import finding_words
from console.rules.form_parts import Known
from console.rules.forms import Element, Faults, read, shown
from console.rules.problem_words import Told, problem_lines
from console.rules.publish_pages import in_force, published
from console.words import page_words
from routing_rules.document import parse
from routing_rules.document.writing import dump
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import open_intervals
from routing_rules.versions import publishing
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Behind, Published, Refused, Side, Version
from routing_rules.versions.readying import Unchecked

if TYPE_CHECKING:
    from bootstrap import Services

DAYS_TOLD = 14
NOBODY = Known((), (), ())
Both = tuple[tuple[str, str, str], ...]  # a place that two have changed, what is live there, what she wrote


def choose(services: "Services") -> str:
    """The departments whose hours she may change."""
    rules = services.rules.current()
    hers = [one for one in rules.departments if _may(one.id)]
    return render_template("console/rules/hours_choose.html", departments=hers)


def _may(department: str) -> bool:
    person = guard.person()
    return person.may_change_rules or department in person.departments


def _live(services: "Services", department: str) -> tuple[Ruleset, Department]:
    """Raises NotFound: there is no such department, or it is not hers."""
    rules = published(services) or services.rules.current()
    found = next((one for one in rules.departments if one.id == department), None)
    if found is None or not _may(department):
        raise NotFound
    return rules, found


def form(services: "Services", department: str) -> str:
    rules, found = _live(services, department)
    return _form(services, found, rules.version, _flat(services, _written(rules, department)), {})


def _written(rules: Ruleset, department: str) -> Element:
    departments = json.loads(dump(rules))["departments"]
    return next(one for one in departments if one["id"] == department)


def _form(
    services: "Services", found: Department, version: int, values: Mapping[str, list[str]], faults: Faults,
    problem: str = "", told: tuple[Told, ...] = (), both: Both = (),
) -> str:  # fmt: skip
    """``version``: the one that the values were written over."""
    return render_template(
        "console/rules/hours.html", department=found, version=version, values=values, faults=faults,
        fields=HOURS, problem=problem, told=told, both=both, tell=desk.teller(services, {}),
    )  # fmt: skip


def _flat(services: "Services", element: Element) -> dict[str, list[str]]:
    return shown(HOURS, element, page_language(), desk.local_now(services).year)


def look(services: "Services", department: str) -> ResponseReturnValue:
    """What she wrote, as what residents will hear and what it changes; nothing has changed yet."""
    rules, found = _live(services, department)
    posted, based_on = request.form.to_dict(flat=False), _posted_version(rules)
    reading = read(HOURS, posted, _written(rules, department), NOBODY)
    if reading.faults:
        return _form(services, found, based_on, posted, reading.faults), 422
    hours = reading.element["hours"]
    assert isinstance(hours, dict)
    merged = publishing.hours_merged(services.database, department, hours, based_on)
    if isinstance(merged, Behind):
        return _behind(services, rules, found, hours, merged), 409
    if isinstance(merged, Refused):
        known = based_on if merged.reason == "unreadable" else rules.version
        told = problem_lines(page_words(page_language()), json.loads(dump(rules)), merged.problems)
        return _form(services, found, known, posted, {}, merged.reason, told), 422
    if not _lines(*merged):
        return _form(services, found, based_on, posted, {}, "unchanged"), 422
    return _look(services, found, merged, hours, based_on)


def _lines(live: Version, wanted: Ruleset) -> list[Line]:
    before = parse(live.document)
    return change_lines(page_words(page_language()), difference(before, wanted), (before, wanted))


def _behind(services: "Services", rules: Ruleset, found: Department, hours: Mapping[str, object], done: Behind) -> str:
    """Her own hours where both have changed them, the live ones where only others have: what she sends next takes
    nothing of theirs away but what she has seen."""
    t = page_words(page_language())
    hers = publishing.hours_merged(services.database, found.id, hours, _posted_version(rules), _mine(done))
    element: Element = _written(hers[1], found.id) if isinstance(hers, tuple) else {"hours": dict(hours)}
    both = tuple(
        (place_words(t, one.place, (rules,)), value_words(t, one.theirs), value_words(t, one.mine))
        for one in done.conflicts
    )
    return _form(services, found, done.live, _flat(services, element), {}, "hours_behind", both=both)


def _mine(done: Behind) -> dict[str, Side]:
    return {one.place: "mine" for one in done.conflicts}


def _look(
    services: "Services", found: Department, merged: tuple[Version, Ruleset], hours: Mapping[str, object],
    based_on: int, problem: str = "",
) -> str:  # fmt: skip
    """As it would be in force: with what others have published since she began."""
    live, wanted = merged
    t = page_words(page_language())
    findings = publishing.hours_findings(live, wanted, services.clock.now(), *desk.known(services))
    return render_template(
        "console/rules/hours_look.html", department=found, version=based_on, lines=_lines(live, wanted),
        hours=json.dumps(hours, ensure_ascii=False), days=_coming(services, wanted, found.id), problem=problem,
        findings=[(one.key, one.level, finding_words(t, wanted, one)) for one in findings],
        reason=request.form.get("reason", ""), ticked=request.form.getlist("ticked"),
    )  # fmt: skip


def _posted_version(otherwise: Ruleset) -> int:
    given = request.form.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 9 else otherwise.version


def _coming(services: "Services", rules: Ruleset, department: str) -> list[tuple[str, str]]:
    """The next days as they would be: the day, and when it is open ('' closed)."""
    zone, words = ZoneInfo(rules.time_zone), wording(services)
    hours, today = rules.department(department).hours, desk.local_now(services).date()
    told = []
    for day in (today + timedelta(days=n) for n in range(DAYS_TOLD)):
        openings = open_intervals(hours, day, zone)
        date = words.t("time.date", weekday=words.t(f"weekday.{day.weekday()}"), day=day.day, month=day.month)
        told.append((date, ", ".join(f"{words.clock(start)}–{_end(words.clock(end))}" for start, end in openings)))
    return told


def _end(clock: str) -> str:
    """Midnight ends the day it closes."""
    return clock if not clock.startswith("0.00") and not clock.startswith("0:00") else clock.replace("0", "24", 1)


def publish(services: "Services", department: str) -> ResponseReturnValue:
    rules, found = _live(services, department)
    hours, based_on = _posted_hours(), _posted_version(rules)
    announcements, numbers = desk.known(services)
    done = publishing.publish_hours(
        services.database, department, hours, guard.person().agent_id, request.form.get("reason", ""),
        services.clock.now(), based_on=based_on, ticked=frozenset(request.form.getlist("ticked")),
        known_announcements=announcements, numbers=numbers, also=noted(services, "rules_hours", detail=department),
    )  # fmt: skip
    if isinstance(done, Published):
        in_force(services)
        return redirect(url_for("console.rules_hours_choose", published=done.version, department=department), 303)
    return _not_published(services, rules, found, hours, done)


def _posted_hours() -> dict[str, object]:
    """As the page before has written them. Raises BadRequest."""
    try:
        hours = json.loads(request.form.get("hours", ""))
    except (ValueError, RecursionError):
        raise BadRequest("hours") from None
    if not isinstance(hours, dict):
        raise BadRequest("hours")
    return hours


def _not_published(
    services: "Services", rules: Ruleset, found: Department, hours: dict[str, object],
    done: Unchecked | Behind | Refused,
) -> ResponseReturnValue:  # fmt: skip
    based_on = _posted_version(rules)
    merged = publishing.hours_merged(services.database, found.id, hours, based_on)
    for ended in (done, merged):
        if isinstance(ended, Behind):
            return _behind(services, rules, found, hours, ended), 409
    if isinstance(merged, tuple):
        problem = done.reason if isinstance(done, Refused) else "unchecked"
        return _look(services, found, merged, hours, based_on, problem), 422
    if isinstance(merged, Refused) and merged.reason != "unreadable":
        return _form(services, found, rules.version, _flat(services, {"hours": hours}), {}, merged.reason), 422
    raise BadRequest("hours")
