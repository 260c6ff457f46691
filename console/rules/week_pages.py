"""The page Week: when a topic, or the whole city, is answered, on the rules in force or on a draft."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import render_template, request
from flask.typing import ResponseReturnValue

from console.rendering import page_language
from console.rules.try_form import LONGEST, Faults, day_of, language_of
from console.rules.try_pages import branches, newer_than, open_drafts, rules_of
from console.rules.week_bars import Bar, bars
from console.rules.words import day_words
from console.words import PageWords, page_words
from ivr.heard import reachable
from routing_rules.model import LANGUAGES, Language, Ruleset
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY
from routing_rules.trying.week import STATES, week, weeks

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Wanted:
    draft: str  # "": the rules in force
    topic: str  # "": the whole city
    language: Language
    first: date

    @property
    def neighbours(self) -> dict[str, date]:
        """The weeks before and after, as far as the calendar reaches."""
        weeks = {"earlier": self.first - timedelta(days=7), "later": self.first + timedelta(days=7)}
        return {name: day for name, day in weeks.items() if FIRST_DAY <= day <= LAST_DAY}


def show(services: "Services") -> ResponseReturnValue:
    draft = request.args.get("draft", "")
    chosen = rules_of(services, draft)
    rules = services.rules.current() if isinstance(chosen, str) else chosen
    today = services.clock.now().astimezone(ZoneInfo(rules.time_zone)).date()
    topic = request.args.get("topic", "")
    language = language_of(request.args.get("language", "fi"))
    first = day_of(request.args.get("first", str(today)))
    faults: dict[str, str] = {"rules": chosen} if isinstance(chosen, str) else {}
    known = not topic or topic in {one.id for one in reachable(rules)}
    checked = {"topic": known, "language": language is not None, "first": first is not None}
    faults |= {field: field for field, good in checked.items() if not good}
    wanted = Wanted("" if "rules" in faults else draft, topic[:LONGEST], language or "fi", first or today)
    if faults:
        return _page(services, rules, wanted, faults), 422
    return _page(services, rules, wanted, {})


def _page(services: "Services", rules: Ruleset, wanted: Wanted, faults: Faults) -> str:
    t = page_words(page_language())
    days = () if faults else week(rules, wanted.topic or None, wanted.language, wanted.first)
    return render_template(
        "console/rules/week.html",
        branches=branches(rules, t.language),
        wanted=wanted,
        faults=faults,
        bars=tuple(bars(rules, t, days)),
        rows={} if faults or wanted.topic else _rows(rules, wanted, t),
        caption=_caption(rules, wanted, t),
        draft_name=next((one.name for one in open_drafts(services) if one.id == wanted.draft), ""),
        newer=newer_than(services, wanted.draft),
        states=STATES,
        languages=LANGUAGES,
        earliest=FIRST_DAY,
        latest=LAST_DAY,
    )


def _rows(rules: Ruleset, wanted: Wanted, t: PageWords) -> dict[str, tuple[Bar, ...]]:
    """The whole city, topic by topic."""
    found = weeks(rules, reachable(rules), wanted.language, wanted.first)
    return {topic: tuple(bars(rules, t, days)) for topic, days in found.items()}


def _caption(rules: Ruleset, wanted: Wanted, t: PageWords) -> str:
    topic = next((one.name[t.language] for one in rules.topics if one.id == wanted.topic), t("rules.week.city"))
    first, last = (day_words(t, day) for day in (wanted.first, wanted.first + timedelta(days=6)))
    language = t(f"language.served.{wanted.language}")
    return t("rules.week.caption", topic=topic, language=language, first=first, last=last)
