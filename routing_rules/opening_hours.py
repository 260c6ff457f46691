"""When a desk is open: opening hours, exceptional days and holidays against a moment. Pure: the moment is an argument.

One rule for every reader: intervals are half-open, an exceptional day goes before a holiday and a holiday before the
weekday. An eve and a range of days only shorten: they never open a desk when it would else be closed, so that a New
Year's Eve on a Sunday stays a Sunday, and summer hours keep Midsummer closed. A local time that does not exist (spring)
moves forward to the first that does; of one that comes twice (autumn) the first counts. Every returned time is UTC.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from routing_rules.holidays import EVES, holiday_on
from routing_rules.model import Hours, Interval

Opening = tuple[datetime, datetime]

MOST_DAYS = 400  # of one desk's hours held resolved: every turn asks for the same few
LOOK_DAYS = 30  # beyond this no desk is promised to open, and no announcement names a day


def is_open(hours: Hours, at: datetime, zone: ZoneInfo) -> bool:
    return any(start <= at < end for start, end in open_intervals(hours, _local_day(at, zone), zone))


def next_opening(hours: Hours, after: datetime, zone: ZoneInfo, days: int = LOOK_DAYS) -> datetime | None:
    """The first opening that begins after the moment; the opening now in progress is not one."""
    first = _local_day(after, zone) - timedelta(days=1)  # yesterday: an opening may run over midnight
    for start, _ in _openings(hours, first, days + 2, zone):
        if start > after:
            return start
    return None


def closing_after(hours: Hours, at: datetime, zone: ZoneInfo, days: int = LOOK_DAYS) -> datetime | None:
    """When the present opening ends. None: closed at the moment, or open without a break for so many days."""
    horizon = _midnight(_local_day(at, zone) + timedelta(days=days), zone)
    for start, end in _openings(hours, _local_day(at, zone), days, zone):
        if start <= at < end:
            return end if end < horizon else None
    return None


def last_closing(hours: Hours, before: datetime, zone: ZoneInfo, days: int = LOOK_DAYS) -> datetime | None:
    """The latest moment, not after the given one, at which an opening ended."""
    first = _local_day(before, zone) - timedelta(days=days)
    ends = [end for _, end in _openings(hours, first, days + 2, zone) if end <= before]
    return ends[-1] if ends else None


def open_intervals(hours: Hours, day: date, zone: ZoneInfo) -> tuple[Opening, ...]:
    """The local day's openings in UTC; one that a clock change swallows whole is left out."""
    known = hours.resolved
    found = known.get((day, zone.key))
    if found is None:
        if len(known) >= MOST_DAYS:
            known.clear()
        found = known[day, zone.key] = _resolved(hours, day, zone)
    return found


def _resolved(hours: Hours, day: date, zone: ZoneInfo) -> tuple[Opening, ...]:
    resolved = ((_moment(day, i.start, zone), _moment(day, i.end, zone)) for i in intervals_on(hours, day))
    opened = tuple((start, end) for start, end in resolved if start < end)
    for closure in hours.closures:
        opened = _without(opened, closure)
    return opened


def _without(opened: tuple[Opening, ...], closure: Opening) -> tuple[Opening, ...]:
    closed, opens = closure
    pieces = (((start, min(end, closed)), (max(start, opens), end)) for start, end in opened)
    return tuple(piece for pair in pieces for piece in pair if piece[0] < piece[1])


def intervals_on(hours: Hours, day: date) -> tuple[Interval, ...]:
    """The rule that holds on the day, in local minutes: exceptional day, else one of every year, else holiday, else
    weekday."""
    for exception in hours.exceptional:
        if exception.yearly:
            continue
        if exception.until is None and exception.day == day:
            return exception.intervals
        if exception.until is not None and exception.day <= day <= exception.until:
            return _shared(exception.intervals, _regular(hours, day))
    for exception in hours.exceptional:
        if exception.yearly and (exception.day.month, exception.day.day) == (day.month, day.day):
            return exception.intervals
    return _regular(hours, day)


def _regular(hours: Hours, day: date) -> tuple[Interval, ...]:
    weekday = hours.week[day.weekday()]
    holiday = holiday_on(day)
    if holiday is None or holiday not in hours.holidays:
        return weekday
    written = hours.holidays[holiday]
    return _shared(written, weekday) if holiday in EVES else written


def _shared(some: tuple[Interval, ...], others: tuple[Interval, ...]) -> tuple[Interval, ...]:
    """The time that stands in both, in order."""
    pairs = ((max(one.start, other.start), min(one.end, other.end)) for one in some for other in others)
    return tuple(Interval(start, end) for start, end in sorted(pairs) if start < end)


def _openings(hours: Hours, first: date, days: int, zone: ZoneInfo) -> Iterator[Opening]:
    """In order, those that touch joined: a desk open until midnight and from midnight does not close between."""
    every = (i for n in range(days) for i in open_intervals(hours, first + timedelta(days=n), zone))
    return _joined(every)


def _joined(openings: Iterable[Opening]) -> Iterator[Opening]:
    held: Opening | None = None
    for start, end in openings:
        if held is None:
            held = (start, end)
        elif start == held[1]:
            held = (held[0], end)
        else:
            yield held
            held = (start, end)
    if held is not None:
        yield held


@lru_cache(maxsize=4096)  # every turn asks for the same few days of the same few desks
def _moment(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """Local minutes of the day as UTC; 1440 is the next midnight, also on days of 23 and 25 hours."""
    days, rest = divmod(minutes, 24 * 60)
    local = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60))
    while not _exists(local, zone):
        local += timedelta(minutes=1)
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _exists(local: datetime, zone: ZoneInfo) -> bool:
    there_and_back = local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None) == local


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return _moment(day, 0, zone)


def _local_day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
