"""Every version that has been in force: the list, one of them with what it changed, and the way back to it."""

from typing import TYPE_CHECKING

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from console import guard
from console.rendering import page_language
from console.rules import desk
from console.rules.changes import Line, change_lines
from console.rules.desk import noted
from console.rules.finding_words import finding_words
from console.rules.publish_pages import in_force, live_number, posted_live, published
from console.rules.text_pages import as_file
from console.words import PageWords, page_words
from routing_rules.checking.check import check
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import Ruleset
from routing_rules.versions import publishing
from routing_rules.versions.difference import difference
from routing_rules.versions.model import Behind, Published, Version

if TYPE_CHECKING:
    from bootstrap import Services


def show(services: "Services") -> str:
    return render_template(
        "console/rules/versions.html",
        versions=publishing.versions(services.database),
        people=desk.people(services),
        owns=guard.person().may_change_rules,
    )


def one(services: "Services", version: str) -> str:
    found, t = _version(services, version), page_words(page_language())
    rules = _readable(found)
    known = () if rules is None else (rules,)
    return render_template(
        "console/rules/version.html",
        version=found,
        lines=change_lines(t, found.changes, known),
        ticked=_ticked(services, t, found, rules),
        people=desk.people(services),
        owns=guard.person().may_change_rules,
        readable=rules is not None,
    )


def _version(services: "Services", version: str) -> Version:
    """Raises NotFound."""
    number = int(version) if version.isdecimal() and len(version) < 9 else 0
    found = publishing.version(services.database, number)
    if found is None:
        raise NotFound
    return found


def _readable(found: Version) -> Ruleset | None:
    """None: this release cannot read so old a document any more."""
    try:
        return parse(found.document)
    except RulesetInvalid:
        return None


def _ticked(services: "Services", t: PageWords, found: Version, rules: Ruleset | None) -> list[str]:
    """The warnings that its author accepted, as far as they can still be told in words."""
    if rules is None or not found.warnings:
        return list(found.warnings)
    told = {f.key: finding_words(t, rules, f) for f in check(rules, found.published_at, *desk.known(services))}
    return [told.get(key, key) for key in found.warnings]


def download(services: "Services", version: str, form: str) -> Response:
    return as_file(_version(services, version).document, form, version)


def confirm(services: "Services", version: str) -> str:
    desk.owner()
    return _confirm(services, _version(services, version))


def _confirm(services: "Services", found: Version, problem: str = "") -> str:
    live = live_number(services)  # before what is compared with it
    return render_template(
        "console/rules/roll_back.html",
        version=found,
        live=live,
        lines=_back_again(services, found),
        people=desk.people(services),
        problem=problem,
        reason=request.form.get("reason", ""),
    )


def _back_again(services: "Services", found: Version) -> list[Line]:
    """What changes for callers when this version is in force again."""
    live, wanted = published(services), _readable(found)
    if live is None or wanted is None:
        return []
    return change_lines(page_words(page_language()), difference(live, wanted), (live, wanted))


def roll_back(services: "Services", version: str) -> ResponseReturnValue:
    who, found = desk.owner(), _version(services, version)
    done = publishing.roll_back(
        services.database,
        found.version,
        who,
        request.form.get("reason", ""),
        services.clock.now(),
        noted(services, "rules_rolled_back"),
        posted_live(),
    )
    if isinstance(done, Published):
        in_force(services)
        return redirect(url_for("console.rules", published=done.version), 303)
    if isinstance(done, Behind):
        return _confirm(services, found, "newer_live"), 409
    return _confirm(services, found, done.reason), 422
