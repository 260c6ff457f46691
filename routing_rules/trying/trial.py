"""A made-up call: everything that decides where it goes, and the decision with what was looked at. Pure.

Nothing of a trial is kept, the number least of all: it only says in which area the caller's telephone is.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from routing_rules.decide import explain
from routing_rules.model import Language, Ruleset
from routing_rules.routes import Circumstances, Explanation, StaffedDesk

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)  # what may be asked; far beyond, no calendar can reckon


@dataclass(frozen=True)
class Trial:
    at: datetime  # UTC
    language: Language
    topic: str
    staffed: tuple[StaffedDesk, ...]
    number: str = ""  # E.164 or its beginning; withheld: ""
    wait_minutes: int | None = None


def tried(rules: Ruleset, trial: Trial) -> Explanation:
    known = Circumstances(trial.number, wait_at_own_desk(rules, trial))
    return explain(rules, trial.topic, trial.language, trial.at, trial.staffed, known)


def wait_at_own_desk(rules: Ruleset, trial: Trial) -> int | None:
    return wait_at(rules.topic(trial.topic).department or rules.extended_desk, trial)


def wait_at(desk: str, trial: Trial) -> int | None:
    """As in a real call: where nobody is on duty there is no wait that could be known."""
    return trial.wait_minutes if any(one.desk == desk and one.languages for one in trial.staffed) else None


def everybody(rules: Ruleset) -> tuple[StaffedDesk, ...]:
    """Every desk with a line of its own has somebody in each of its languages."""
    return tuple(StaffedDesk(d.id, frozenset(d.languages)) for d in rules.departments if d.kind == "console")


def local_moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """As UTC. A local time that does not exist (spring) is as much later; of one that comes twice the first counts."""
    days, rest = divmod(minute, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return local.astimezone(UTC)


def exists(local: datetime, zone: ZoneInfo) -> bool:
    """Whether a clock on the wall ever shows it: one hour of a night in spring is left out. ``local`` without zone."""
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local
