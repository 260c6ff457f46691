"""Moments as a browser's field for day and time writes them."""

from datetime import datetime
from zoneinfo import ZoneInfo

WRITTEN_AT = "%Y-%m-%dT%H:%M"


def written_moment(written: str, zone: ZoneInfo) -> datetime | None:
    """None: no moment can be read from it."""
    try:
        return datetime.strptime(written, WRITTEN_AT).replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return None
