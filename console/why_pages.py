"""Why a call went where it went: version, facts, everything that was looked at, and the route, in plain words.

Supervisors see the decisions of their departments: about their topics, or answered at their desks. Never a number.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection
from werkzeug.exceptions import NotFound

from console import guard
from console.posted import posted
from console.rendering import page_language
from console.rules.words import LookedInWords, Why
from console.words import PageWords, page_words
from desks.supervision import calls_store
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import Ruleset
from routing_rules.past import store as past_store
from routing_rules.recalled import Kept, Recalled, recalled
from routing_rules.versions import store as versions

if TYPE_CHECKING:
    from bootstrap import Services

CALL_SID = re.compile(r"CA[0-9a-f]{32}")
CODE = re.compile(r"\d{6}")
LISTED = 30
LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Told:
    """One decision in the page's words. ``route`` "": its version can no longer be read."""

    kept: Kept
    when: str
    topic: str
    answer: str  # as the record has it: the kind of answer, and whose
    route: str = ""
    looked: tuple[LookedInWords, ...] = ()
    staffed: tuple[tuple[str, str], ...] = ()  # desk, languages
    same: bool = True


def found(services: "Services", asked: str = "", fault: str = "") -> str:
    rules, t = services.rules.current(), page_words(page_language())
    with services.database.read() as connection:
        listed = past_store.latest(connection, past_store.about(rules, guard.person().scope), LISTED)
    told = [_brief(rules, one, t) for one in listed]
    return render_template("console/why_calls.html", told=told, asked=asked, fault=fault)


def search(services: "Services") -> ResponseReturnValue:
    """A call by its name at the provider, or by the code of the matter that came of it; posted, as every search is."""
    asked = posted().get("asked", "").strip()[:LONGEST_SEARCH]
    with services.database.read() as connection:
        call_sid = _meant(connection, asked)
        known = call_sid is not None and _is_hers(services, connection, call_sid)
    if call_sid is None or not known:
        return found(services, asked, "unknown" if asked else "empty"), 422
    return redirect(url_for("console.why", call_sid=call_sid), 303)


def _meant(connection: Connection, asked: str) -> str | None:
    digits = asked.replace(" ", "")
    if CODE.fullmatch(digits):
        return calls_store.of_code(connection, guard.person().scope, digits)
    return asked if CALL_SID.fullmatch(asked) else None


def show(services: "Services", call_sid: str) -> str:
    if not CALL_SID.fullmatch(call_sid):
        raise NotFound
    with services.database.read() as connection:
        every = past_store.of_call(connection, call_sid)
        hers = past_store.hers(every, services.rules.current(), guard.person().scope)
        if not hers and not calls_store.is_hers(connection, guard.person().scope, call_sid):
            raise NotFound
        told = [_told(services, connection, one) for one in hers]
    return render_template("console/why.html", call_sid=call_sid, told=told, others=len(every) - len(hers))


def _is_hers(services: "Services", connection: Connection, call_sid: str) -> bool:
    every = past_store.of_call(connection, call_sid)
    hers = past_store.hers(every, services.rules.current(), guard.person().scope)
    return bool(hers) or calls_store.is_hers(connection, guard.person().scope, call_sid)


def _told(services: "Services", connection: Connection, kept: Kept) -> Told:
    t = page_words(page_language())
    published = _version(services, connection, kept.version)
    if published is None:
        return _brief(services.rules.current(), kept, t)
    return _explained(recalled(kept, published, past_store.switches_at(connection, kept.past.at)), t)


def _version(services: "Services", connection: Connection, version: int) -> Ruleset | None:
    """None: the record has it no more, or this release cannot read it any more."""
    live = services.rules.plain()
    if live.version == version:
        return live
    kept = versions.version(connection, version)
    try:
        return None if kept is None else parse(kept.document)
    except RulesetInvalid:
        return None


def _brief(rules: Ruleset, kept: Kept, t: PageWords) -> Told:
    why = Why(t, rules, kept.past.at, kept.past.language)
    when, topic = why.moment(kept.past.at), why.topic(kept.past.topic)
    return Told(kept, when, topic, answer(why, kept.route, kept.desk), staffed=_staffed(why, kept))


def _explained(again: Recalled, t: PageWords) -> Told:
    kept, rules = again.kept, again.rules
    why = Why(t, rules, kept.past.at, kept.past.language)
    return Told(
        kept,
        why.moment(kept.past.at),
        why.topic(kept.past.topic),
        answer(why, kept.route, kept.desk),
        why.route(again.explanation.route),
        why.told(again.explanation),
        _staffed(why, kept),
        again.same,
    )


def answer(why: Why, kind: str, who: str | None) -> str:
    """``Jono: Asuminen``: the kind of answer, and whose."""
    named: Callable[[str], str] = why.duty if kind == "duty" else why.department
    words = why.t(f"rules.goal.{kind}")
    return f"{words}: {named(who)}" if who is not None else words


def _staffed(why: Why, kept: Kept) -> tuple[tuple[str, str], ...]:
    return tuple(
        (why.department(desk.desk), ", ".join(why.t(f"language.{code}") for code in sorted(desk.languages)))
        for desk in kept.past.staffed
    )
