"""When a desk serves whoever waits for it. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from routing_rules.model import Ruleset
from routing_rules.opening_hours import is_open, last_closing


def may_be_served(rules: Ruleset, desk_id: str, now: datetime) -> bool:
    """A waiting caller may still be answered at this desk: it is open, or closed within its grace."""
    zone = ZoneInfo(rules.time_zone)
    return is_open(rules.desk(desk_id).hours, now, zone) or within_grace(rules, desk_id, now, zone)


def within_grace(rules: Ruleset, desk_id: str, now: datetime, zone: ZoneInfo) -> bool:
    desk = rules.desk(desk_id)
    closed_at = last_closing(desk.hours, now, zone)
    return closed_at is not None and (now - closed_at).total_seconds() < desk.grace_minutes * 60
