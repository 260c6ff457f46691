"""A draft, as publishing it would put it into force, beside the live rules: past calls routed again by both, and what
would be different. It changes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import render_template, request
from sqlalchemy import Connection
from werkzeug.exceptions import BadRequest, NotFound

from console import guard
from console.rendering import page_language, wording
from console.rules import desk, document
from console.rules.desk import Opened
from console.rules.publish_pages import would_be
from console.rules.words import Why
from console.why_pages import answer
from console.words import page_words
from desks.line.line_store import handling_minutes
from routing_rules.comparing import Comparison, Goal, Shift, compare
from routing_rules.document import RulesetInvalid
from routing_rules.model import Ruleset
from routing_rules.past import store as past_store
from routing_rules.versions import drafts

if TYPE_CHECKING:
    from bootstrap import Services

EVERY_DAYS = (1, 7, 30, 90)
USUAL_DAYS = 30
AT_MOST = 10_000
MINUS = "\u2212"


@dataclass(frozen=True)
class Told:
    """One shift in the page's words. ``calls``: only of her own departments."""

    topic: str
    before: str
    after: str
    count: int
    lost: bool
    calls: tuple[str, ...]


def show(services: "Services") -> str:
    desk.owner()
    listed, days = drafts.open_drafts(services.database), _days()
    chosen = request.args.get("draft", "")
    given: dict[str, object] = {"drafts": listed, "chosen": chosen, "days": days, "every_days": EVERY_DAYS}
    if chosen:
        given |= _compared(services, chosen, days)
    return render_template("console/rules/compare.html", **given)


def _days() -> int:
    given = request.args.get("days", str(USUAL_DAYS))
    if given not in [str(days) for days in EVERY_DAYS]:
        raise BadRequest("days")
    return int(given)


def _compared(services: "Services", draft_id: str, days: int) -> dict[str, object]:
    draft = drafts.get(services.database, draft_id)
    if draft is None or draft.state == "dropped":
        raise NotFound
    opened = Opened(draft, document.read(draft.document))
    try:
        after = would_be(services, opened)
    except RulesetInvalid as invalid:
        return {"problems": desk.told_problems(opened, invalid.found)}
    before, since = services.rules.plain(), services.clock.now() - timedelta(days=days)
    with services.database.read() as connection:
        kept = past_store.since(connection, since, AT_MOST)
        handling = measured(connection, {d.id for rules in (before, after) for d in rules.departments})
    found = compare(before, after, (one.past for one in kept), handling)
    newer = draft_id if drafts.behind(services.database, draft_id) is not None else ""
    return {"found": found, "cut": len(kept) >= AT_MOST, "newer": newer} | _told(services, before, after, found)


def measured(connection: Connection, desks: Iterable[str]) -> dict[str, float]:
    """Mean minutes of the latest talks at each desk that has had any."""
    found = {desk_id: handling_minutes(connection, desk_id) for desk_id in desks}
    return {desk_id: minutes for desk_id, minutes in found.items() if minutes is not None}


def _told(services: "Services", before: Ruleset, after: Ruleset, found: Comparison) -> dict[str, object]:
    t, now = page_words(page_language()), services.clock.now()
    old, new = Why(t, before, now, t.language), Why(t, after, now, t.language)
    words = wording(services)
    minutes = [(_named(old, new, who), words.decimal(more)) for who, more in found.minutes.items()]
    return {
        "shifts": [_shift(old, new, shift) for shift in found.shifts],
        "minutes": [(who, f"+{change}".replace("+-", MINUS)) for who, change in minutes],
    }


def _named(old: Why, new: Why, who: str) -> str:
    """A department or duty that the draft has, else one that only the live rules have."""
    known = (named(who) for named in (new.department, new.duty, old.department, old.duty))
    return next((name for name in known if name != who), who)


def _shift(old: Why, new: Why, shift: Shift) -> Told:
    hers = shift.calls if _is_hers(old.rules, shift) else ()
    return Told(
        new.topic(shift.topic), _goal(old, shift.before), _goal(new, shift.after), shift.count, shift.lost, hers
    )


def _goal(why: Why, goal: Goal) -> str:
    return answer(why, goal.kind, goal.who)


def _is_hers(rules: Ruleset, shift: Shift) -> bool:
    """Whether she may open the page of such a call."""
    scope = guard.person().scope
    return scope is None or rules.topic(shift.topic).department in scope or shift.before.who in scope
