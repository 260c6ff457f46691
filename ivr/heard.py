"""What a made-up caller hears: the real dialogue over facts gathered as for a real call, but for who is on duty.

Reads only. The free times are the record's own; who is on duty and how long the line is comes with the trial; no open
request of anybody is looked up, and the number goes nowhere.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping

from desks.line.dealing import OnDuty
from desks.store import Duty
from desks.talk.recorded import records_talks
from ivr import plain
from ivr.caller_input import Pressed
from ivr.carry_out import Caller
from ivr.dialogue import steps as dialogue
from ivr.dialogue.asking import LANGUAGE_KEYS
from ivr.dialogue.needs import Asking, needs
from ivr.effects import Joined, JoinLine
from ivr.fact_finding import Finder, own_number, shown_of
from ivr.facts import Callable, NotCallable
from ivr.step_url import Step
from ivr.turn import DepartmentSpoken, Gather, Instruction, MomentSpoken, Say, Turn, WindowSpoken
from routing_rules.model import Department, Language, Ruleset, Topic
from routing_rules.opening_hours import next_opening
from routing_rules.routes import Circumstances
from routing_rules.trying.calendar import DayTold, ahead
from routing_rules.trying.trial import Trial, wait_at

if TYPE_CHECKING:
    from bootstrap import Services

AREA_AT_MOST = 8  # "+3581715": longer than this it is a number, or none
FILLED_UP = "5012345678"


@dataclass(frozen=True)
class Rings:
    """Who rings, as rules see it. ``area``: how the number begins, "" where it lies in none."""

    area: str = ""
    number: Callable | NotCallable = NotCallable("withheld")


@dataclass(frozen=True)
class Heard:
    """Spoken sentences, in the caller's language."""

    first: tuple[str, ...]  # after the language was chosen
    then: tuple[str, ...]  # after the topic was


def rings(services: "Services", rules: Ruleset, written: str) -> Rings:
    """``written``: E.164, or its beginning, which stands for some number there that the city would ring."""
    number = own_number(services, rules, written)
    if isinstance(number, Callable):
        return Rings(number.e164, number)
    if not written or len(written) > AREA_AT_MOST:
        return Rings(shown_of(number, rules, written), number)
    whole = (own_number(services, rules, written + FILLED_UP[:n]) for n in range(1, len(FILLED_UP) + 1))
    return Rings(written, next((one for one in whole if isinstance(one, Callable)), number))


def reachable(rules: Ruleset) -> tuple[Topic, ...]:
    """The leaf topics that a caller can choose by key."""
    general = rules.topic(rules.general_topic)
    branches = {topic.id for topic in rules.children(None)}
    leaves = (t for t in rules.topics if t.key is not None and (t.parent is None or t.parent in branches))
    return (*(t for t in leaves if not rules.children(t.id) and t != general), general)


def heard(services: "Services", connection: Connection, rules: Ruleset, trial: Trial, who: Rings) -> Heard:
    finder = _MadeUp(services, connection, rules, trial, who)
    start = Step("language", version=rules.version, arrived=int(trial.at.timestamp() * 1000))
    key = next(key for key, language in LANGUAGE_KEYS.items() if language == trial.language)
    topic = rules.topic(trial.topic)
    general = topic.id == rules.general_topic
    menu = replace(start, name="topic", language=trial.language, topic="" if general else topic.parent or "")
    chosen = "0" if general else topic.key or "0"
    first, then = finder.answered(start, Pressed(key)), finder.answered(menu, Pressed(chosen))
    return Heard(_spoken(services, first, rules), _spoken(services, then, rules))


class _MadeUp(Finder):
    """Everything is looked up as for a real call, but for what the trial says itself."""

    def __init__(self, services: "Services", connection: Connection, rules: Ruleset, trial: Trial, who: Rings) -> None:
        super().__init__(services, connection, rules, Caller("", who.number, who.area), None, trial.at)
        self.trial = trial

    def answered(self, step: Step, given: Pressed) -> Turn | None:
        """None: an effect that only a real call can have."""
        asking = Asking(step, given, self.rules, self.now, lambda: self.caller.number)
        facts = self.facts(step, given, needs(asking))
        said = dialogue.advance(step, given, facts)
        if isinstance(said, JoinLine):
            said = dialogue.after(step, said, Joined("tried", records_talks(self.rules, said.department)), facts)
        return said if isinstance(said, Turn) else None

    @cached_property
    def duty(self) -> Duty:
        staffed = self.trial.staffed
        return Duty(tuple(OnDuty(one.desk, frozenset({one.desk}), one.languages) for one in staffed), ())

    @cached_property
    def open_matters(self) -> tuple[RowMapping, ...]:
        return ()

    def _circumstances(self, topic: str | None) -> Circumstances:
        found = super()._circumstances(topic)
        return replace(found, number=self.trial.number) if found.number else found

    def _wait_at(self, desk: str) -> int | None:
        return wait_at(desk, self.trial)


# --- opening hours, told ------------------------------------------------------------------------------------------


def hours_told(
    services: "Services", rules: Ruleset, department: Department, told: DayTold, language: Language, now: datetime
) -> tuple[str, ...]:
    """The day's hours as one who rings at ``now`` is told them; (): nothing is left of the day, or it never opens."""
    desk = ("department", DepartmentSpoken(department.id))
    says = [Say("hours.open", (desk, ("window", WindowSpoken(*span, now)))) for span in ahead(told, now)]
    if not told.opened:
        says += _closed(rules, department, told, now)
    return _spoken(services, Turn(language, tuple(says)), rules)


def _closed(rules: Ruleset, department: Department, told: DayTold, now: datetime) -> list[Say]:
    zone = ZoneInfo(rules.time_zone)
    begins = datetime(told.date.year, told.date.month, told.date.day, tzinfo=zone)
    opens = next_opening(department.hours, max(now, begins + timedelta(seconds=-1)), zone)
    if opens is None:
        return []
    values = (("department", DepartmentSpoken(department.id)), ("opens", MomentSpoken(opens, now)))
    return [Say("hours.closed", values)]


def _spoken(services: "Services", turn: Turn | None, rules: Ruleset) -> tuple[str, ...]:
    """Only what is said: keys, queues and addresses are not for the page."""
    if turn is None:
        return ()
    says = tuple(say for instruction in turn.instructions for say in _says(instruction))
    rendered = plain.render(Turn(turn.language, says), services.announcements, rules)
    return tuple(line for line in rendered.split("\n") if line)


def _says(instruction: Instruction) -> tuple[Say, ...]:
    if isinstance(instruction, Gather):
        return tuple(one for one in instruction.spoken if isinstance(one, Say))
    return (instruction,) if isinstance(instruction, Say) else ()
