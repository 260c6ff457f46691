"""What the pages of the rules share: who may, the draft that an address names, and how its deeds are logged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from werkzeug.exceptions import NotFound

from adapters.database import Transaction
from console import guard
from console.accounts import account_store
from console.rendering import page_language
from console.rules import document, rules_store
from console.rules.problem_words import Told, problem_lines
from console.rules.told import Teller, names
from console.words import page_words
from desks.supervision import audit
from ivr.rules_known import known_announcements, known_numbers
from routing_rules.checking.model import Numbers
from routing_rules.document.model import Problem
from routing_rules.versions import drafts
from routing_rules.versions.in_force import Also
from routing_rules.versions.model import Draft

if TYPE_CHECKING:
    from bootstrap import Services

TOGETHER_MINUTES = 10  # so long after another's change she is told that somebody else works on it, too


@dataclass(frozen=True)
class Opened:
    """A draft and its document."""

    draft: Draft
    written: Mapping[str, object]


def owner() -> str:
    """The id of somebody who may change the city's rules. Raises Denied."""
    person = guard.person()
    if not person.may_change_rules:
        raise guard.Denied
    return person.agent_id


def opened(services: "Services", draft_id: str) -> Opened:
    """Raises Denied, NotFound."""
    owner()
    draft = drafts.get(services.database, draft_id)
    if draft is None or draft.state == "dropped":
        raise NotFound
    return Opened(draft, document.read(draft.document))


def noted(services: "Services", deed: str, detail: str | None = None) -> Also:
    """The deed's row, in the deed's own transaction."""
    who = guard.person().agent_id

    def also(tx: Transaction, what: str) -> None:
        audit.note(tx, services.clock, who, deed, "rules", what, detail=detail)

    return also


def teller(services: "Services", written: Mapping[str, object]) -> Teller:
    language = page_language()
    return Teller(page_words(language), names(written, language), local_now(services).year)


def local_now(services: "Services") -> datetime:
    return services.clock.now().astimezone(ZoneInfo(services.rules.current().time_zone))


def known(services: "Services") -> tuple[Mapping[str, frozenset[str]], Numbers]:
    """What a check is told of the rest of the service."""
    own = frozenset({services.settings.city_number, services.caller_id})
    return known_announcements(services.announcements), known_numbers(own)


def has(name: str) -> bool:
    """Whether there is such a page."""
    return f"console.{name}" in current_app.view_functions


def people(services: "Services") -> Mapping[str, str]:
    """Names of those who may have worked on the rules."""
    with services.database.read() as connection:
        return account_store.names(connection)


def told_problems(found: Opened, problems: tuple[Problem, ...]) -> tuple[Told, ...]:
    """Why a document is no ruleset, in the words of the page."""
    return problem_lines(page_words(page_language()), found.written, problems)


def page(services: "Services", template: str, found: Opened, **more: object) -> str:
    """A page of one draft: who else works on it is told on each of them."""
    since = services.clock.now() - timedelta(minutes=TOGETHER_MINUTES)
    with services.database.read() as connection:
        others = rules_store.others_at_work(connection, found.draft.id, guard.person().agent_id, since)
    return render_template(
        f"console/rules/{template}.html",
        draft=found.draft,
        others=others,
        tell=teller(services, found.written),
        **more,
    )
