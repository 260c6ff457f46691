"""The page Try: where a made-up call goes, why, and what the caller hears.

On the rules in force, or on an open draft where the person may change the city's rules: as publishing it would put
it into force, with what has become live since. Nothing is kept.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console import guard
from console.moments import WRITTEN_AT
from console.rendering import page_language
from console.rules import document
from console.rules.desk import Opened
from console.rules.publish_pages import would_be
from console.rules.try_form import LIVE, STAFFINGS, Asked, Faults, asked
from console.rules.words import LookedInWords, Why
from console.words import page_words
from desks import store as desks_store
from ivr.heard import Heard, heard, reachable, rings
from routing_rules.decide import all_closed
from routing_rules.document import RulesetInvalid
from routing_rules.model import LANGUAGES, Ruleset, Topic
from routing_rules.routes import StaffedDesk
from routing_rules.switches import service as switches
from routing_rules.switches.applied import with_switches
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY, Trial, everybody, tried
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


def show(services: "Services") -> ResponseReturnValue:
    """``draft`` in the address: the draft whose page led here."""
    wanted = request.args.get("draft", LIVE)
    rules = rules_of(services, wanted)
    now = services.clock.now().astimezone(ZoneInfo(services.rules.current().time_zone))
    first = {"rules": wanted, "at": now.strftime(WRITTEN_AT), "language": "fi", "staffing": "everybody"}
    if isinstance(rules, str):
        return _page(services, services.rules.current(), first, {"rules": rules}, None), 422
    return _page(services, rules, first, {}, None)


def try_it(services: "Services") -> ResponseReturnValue:
    written = {name: request.form.get(name, "") for name in FIELDS}
    rules = rules_of(services, written["rules"])
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


def rules_of(services: "Services", chosen: str) -> Ruleset | str:
    """The ruleset to try, or why it cannot be: a fault's code."""
    if chosen in ("", LIVE):
        return services.rules.current()
    draft = _open_draft(services, chosen)
    if draft is None:
        return "rules"
    try:
        written = would_be(services, Opened(draft, document.read(draft.document)))
    except RulesetInvalid:
        return "draft"
    return with_switches(written, (kept.switch for kept in switches.running(services.database, services.clock.now())))


def newer_than(services: "Services", chosen: str) -> str:
    """The chosen draft, where a newer version has become live since it was begun; else ""."""
    draft = None if chosen in ("", LIVE) else _open_draft(services, chosen)
    return draft.id if draft is not None and drafts.behind(services.database, draft.id) is not None else ""


def _open_draft(services: "Services", chosen: str) -> Draft | None:
    return next((one for one in open_drafts(services) if one.id == chosen), None)


def open_drafts(services: "Services") -> tuple[Draft, ...]:
    """Those who may change the city's rules try their drafts; to anybody else there is none."""
    return drafts.open_drafts(services.database) if guard.person().may_change_rules else ()


def _page(services: "Services", rules: Ruleset, written: dict[str, str], faults: Faults, result: Tried | None) -> str:
    return render_template(
        "console/rules/try.html",
        live=services.rules.current().version,
        drafts=open_drafts(services),
        newer=newer_than(services, written.get("rules", "")),
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
