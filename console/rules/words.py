"""Why a call goes where it goes, in plain words: a route, each thing that was looked at, and when a desk opens. Pure.

The catalogue, the ruleset and the moment are arguments; the sentences stand in the catalogue under ``rules.why``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from console.words import PageWords
from routing_rules.model import Department, RoutingRule, Ruleset
from routing_rules.opening_hours import closing_after, next_opening
from routing_rules.routes import (
    AllClosed,
    Explanation,
    Information,
    Looked,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)


@dataclass(frozen=True)
class LookedInWords:
    """``holds``: it matched, is open, is staffed; what shows it besides the words."""

    words: str
    holds: bool


@dataclass(frozen=True)
class Why:
    """One decision at ``at`` for a caller who speaks ``language``, told in the language of ``t``."""

    t: PageWords
    rules: Ruleset
    at: datetime
    language: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.rules.time_zone)

    def told(self, explanation: Explanation) -> tuple[LookedInWords, ...]:
        return tuple(LookedInWords(self.looked(one), one.holds) for one in explanation.looked)

    # --- the route ------------------------------------------------------------------------------------------------

    def route(self, route: Route) -> str:  # noqa: C901 - one case for each, nothing nested
        match route:
            case ToLine(desk, extended, closed):
                kind = "line" if not extended else "line_closed" if closed else "line_unstaffed"
                return self._route(kind, desk=self.department(desk))
            case ToNumber(department, number):
                return self._route("number", desk=self.department(department), number=number)
            case ToDuty(duty):
                return self._route("duty", duty=duty.spoken[self.t.language], numbers=", ".join(duty.numbers))
            case ToPartner(department, number, opened):
                named = {"desk": self.department(department), "number": number, "opens": self.opens(route.opens_at)}
                return self._route("partner" if opened else "partner_closed", **named)
            case Information(topic):
                return self._route("information", topic=self.topic(topic))
            case OtherLanguage(desk, languages):
                spoken = self.list_of(f"rules.why.in.{code}" for code in languages)
                return self._route("other_language", desk=self.department(desk), spoken=spoken, own=self._own)
            case NobodyOnDuty(department):
                return self._route("nobody", desk=self.department(department))
            case AllClosed(department, opens_at):
                return self._route("closed", desk=self.department(department), opens=self.opens(opens_at))
        assert_never(route)

    def _route(self, kind: str, **values: str) -> str:
        return self.t(f"rules.why.route.{kind}", **values)

    # --- what was looked at ---------------------------------------------------------------------------------------

    def looked(self, one: Looked) -> str:
        match one.what:
            case "switch" | "rule":
                return self._rule(one)
            case "open":
                return self._open(one)
            case "urgent":
                return self.t("rules.why.urgent", duty=self.duty(one.who))
            case "information":
                return self.t("rules.why.information", topic=self.topic(one.who))
            case "own" | "number":
                return self.t(f"rules.why.{one.what}", desk=self.department(one.who))
            case "staffed" | "other_language":
                kind = f"rules.why.{one.what}.{'yes' if one.holds else 'no'}"
                return self.t(kind, desk=self.department(one.who), own=self._own)
        assert_never(one.what)

    def _rule(self, one: Looked) -> str:
        rule = next((rule for rule in self.rules.rules if rule.id == one.who), None)
        if rule is None:  # a switch that is over, or a rule that a newer version no longer has
            return self.t(f"rules.why.{one.what}.gone")
        name, goal = rule.name[self.t.language], self.goal(rule)
        if one.holds:
            return self.t(f"rules.why.{one.what}.yes", name=name, goal=goal)
        fails = "; ".join(self.t(f"rules.why.fails.{fault}") for fault in one.fails)
        return self.t(f"rules.why.{one.what}.no", name=name, fails=fails)

    def _open(self, one: Looked) -> str:
        desk = self._known_department(one.who)
        if desk is None:
            return self.t(f"rules.why.open.{'always' if one.holds else 'never'}", desk=one.who)
        if one.holds:
            closes = closing_after(desk.hours, self.at, self.zone)
            kind = "always" if closes is None else "yes"
            return self.t(f"rules.why.open.{kind}", desk=self.department(desk.id), closes=self._moment_or_none(closes))
        opens = next_opening(desk.hours, self.at, self.zone)
        kind = "never" if opens is None else "no"
        return self.t(f"rules.why.open.{kind}", desk=self.department(desk.id), opens=self._moment_or_none(opens))

    # --- names and moments ----------------------------------------------------------------------------------------

    @property
    def _own(self) -> str:
        return self.t(f"rules.why.in.{self.language}")

    def department(self, department_id: str) -> str:
        """Its id where a newer ruleset no longer knows it."""
        found = self._known_department(department_id)
        return department_id if found is None else found.name[self.t.language]

    def duty(self, duty_id: str) -> str:
        return next((d.spoken[self.t.language] for d in self.rules.duties if d.id == duty_id), duty_id)

    def topic(self, topic_id: str) -> str:
        return next((t.name[self.t.language] for t in self.rules.topics if t.id == topic_id), topic_id)

    def goal(self, rule: RoutingRule) -> str:
        return self.department(rule.department) if rule.department is not None else self.duty(rule.duty or "")

    def opens(self, moment: datetime | None) -> str:
        if moment is None:
            return self.t("rules.why.opens.unknown")
        return self.t("rules.why.opens", at=self.moment(moment))

    def moment(self, moment: datetime) -> str:
        """With its day, always: a decision may be read on another one."""
        local = moment.astimezone(self.zone)
        clock = f"{local.hour}{self.t('time.separator')}{local.minute:02d}"
        return f"{day_words(self.t, local.date())} {self.t('time.at', clock=clock)}"

    def list_of(self, keys: Iterable[str]) -> str:
        return ", ".join(self.t(key) for key in keys)

    def _moment_or_none(self, moment: datetime | None) -> str:
        return "" if moment is None else self.moment(moment)

    def _known_department(self, department_id: str) -> Department | None:
        return next((d for d in self.rules.departments if d.id == department_id), None)


def day_words(t: PageWords, day: date) -> str:
    """The weekday and the date, with its year."""
    return t("rules.day", weekday=t(f"weekday.{day.weekday()}"), day=day.day, month=day.month, year=day.year)
