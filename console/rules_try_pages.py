"""The pages Try and Week: where a made-up call goes, why, and what the caller hears; when a topic is answered.

On the rules in force, or on an open draft where the person may change the city's rules. Nothing is kept.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console import guard
from console.rendering import page_language
from console.rules_try_form import LIVE, STAFFINGS, WRITTEN_AT, Asked, Faults, asked, day_of, language_of
from console.rules_week_bars import Bar, bars
from console.rules_words import LookedInWords, Why, day_words
from console.words import page_words
from desks import store as desks_store
from ivr.heard import Heard, heard, reachable, rings
from routing_rules.decide import all_closed
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import LANGUAGES, Ruleset, Topic
from routing_rules.routes import StaffedDesk
from routing_rules.switches import service as switches
from routing_rules.switches.applied import with_switches
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY, Trial, everybody, tried
from routing_rules.trying.week import STATES, week
from routing_rules.versions import drafts
from routing_rules.versions.model import Draft

if TYPE_CHECKING:
    from bootstrap import Services

FIELDS = ("rules", "at", "language", "topic", "staffing", "number", "wait")


@dataclass(frozen=True)
class Tried:
    when: str
    route: str
    looked: tuple[LookedInWords, ...]
    heard: Heard
    language: str  # the caller's
    closed: bool  # the whole house


@dataclass(frozen=True)
class Branch:
    """Topics under one choice of the top menu; ``name`` "": those that stand there alone."""

    name: str
    topics: tuple[Topic, ...]


# --- Try ----------------------------------------------------------------------------------------------------------


def show(services: "Services") -> str:
    rules = services.rules.current()
    now = services.clock.now().astimezone(ZoneInfo(rules.time_zone))
    first = {"rules": LIVE, "at": now.strftime(WRITTEN_AT), "language": "fi", "staffing": "everybody"}
    return _page(services, rules, first, {}, None)


def try_it(services: "Services") -> ResponseReturnValue:
    written = {name: request.form.get(name, "") for name in FIELDS}
    rules = _rules(services, written["rules"])
    if isinstance(rules, str):
        return _page(services, services.rules.current(), written, {"rules": rules}, None), 422
    topics = {topic.id for topic in reachable(rules)}
    read = asked(written, request.form.getlist("staffed"), rules, topics, lambda: _on_duty(services))
    if not isinstance(read, Asked):
        return _page(services, rules, written, read, None), 422
    return _page(services, rules, written, {}, _tried(services, rules, read))


def _tried(services: "Services", rules: Ruleset, read: Asked) -> Tried:
    who = rings(services, rules, read.number)
    trial = Trial(read.at, read.language, read.topic, read.staffed, who.area, read.wait_minutes)
    explanation = tried(rules, trial)
    why = Why(page_words(page_language()), rules, read.at, read.language)
    with services.database.read() as connection:
        told = heard(services, connection, rules, trial, who)
    return Tried(
        why.t("rules.try.when", at=why.moment(read.at), language=why.t(f"language.served.{read.language}"),
              topic=why.topic(read.topic)),
        why.route(explanation.route), why.told(explanation), told, read.language, all_closed(rules, read.at),
    )  # fmt: skip


def _on_duty(services: "Services") -> tuple[StaffedDesk, ...]:
    with services.database.read() as connection:
        return desks_store.duty(connection, services.clock.machine(), services.clock.now()).staffed()


def _rules(services: "Services", chosen: str) -> Ruleset | str:
    """The ruleset to try, or why it cannot be: a fault's code."""
    if chosen in ("", LIVE):
        return services.rules.current()
    draft = next((one for one in _drafts(services) if one.id == chosen), None)
    if draft is None:
        return "rules"
    try:
        written = parse(draft.document)
    except RulesetInvalid:
        return "draft"
    return with_switches(written, (kept.switch for kept in switches.running(services.database, services.clock.now())))


def _drafts(services: "Services") -> tuple[Draft, ...]:
    """Those who may change the city's rules try their drafts; to anybody else there is none."""
    return drafts.open_drafts(services.database) if guard.person().may_change_rules else ()


def _page(services: "Services", rules: Ruleset, written: dict[str, str], faults: Faults, result: Tried | None) -> str:
    return render_template(
        "console/rules_try.html",
        live=services.rules.current().version,
        drafts=_drafts(services),
        branches=branches(rules, page_language()),
        desks=[d for d in rules.departments if d.kind == "console"],
        staffings=STAFFINGS,
        ticked=frozenset(request.form.getlist("staffed")) if request.method == "POST" else _all_ticks(rules),
        written={name: value[:80] for name, value in written.items()},
        faults=faults,
        languages=LANGUAGES,
        earliest=f"{FIRST_DAY}T00:00",
        latest=f"{LAST_DAY}T23:59",
        result=result,
    )


def _all_ticks(rules: Ruleset) -> frozenset[str]:
    return frozenset(f"{one.desk}:{language}" for one in everybody(rules) for language in one.languages)


def branches(rules: Ruleset, language: str) -> tuple[Branch, ...]:
    """The topics a caller can choose, as the menu has them."""
    leaves = reachable(rules)
    below = (Branch(top.name[language], tuple(t for t in leaves if t.parent == top.id)) for top in rules.children(None))
    alone = Branch("", tuple(t for t in leaves if t.parent is None))
    return tuple(branch for branch in (*below, alone) if branch.topics)


# --- Week ---------------------------------------------------------------------------------------------------------


def show_week(services: "Services") -> ResponseReturnValue:
    rules, t = services.rules.current(), page_words(page_language())
    today = services.clock.now().astimezone(ZoneInfo(rules.time_zone)).date()
    topic = request.args.get("topic", "")
    language = language_of(request.args.get("language", "fi"))
    first = day_of(request.args.get("first", str(today)))
    faults = _week_faults(rules, topic, language, first)
    if faults or language is None or first is None:
        return _week_page(rules, {"topic": topic[:40], "first": str(today), "language": "fi"}, faults), 422
    shown = tuple(bars(rules, t, week(rules, topic or None, language, first)))
    named = next((one.name[t.language] for one in rules.topics if one.id == topic), t("rules.week.city"))
    last = day_words(t, first + timedelta(days=6))
    told = {"topic": named, "language": t(f"language.served.{language}"), "first": day_words(t, first), "last": last}
    written = {"topic": topic, "language": language, "first": str(first)}
    weeks = {name: str(first + timedelta(days=days)) for name, days in (("earlier", -7), ("later", 7))}
    return _week_page(rules, written, {}, shown, t("rules.week.caption", **told), weeks)


def _week_faults(rules: Ruleset, topic: str, language: object, first: object) -> dict[str, str]:
    known = not topic or topic in {one.id for one in reachable(rules)}
    checked = {"topic": known, "language": language is not None, "first": first is not None}
    return {field: field for field, good in checked.items() if not good}


def _week_page(
    rules: Ruleset,
    written: dict[str, str],
    faults: Faults,
    shown: tuple[Bar, ...] = (),
    caption: str = "",
    weeks: dict[str, str] | None = None,
) -> str:
    weeks = {name: day for name, day in (weeks or {}).items() if day_of(day) is not None}
    return render_template(
        "console/rules_week.html",
        branches=branches(rules, page_language()),
        written=written,
        faults=faults,
        bars=shown,
        caption=caption,
        weeks=weeks,
        states=STATES,
        languages=LANGUAGES,
        earliest=str(FIRST_DAY),
        latest=str(LAST_DAY),
    )
