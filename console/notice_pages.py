"""The supervisor's page of disruption notices: what is on air, one switched on, one taken off."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from console import guard
from console.moments import WRITTEN_AT, written_moment
from console.rendering import page_language
from desks import audit
from routing_rules.model import LANGUAGES, Ruleset, Topic
from routing_rules.notices import service
from routing_rules.notices.checks import LONGEST_DAYS, LONGEST_WORDS, Faults, Wanted, one_line

if TYPE_CHECKING:
    from bootstrap import Services

USUAL_HOURS = 4  # how long a new notice stays on air, unless another end is written


@dataclass(frozen=True)
class Group:
    """The topics under one choice of the top menu, or one that stands there alone."""

    name: str
    topics: tuple[Topic, ...]


def show(services: "Services") -> str:
    return _page(services, {}, {})


def put_on_air(services: "Services") -> Response | tuple[str, int]:
    now = services.clock.now()
    rules = services.rules.current()
    wanted = _wanted(rules)
    found = service.put_on_air(
        services.database, rules, wanted, guard.person().agent_id, now, _noted(services, "notice_on")
    )
    if found:
        return _page(services, request.form.to_dict(), found, wanted.topics), 422
    _heard_at_once(services, now)
    return redirect(url_for("console.notices"), 303)


def _noted(services: "Services", deed: str) -> service.Also:
    who = guard.person().agent_id
    return lambda tx, notice_id: audit.note(tx, services.clock, who, deed, "notice", notice_id)


def take_off(services: "Services", notice_id: str) -> Response:
    """One that is off already stays off: two supervisors may press at the same moment."""
    now = services.clock.now()
    service.take_off(services.database, notice_id, now, _noted(services, "notice_off"))
    _heard_at_once(services, now)
    return redirect(url_for("console.notices"), 303)


def _heard_at_once(services: "Services", now: datetime) -> None:
    """In this process now; the others look each second."""
    services.notices.refresh(services.database, now)
    services.changed()


def _wanted(rules: Ruleset) -> Wanted:
    words: dict[str, str] = {code: one_line(request.form.get(f"words_{code}", "")) for code in LANGUAGES}
    topics = tuple(dict.fromkeys(request.form.getlist("topics")))
    return Wanted(words, topics, written_moment(request.form.get("until", ""), ZoneInfo(rules.time_zone)))


def _page(services: "Services", written: dict[str, str], faults: Faults, topics: tuple[str, ...] = ()) -> str:
    now, rules = services.clock.now(), services.rules.current()
    local = now.astimezone(ZoneInfo(rules.time_zone))
    usual = {"until": (local + timedelta(hours=USUAL_HOURS)).strftime(WRITTEN_AT)}
    return render_template(
        "console/notices.html",
        kept=service.kept_on_air(services.database, now),
        groups=_groups(rules, page_language()),
        written=written or usual,
        chosen=topics,
        faults=faults,
        languages=LANGUAGES,
        longest=LONGEST_WORDS,
        earliest=local.strftime(WRITTEN_AT),
        latest=(local + timedelta(days=LONGEST_DAYS)).strftime(WRITTEN_AT),
    )


def _groups(rules: Ruleset, language: str) -> tuple[Group, ...]:
    return tuple(Group(top.name[language], rules.children(top.id) or (top,)) for top in rules.children(None))
