"""Who should be on duty at a moment by the planned staffing: what a look ahead is judged by, and a desk that is new."""

from datetime import datetime
from zoneinfo import ZoneInfo

from routing_rules.model import Department, Ruleset
from routing_rules.routes import StaffedDesk


def planned(rules: Ruleset, at: datetime) -> tuple[StaffedDesk, ...]:
    local = at.astimezone(ZoneInfo(rules.time_zone))
    day, minute = local.weekday(), local.hour * 60 + local.minute
    found = ((d.id, _speaking(d, day, minute)) for d in rules.departments if d.kind == "console")
    return tuple(StaffedDesk(desk, languages) for desk, languages in found if languages)


def _speaking(department: Department, day: int, minute: int) -> frozenset[str]:
    return frozenset(
        staffing.language
        for staffing in department.staffing
        if any(agents > 0 and span.start <= minute < span.end for span, agents in staffing.week[day])
    )
