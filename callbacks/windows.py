"""Windows that can be kept: as soon as possible, two-hour slots, and how many promises each can hold. Pure.

All times are business time in UTC; the zone is an argument, because the city's days and plans are local.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from math import floor

from callbacks.model import Window
from callbacks.openings import LEAD, Opening, joined, open_until
from routing_rules.model import CallbackPolicy, Staffing

QUARTER = timedelta(minutes=15)
LEAST_PACE = 0.01  # slower than that, nobody there takes anything over
LEAST_SLOT = timedelta(minutes=30)  # a shorter remainder joins the slot before it
EXTENDED_PACE = 0.2  # the extended-hours desk has about a fifth of a department's staff


def asap(
    now: datetime,
    policy: CallbackPolicy,
    expected_wait_minutes: int | None,
    openings_own: Sequence[Opening],
    openings_extended: Sequence[Opening],
    extended_pace: float = EXTENDED_PACE,
) -> Window | None:
    """The window from now, told in quarters of an hour, cut when the last desk closes; None: offer a slot instead.

    While the department is open the wait runs at its own pace; what is left at its closing time runs at the
    extended-hours desk's (``extended_pace`` = its agents for each one of the department's). When only the
    extended-hours desk is open, the wait is that desk's already. An unknown wait is not guessed: the window is
    given while a whole lead is open.
    """
    closes = open_until(now, (*openings_own, *openings_extended))
    if closes is None or closes - now < LEAD:
        return None
    latest = min(now + timedelta(minutes=policy.asap_window_minutes), closes)
    end = min(_quarter(latest + QUARTER - timedelta(microseconds=1)), closes)
    wait = _open_wait(now, expected_wait_minutes or 0, open_until(now, openings_own), extended_pace)
    if wait is None or wait > (latest - now) * policy.asap_stop_share:
        return None
    opened = max(start for start, _ in joined((*openings_own, *openings_extended)) if start <= now)
    return Window(max(_quarter(now), opened), end)


def _quarter(at: datetime) -> datetime:
    """The quarter of an hour that has begun: "between ten and a quarter past eleven" can be remembered."""
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)


def _open_wait(now: datetime, minutes: int, own_closes: datetime | None, pace: float) -> timedelta | None:
    wait = timedelta(minutes=minutes)
    if own_closes is None or now + wait <= own_closes:
        return wait
    if pace < LEAST_PACE:
        return None
    before = own_closes - now
    return before + (wait - before) / pace


def slots(now: datetime, policy: CallbackPolicy, openings: Sequence[Opening], zone: tzinfo = UTC) -> tuple[Window, ...]:
    """Slots from each opening's start, over as many open days as the policy says that still have one to offer.

    A slot that begins within the lead is left out: choosing, hearing the number read back and confirming it takes
    a caller minutes, and a slot that began meanwhile would have to be taken back after she had chosen it.
    """
    offered: list[Window] = []
    days: set[date] = set()
    for window in _cut(policy, openings):
        if window.start < now + LEAD:
            continue
        days.add(window.start.astimezone(zone).date())
        if len(days) > policy.open_days:
            break
        offered.append(window)
    return tuple(offered)


def _cut(policy: CallbackPolicy, openings: Sequence[Opening]) -> Iterator[Window]:
    step = timedelta(minutes=policy.slot_minutes)
    for opens, closes in sorted(openings):
        start = opens
        while closes - start >= step + LEAST_SLOT:
            yield Window(start, start + step)
            start += step
        if closes - start >= LEAD:
            yield Window(start, closes)


def capacity(window: Window, planned_agent_minutes: float, forecast_live_minutes: float, policy: CallbackPolicy) -> int:
    """How many promises the window holds. The floor keeps a busy department from having no windows at all."""
    if (window.end - window.start) / timedelta(minutes=1) < policy.handling_minutes:
        return 0
    spare = policy.capacity_share * (planned_agent_minutes - forecast_live_minutes)
    least = policy.capacity_floor * planned_agent_minutes
    return floor(max(spare, least) / policy.handling_minutes + 1e-9)  # 0.8 is not exact in binary


def planned_minutes(staffing: Sequence[Staffing], language: str, window: Window, zone: tzinfo) -> float:
    """Agent minutes planned inside the window for one language. Plans are local: an hour that a clock change
    takes away is not staffed, one that it adds is."""
    plans = [s for s in staffing if s.language == language]
    days = _local_days(window, zone)
    return sum(
        agents * _overlap(window, _at(day, interval.start, zone), _at(day, interval.end, zone))
        for plan in plans
        for day in days
        for interval, agents in plan.week[day.weekday()]
    )


def _local_days(window: Window, zone: tzinfo) -> tuple[date, ...]:
    first, last = window.start.astimezone(zone).date(), window.end.astimezone(zone).date()
    return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


@lru_cache(maxsize=4096)
def _at(day: date, minute: int, zone: tzinfo) -> datetime:
    """1440 is the midnight that ends the day."""
    return (datetime.combine(day, time(0), tzinfo=zone) + timedelta(minutes=minute)).astimezone(UTC)


def _overlap(window: Window, start: datetime, end: datetime) -> float:
    return max(timedelta(0), min(window.end, end) - max(window.start, start)) / timedelta(minutes=1)
