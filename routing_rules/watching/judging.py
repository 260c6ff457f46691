"""Every topic, in every language, at every moment that matters, decided with the planned staff; and judged. Pure.

What is decided is held against the written hours, read here a second time without the code that decides.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from routing_rules.checking import extended
from routing_rules.decide import answering, decide, first_rule
from routing_rules.model import LANGUAGES, Department, Language, RoutingRule, Ruleset, Topic
from routing_rules.opening_hours import intervals_on
from routing_rules.planned import planned
from routing_rules.routes import (
    NOTHING_KNOWN,
    AllClosed,
    Circumstances,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    ToLine,
)
from routing_rules.trying.examples import run_examples
from routing_rules.watching.model import Code, Look, Seen
from routing_rules.watching.moments import DAYS, moments

LONG_DAYS = 4  # Christmas Eve on a Thursday closes an office for so long; more is worth a look
UNMATCHED_DAYS = 366  # a rule about dates is judged by its days in the coming year


def look(rules: Ruleset, now: datetime, days: int = DAYS) -> Look:
    first = now.astimezone(ZoneInfo(rules.time_zone)).date()
    ahead = moments(rules, first, days)
    watch = _Watch(rules)
    for at in ahead:
        watch.at(at)
    seen = (*watch.seen.values(), *watch.whole(), *_others(rules, now, first, ahead))
    return Look(watch.looked, tuple(seen))


def leaves(rules: Ruleset) -> tuple[Topic, ...]:
    return tuple(topic for topic in rules.topics if topic.department is not None or topic.information is not None)


@dataclass
class _Watch:
    rules: Ruleset
    looked: int = 0
    seen: dict[str, Seen] = field(default_factory=dict)
    spoken: set[tuple[str, Language]] = field(default_factory=set)
    alone_since: dict[str, datetime] = field(default_factory=dict)  # topic -> since when nobody answers
    longest: dict[str, tuple[timedelta, datetime]] = field(default_factory=dict)

    def at(self, at: datetime) -> None:
        staffed = planned(self.rules, at)
        for topic in leaves(self.rules):
            routes = {
                language: decide(self.rules, topic.id, language, at, staffed, NOTHING_KNOWN) for language in LANGUAGES
            }
            self.looked += len(routes)
            for language, route in routes.items():
                self._judge(topic, language, route, at)
            self._alone(topic, at, all(isinstance(route, AllClosed | NobodyOnDuty) for route in routes.values()))

    def _judge(self, topic: Topic, language: Language, route: Route, at: datetime) -> None:
        if not isinstance(route, AllClosed | NobodyOnDuty | OtherLanguage):
            self.spoken.add((topic.id, language))
        match route:
            case AllClosed(_, opens_at, duty):
                if opens_at is None and duty is None:
                    self._see("dead_end", topic.id, at, topic=topic.id)
                own = answering(self.rules, topic.id, language, at)
                if self._written_open(own, at):
                    self._see("closed_though_open", topic.id, at, topic=topic.id, desk=own.id)
            case NobodyOnDuty(department):
                self._see("nobody_planned", department, at, desk=department)
            case ToLine(desk, extended=is_extended):
                if not is_extended and not self._written_open(self.rules.department(desk), at):
                    self._see("open_though_closed", topic.id, at, topic=topic.id, desk=desk)

    def _written_open(self, department: Department, at: datetime) -> bool:
        if any(closed <= at < opens for closed, opens in department.hours.closures):
            return False
        local = at.astimezone(ZoneInfo(self.rules.time_zone))
        minute = local.hour * 60 + local.minute
        return any(span.start <= minute < span.end for span in intervals_on(department.hours, local.date()))

    def _see(self, code: Code, place: str, at: datetime, **values: str) -> None:
        one = Seen(code, place, at, tuple(sorted(values.items())))
        self.seen.setdefault(one.key, one)

    def _alone(self, topic: Topic, at: datetime, alone: bool) -> None:
        since = self.alone_since.get(topic.id)
        if alone:
            since = self.alone_since.setdefault(topic.id, at)
        if since is not None:
            gone = at - since
            if gone > self.longest.get(topic.id, (timedelta(), since))[0]:
                self.longest[topic.id] = (gone, since)
        if not alone:
            self.alone_since.pop(topic.id, None)

    def whole(self) -> Iterator[Seen]:
        """What shows only when all moments have been looked at."""
        for topic in leaves(self.rules):
            for language in LANGUAGES:
                if (topic.id, language) not in self.spoken:
                    values = (("language", language), ("topic", topic.id))
                    yield Seen("unspoken", f"{topic.id}.{language}", None, values)
            gone, since = self.longest.get(topic.id, (timedelta(), None))
            if gone > timedelta(days=LONG_DAYS):
                yield Seen("unanswered_long", topic.id, since, (("days", str(gone.days)), ("topic", topic.id)))


def _others(rules: Ruleset, now: datetime, first: date, ahead: Iterable[datetime]) -> Iterator[Seen]:
    last = first + timedelta(days=DAYS)
    for finding in extended.findings(rules, now):
        values = dict(finding.values)
        if finding.code.startswith("extended_closed") and values.get("date", first.isoformat()) < last.isoformat():
            named = tuple((key, value) for key, value in finding.values if key != "department")
            yield Seen("extended_closed", finding.place, None, (("desk", rules.extended_desk), *named))
    for result in run_examples(rules, now):
        if not result.came_true:
            yield Seen("example_failed", result.example.id, result.at, (("example", result.example.id),))
    yield from _unmatched(rules, now, tuple(ahead))


def _unmatched(rules: Ruleset, now: datetime, ahead: tuple[datetime, ...]) -> Iterator[Seen]:
    """A rule that is the first to hold at no moment, for no caller. One whose days are over says so too."""
    wanting = {rule.id for rule in rules.rules if not rule.switch}
    for at in (*ahead, *_of_dates(rules, now)):
        if not wanting:
            return
        for topic in leaves(rules):
            for language in LANGUAGES:
                for known in _callers(rules.rules_about(topic.id)):
                    rule = first_rule(rules, topic, language, at, known)
                    if rule is not None:
                        wanting.discard(rule.id)
    for rule_id in (rule.id for rule in rules.rules if rule.id in wanting):
        yield Seen("rule_unmatched", rule_id, None, (("rule", rule_id),))


def _callers(about: tuple[RoutingRule, ...]) -> Iterator[Circumstances]:
    """One from each area, with each wait, that any of these rules asks about."""
    areas = {"", *(area for rule in about for area in rule.when.areas)}
    waits: set[int | None] = {None, *(rule.when.wait_minutes for rule in about)}
    return (Circumstances(area, wait) for area in areas for wait in waits)


def _of_dates(rules: Ruleset, now: datetime) -> Iterator[datetime]:
    """Every half hour of the week that begins with a coming rule's first day: it need not hold within a fortnight."""
    zone = ZoneInfo(rules.time_zone)
    today = now.astimezone(zone).date()
    for rule in rules.rules:
        first = max(rule.when.first or today, today)
        if rule.switch or first > today + timedelta(days=UNMATCHED_DAYS):
            continue
        begins = datetime(first.year, first.month, first.day, tzinfo=zone).astimezone(UTC)
        yield from (begins + timedelta(minutes=30 * n + 15) for n in range(7 * 48))
