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
from console import rules_desk as desk
from console.rendering import page_language, wording
from console.rules_changes import Line, change_lines
from console.rules_desk import noted
from console.rules_fields import HOURS
from console.rules_finding_words import finding_words
from console.rules_form_parts import Known
from console.rules_forms import Element, Faults, read, shown
from console.rules_publish_pages import in_force, published
from console.words import page_words
from routing_rules.document import RulesetInvalid, parse
from routing_rules.document.writing import dump
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import open_intervals
from routing_rules.versions import publishing
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Behind, Published, Refused
from routing_rules.versions.readying import Unchecked

if TYPE_CHECKING:
    from bootstrap import Services

DAYS_TOLD = 14
NOBODY = Known((), (), ())


def choose(services: "Services") -> str:
    """The departments whose hours she may change."""
    rules = services.rules.current()
    hers = [one for one in rules.departments if _may(one.id)]
    return render_template("console/rules_hours_choose.html", departments=hers)


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
    element = _written(rules, department)
    year = desk.local_now(services).year
    return _form(services, rules, found, shown(HOURS, element, page_language(), year), {})


def _written(rules: Ruleset, department: str) -> Element:
    departments = json.loads(dump(rules))["departments"]
    return next(one for one in departments if one["id"] == department)


def _form(
    services: "Services", rules: Ruleset, found: Department, values: Mapping[str, list[str]], faults: Faults,
    problem: str = "", told: tuple[str, ...] = (),
) -> str:  # fmt: skip
    return render_template(
        "console/rules_hours.html", department=found, version=rules.version, values=values, faults=faults,
        fields=HOURS, problem=problem, told=told, tell=desk.teller(services, {}),
    )  # fmt: skip


def look(services: "Services", department: str) -> ResponseReturnValue:
    """What she wrote, as what residents will hear and what it changes; nothing has changed yet."""
    rules, found = _live(services, department)
    posted = request.form.to_dict(flat=False)
    reading = read(HOURS, posted, _written(rules, department), NOBODY)
    if reading.faults:
        return _form(services, rules, found, posted, reading.faults), 422
    wanted = _with(rules, department, reading.element)
    if isinstance(wanted, tuple):
        return _form(services, rules, found, posted, {}, "unreadable", wanted), 422
    lines = change_lines(page_words(page_language()), difference(rules, wanted), (rules, wanted))
    if not lines:
        return _form(services, rules, found, posted, {}, "unchanged"), 422
    return _look(services, wanted, found, lines, json.dumps(reading.element["hours"], ensure_ascii=False))


def _with(rules: Ruleset, department: str, element: Element) -> Ruleset | tuple[str, ...]:
    """The rules with these hours, or why they cannot be."""
    written = json.loads(dump(rules))
    written["departments"] = [element if one["id"] == department else one for one in written["departments"]]
    try:
        return parse(json.dumps(written, ensure_ascii=False))
    except RulesetInvalid as invalid:
        return invalid.problems


def _look(
    services: "Services", wanted: Ruleset, found: Department, lines: list[Line], hours: str, problem: str = "",
    findings: tuple[tuple[str, str, str], ...] = (),
) -> str:  # fmt: skip
    return render_template(
        "console/rules_hours_look.html", department=found, version=_posted_version(wanted), lines=lines, hours=hours,
        days=_coming(services, wanted, found.id), problem=problem, findings=findings,
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
    hours = _posted_hours()
    wanted = _with(rules, department, {**_written(rules, department), "hours": hours})
    if isinstance(wanted, tuple):
        raise BadRequest("hours")
    announcements, numbers = desk.known(services)
    done = publishing.publish_hours(
        services.database, department, hours, guard.person().agent_id, request.form.get("reason", ""),
        services.clock.now(), based_on=_posted_version(rules), ticked=frozenset(request.form.getlist("ticked")),
        known_announcements=announcements, numbers=numbers, also=noted(services, "rules_hours", detail=department),
    )  # fmt: skip
    if isinstance(done, Published):
        in_force(services)
        return redirect(url_for("console.rules_hours_choose", published=done.version, department=department), 303)
    return _not_published(services, rules, wanted, found, hours, done)


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
    services: "Services", rules: Ruleset, wanted: Ruleset, found: Department, hours: dict[str, object],
    done: Unchecked | Behind | Refused,
) -> ResponseReturnValue:  # fmt: skip
    t = page_words(page_language())
    lines = change_lines(t, difference(rules, wanted), (rules, wanted))
    written = json.dumps(hours, ensure_ascii=False)
    if isinstance(done, Behind):
        values = shown(HOURS, _written(rules, found.id), page_language(), desk.local_now(services).year)
        return _form(services, rules, found, values, {}, "hours_behind"), 409
    if isinstance(done, Unchecked):
        told = tuple((one.key, one.level, finding_words(t, wanted, one)) for one in done.findings)
        return _look(services, wanted, found, lines, written, "unchecked", told), 422
    return _look(services, wanted, found, lines, written, done.reason), 422
