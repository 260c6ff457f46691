"""This machine, its stores and its rules judged. Pure: the moment is an argument."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from ivr.doctor.model import Finding, NoAnswer, Record, RedisSays, ask, fault, fine, warn
from routing_rules import holidays
from routing_rules.model import Department, Interval, Ruleset
from routing_rules.opening_hours import intervals_on

SMALL_DRIFT, LARGE_DRIFT = 5.0, 60.0  # seconds; the Date header itself is whole seconds
BEAT_SECONDS = 60.0  # the clock process notes a sign of life every 15 s
HOLIDAYS_AHEAD = 3


def clock(drift: float | None) -> Finding:
    """``drift``: seconds by which this machine is ahead of the provider."""
    if drift is None:
        return ask("clock.unknown")
    seconds = ("seconds", f"{drift:+.0f}")
    if abs(drift) > LARGE_DRIFT:
        return fault("clock.wrong", seconds)
    return warn("clock.drifts", seconds) if abs(drift) > SMALL_DRIFT else fine("clock.right", seconds)


def zone(name: str, known: bool) -> Finding:
    return fine("clock.zone", ("zone", name)) if known else fault("clock.no_zone", ("zone", name))


def record(found: Record | NoAnswer, now_machine: float) -> Iterator[Finding]:
    if isinstance(found, NoAnswer):
        yield fault("sql.silent", ("why", found.why))
        return
    yield fine("sql.works")
    if found.revision != found.head:
        yield fault("sql.schema", ("found", found.revision or "-"), ("wanted", found.head))
    if found.beat is None:
        yield fault("clock_process.never")
    elif now_machine - found.beat > BEAT_SECONDS:
        yield fault("clock_process.silent", ("seconds", f"{now_machine - found.beat:.0f}"))
    else:
        yield fine("clock_process.beats")


def redis(found: RedisSays | NoAnswer) -> Iterator[Finding]:
    if isinstance(found, NoAnswer):
        yield fault("redis.silent", ("why", found.why))
        return
    yield fine("redis.answers")
    if not found.append_only and not found.policy:
        yield ask("redis.unreadable")
    if found.append_only == "no":
        yield warn("redis.not_durable")
    if found.policy not in ("", "noeviction"):
        yield warn("redis.evicts", ("policy", found.policy))
    yield fine("workers.alive", ("count", found.workers)) if found.workers else fault("workers.none")


def disk(free_mb: int, least_mb: int, path: str) -> Finding:
    values = (("free", free_mb), ("least", least_mb), ("path", path))
    if free_mb < least_mb:
        return fault("disk.full", *values)
    return warn("disk.filling", *values) if free_mb < 2 * least_mb else fine("disk.free", *values)


def rules(found: Ruleset | None | NoAnswer, ours: Collection[str]) -> Iterator[Finding]:
    """``NoAnswer``: the published document cannot be read by this release. ``ours``: what leads here."""
    if isinstance(found, NoAnswer):
        yield fault("ruleset.invalid", ("why", found.why))
        return
    if found is None:
        yield fault("ruleset.none")
        return
    yield fine("ruleset.published", ("version", found.version))
    desks = [d.id for d in found.departments if {d.number, d.fallback_number} & {*ours}]
    duties = [d.id for d in found.duties if {*d.numbers} & {*ours}]
    if desks or duties:
        yield fault("ruleset.circling", ("desks", ", ".join([*desks, *duties])))


def kept_fallback(text: str | None, current: str) -> Finding:
    """The copy in DATA_DIR, from which the hosted one is made."""
    return fine("fallback.kept") if text == current else fault("fallback.not_kept")


def next_holidays(found: Ruleset, today: date) -> Iterator[Finding]:
    """What the desks do on the next named holidays; a warning where a desk keeps its ordinary hours on one."""
    for day, name in islice(_coming(today), HOLIDAYS_AHEAD):
        hours = {desk.id: _hours(intervals_on(desk.hours, day)) for desk in found.departments}
        told = "; ".join(f"{desk} {open_then}" for desk, open_then in hours.items() if open_then)
        closed = sum(not open_then for open_then in hours.values())
        values = (("day", day.isoformat()), ("name", name), ("desks", told or "-"), ("closed", closed))
        ordinary = [d.id for d in found.departments if _by_the_week(d, day, name)]
        yield (
            warn("holidays.ordinary", *values, ("ordinary", ", ".join(ordinary)))
            if ordinary
            else fine("holidays.next", *values)
        )


def _coming(today: date) -> Iterator[tuple[date, str]]:
    days = (today + timedelta(days=n) for n in range(366))
    return ((day, name) for day in days if (name := holidays.holiday_on(day)) is not None)


def _by_the_week(desk: Department, day: date, name: str) -> bool:
    """Open that day, though nobody has said what the desk does on this holiday."""
    said = name in desk.hours.holidays or any(e.day == day for e in desk.hours.exceptional)
    return not said and bool(intervals_on(desk.hours, day))


def _hours(intervals: Sequence[Interval]) -> str:
    """Empty: closed all day."""
    return " and ".join(f"{_time(i.start)}-{_time(i.end)}" for i in intervals)


def _time(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
