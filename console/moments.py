"""Moments as a browser's field for day and time writes them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

WRITTEN_AT = "%Y-%m-%dT%H:%M"


def usual_end(now: datetime, hours: int) -> str:
    """What the field holds at first: some hours from now, at a full or half hour, a time that is short to hear."""
    end = now + timedelta(hours=hours, minutes=29)
    return end.replace(minute=end.minute // 30 * 30).strftime(WRITTEN_AT)


def written_moment(written: str, zone: ZoneInfo) -> datetime | None:
    """None: no moment can be read from it."""
    try:
        return datetime.strptime(written, WRITTEN_AT).replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None
