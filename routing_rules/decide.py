"""Which desk answers: topic, language, moment and who is on duty, by the ruleset, to one route. Pure and total.

Staffed means staffed in the caller's language. No store, no clock, no words: facts come in, a route goes out. The
ordered rules come first: the first that holds says whose people answer; those have their own hours and staff.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from routing_rules.model import LANGUAGES, Department, Duty, Language, RoutingRule, Ruleset, Topic, When
from routing_rules.opening_hours import is_open, next_opening
from routing_rules.routes import (
    NOTHING_KNOWN,
    AllClosed,
    Circumstances,
    Condition,
    Explanation,
    Information,
    Looked,
    LookedAt,
    NobodyOnDuty,
    OtherLanguage,
    Route,
    StaffedDesk,
    ToDuty,
    ToLine,
    ToNumber,
    ToPartner,
)

Note = Callable[[Looked], object]
Spoken = Mapping[str, Collection[str]]  # desk -> languages spoken there now


def decide(
    rules: Ruleset,
    topic_id: str,
    language: str,
    at: datetime,
    staffed: Collection[StaffedDesk],
    known: Circumstances = NOTHING_KNOWN,
) -> Route:
    """A topic the ruleset does not know, or a branch of the menu, goes where the general topic goes: never nowhere."""
    return _Way(rules, language, at, staffed, known).of(_leaf(rules, topic_id))


def explain(
    rules: Ruleset,
    topic_id: str,
    language: str,
    at: datetime,
    staffed: Collection[StaffedDesk],
    known: Circumstances = NOTHING_KNOWN,
) -> Explanation:
    """The same decision, with everything that was looked at on the way, in order."""
    looked: list[Looked] = []
    topic = _leaf(rules, topic_id)
    route = _Way(rules, language, at, staffed, known, looked.append).of(topic)
    return Explanation(topic.id, route, tuple(looked))


def answering(
    rules: Ruleset, topic_id: str, language: str, at: datetime, known: Circumstances = NOTHING_KNOWN
) -> Department:
    """Whose people answer this topic at the moment, by the rules; whether they are open is not asked."""
    topic = _leaf(rules, topic_id)
    rule = first_rule(rules, topic, language, at, known)
    named = rule.department if rule is not None and rule.department is not None else topic.department
    return rules.department(named or rules.extended_desk)


def ringing(rules: Ruleset, topic_id: str, language: str, at: datetime) -> Department:
    """Who rings back about a topic that is promised now. An outside number has no agents: the general desk rings."""
    department = answering(rules, topic_id, language, at)
    if department.kind == "console":
        return department
    return rules.department(rules.topic(rules.general_topic).department or rules.extended_desk)


def first_rule(
    rules: Ruleset, topic: Topic, language: str, at: datetime, known: Circumstances, note: Note | None = None
) -> RoutingRule | None:
    about = rules.rules_about(topic.id)
    if not about:
        return None
    local = at.astimezone(ZoneInfo(rules.time_zone))
    for rule in about:
        fails = failing(rule.when, language, at, local, known)
        if note is not None:
            note(Looked("switch" if rule.switch else "rule", rule.id, not fails, fails))
        if not fails:
            return rule
    return None


def failing(when: When, language: str, at: datetime, local: datetime, known: Circumstances) -> tuple[Condition, ...]:
    """Which of the conditions do not hold; () all hold. ``local``: the moment in the ruleset's time zone."""
    minute, day = local.hour * 60 + local.minute, local.date()
    wait = known.wait_minutes
    checked: tuple[tuple[Condition, bool], ...] = (
        ("language", not when.languages or language in when.languages),
        ("time", when.week is None or any(i.start <= minute < i.end for i in when.week[local.weekday()])),
        ("day", (when.first is None or when.first <= day) and (when.last is None or day <= when.last)),
        ("area", not when.areas or any(known.number.startswith(area) for area in when.areas)),
        ("wait", when.wait_minutes is None or (wait is not None and wait >= when.wait_minutes)),
        ("over", when.during is None or when.during[0] <= at < when.during[1]),
    )
    return tuple(name for name, holds in checked if not holds)


class _Way:
    """One decision. What it looks at is noted only where somebody asks why."""

    def __init__(
        self,
        rules: Ruleset,
        language: str,
        at: datetime,
        staffed: Collection[StaffedDesk],
        known: Circumstances,
        note: Note | None = None,
    ) -> None:
        self.rules, self.language, self.at, self.staffed, self.known = rules, language, at, staffed, known
        self.zone = ZoneInfo(rules.time_zone)
        self.note = note

    def of(self, topic: Topic) -> Route:
        rules = self.rules
        rule = first_rule(rules, topic, self.language, self.at, self.known, self.note)
        if rule is not None and rule.duty is not None:
            return ToDuty(next(d for d in rules.duties if d.id == rule.duty))
        named = topic.department if rule is None else rule.department
        if named is None:
            self._looked("information", topic.id, True)
            return Information(topic.id)
        department = rules.department(named)
        if rule is None:
            self._looked("own", named, True)
        if department.provider != "city" and department.number is not None:
            return self._partner(department, department.number, self._partners_duty(topic, rule))
        return self._answered(topic, department)

    def _partners_duty(self, topic: Topic, rule: RoutingRule | None) -> Duty | None:
        """Whom an urgent caller reaches while a partner is closed. The city's own duty helps with the city's matters
        only, such as a rule has sent to the partner."""
        if not topic.urgent or (rule is None and topic.duty is None):
            return None
        return self.rules.duty_of(topic.id)

    def _answered(self, topic: Topic, department: Department) -> Route:
        extended = self.rules.department(self.rules.extended_desk)
        duty = self.rules.duty_of(topic.id) if topic.urgent else None
        own_open = self._is_open(department)
        if duty is not None and not own_open:
            self._looked("urgent", duty.id, True)
            return ToDuty(duty)
        extended_open = extended.id == department.id or self._is_open(extended)
        open_now = [d for d, opened in ((department, own_open), (extended, extended_open)) if opened]
        if not open_now:
            return self._closed(topic, department, extended)
        spoken = spoken_at_each([desk.id for desk in open_now], self.staffed)
        found = self._in_own_language(open_now, department, spoken) or self._in_another(open_now, department, spoken)
        return found or (NobodyOnDuty(department.id) if duty is None else ToDuty(duty))

    def _in_own_language(
        self, open_now: list[Department], department: Department, spoken: Spoken
    ) -> ToLine | ToNumber | None:
        for desk in open_now:
            if desk.kind == "number" and desk.number is not None:
                self._looked("number", desk.id, True)
                return ToNumber(desk.id, desk.number)
            speaks = self.language in spoken[desk.id]
            self._looked("staffed", desk.id, speaks)
            if speaks:
                return ToLine(desk.id, extended=desk is not department, closed=open_now[0] is not department)
        return None

    def _in_another(self, open_now: list[Department], department: Department, spoken: Spoken) -> OtherLanguage | None:
        for desk in open_now:
            languages = in_order(spoken[desk.id])
            self._looked("other_language", desk.id, bool(languages))
            if languages:
                return OtherLanguage(desk.id, languages, extended=desk is not department)
        return None

    def _closed(self, topic: Topic, department: Department, extended: Department) -> AllClosed:
        openings = (next_opening(desk.hours, self.at, self.zone) for desk in (department, extended))
        opens_at = min((opening for opening in openings if opening is not None), default=None)
        return AllClosed(department.id, opens_at, self.rules.duty_of(topic.id))

    def _partner(self, department: Department, number: str, duty: Duty | None) -> ToPartner | ToDuty:
        opened = self._is_open(department)
        if duty is not None and not opened:
            self._looked("urgent", duty.id, True)
            return ToDuty(duty)
        opens_at = None if opened else next_opening(department.hours, self.at, self.zone)
        return ToPartner(department.id, number, opened, opens_at)

    def _is_open(self, department: Department) -> bool:
        opened = is_open(department.hours, self.at, self.zone)
        self._looked("open", department.id, opened)
        return opened

    def _looked(self, what: LookedAt, who: str, holds: bool) -> None:
        if self.note is not None:
            self.note(Looked(what, who, holds))


def all_closed(rules: Ruleset, at: datetime) -> bool:
    """Every console desk is closed, the extended-hours desk too: the closed announcement goes before the topics."""
    zone = ZoneInfo(rules.time_zone)
    desks = (d for d in rules.departments if d.kind == "console" or d.id == rules.extended_desk)
    return not any(is_open(desk.hours, at, zone) for desk in desks)


def spoken_at_each(desks: Collection[str], staffed: Collection[StaffedDesk]) -> Spoken:
    """One look at everybody on duty: a city has hundreds of desks, a caller asks about two."""
    spoken: dict[str, set[str]] = {desk: set() for desk in desks}
    for one in staffed:
        if one.desk in spoken:
            spoken[one.desk] |= one.languages
    return spoken


def in_order(spoken: Collection[str]) -> tuple[Language, ...]:
    return tuple(language for language in LANGUAGES if language in spoken)


def _leaf(rules: Ruleset, topic_id: str) -> Topic:
    topic = rules.topic(topic_id)
    is_leaf = topic.department is not None or topic.information is not None
    return topic if is_leaf else rules.topic(rules.general_topic)
