"""Clock times, days and windows in spoken words. Pure: local times come in, the vocabulary lends the words.

Minutes are minutes since local midnight, 0..1440; 1440 is the midnight that ends the day.
"""

from datetime import date, datetime, timedelta, tzinfo

from ivr.speech.numerals import in_words
from ivr.speech.vocabulary import Clock, Numerals, Vocabulary
from ivr.turn import MomentSpoken, WindowSpoken

MIDNIGHT = 1440


def moment(value: MomentSpoken, words: Vocabulary, zone: tzinfo) -> str:
    local, now = value.at.astimezone(zone), value.now.astimezone(zone)
    day = _day(local.date(), now, local < now, words)
    return words.days.moment.format(day=day, time=at(_minutes(local), words))


def lasting(until: datetime, now: datetime, words: Vocabulary, zone: tzinfo) -> str:
    """In words that stay true until it comes: nobody hears of a tomorrow that is today by then."""
    local, today = until.astimezone(zone), now.astimezone(zone).date()
    if _minutes_from(today, local) <= MIDNIGHT:
        return at(_minutes_from(today, local), words)
    day = _named_day(local.date(), (local.date() - today).days, words.days.coming, words)
    return words.days.moment.format(day=day, time=at(_minutes(local), words))


def window(value: WindowSpoken, words: Vocabulary, zone: tzinfo) -> str:
    """A window that ends at midnight still belongs to its own day; one over midnight tells both days."""
    start, end = value.start.astimezone(zone), value.end.astimezone(zone)
    now = value.now.astimezone(zone)
    end_minutes = _minutes_from(start.date(), end)
    if end_minutes > MIDNIGHT:
        first, last = (moment(MomentSpoken(at, value.now), words, zone) for at in (value.start, value.end))
        return words.clock.across_days.format(start=first, end=last)
    day = _day(start.date(), now, False, words)
    return words.days.moment.format(day=day, time=between(_minutes(start), end_minutes, words))


def at(minutes: int, words: Vocabulary) -> str:
    time, part = _time(minutes, words.clock, words.numbers.cardinal)
    return words.clock.at.format(time=_with_part(time, part))


def between(start: int, end: int, words: Vocabulary) -> str:
    """The part of the day is told once when both ends share it."""
    first, first_part = _time(start, words.clock, words.numbers.between)
    last, last_part = _time(end, words.clock, words.numbers.between)
    shared = first_part == last_part
    return words.clock.between.format(
        start=first if shared else _with_part(first, first_part), end=_with_part(last, last_part)
    )


def _time(minutes: int, clock: Clock, numerals: Numerals) -> tuple[str, str]:
    """The time and the part of the day it stands in ("" where the language has none)."""
    hour, minute = divmod(minutes, 60)
    if minute == 0 and str(hour) in clock.named:
        return clock.named[str(hour)], ""
    part = next((part.words for part in clock.parts if hour < part.until), "")
    told = (hour % 12 or 12) if clock.parts else hour
    hour_words = in_words(told, numerals)
    if minute == 0:
        return clock.on_the_hour.format(hour=hour_words), part
    pattern = clock.just_past if minute < 10 else clock.past
    return pattern.format(hour=hour_words, minute=in_words(minute, numerals)), part


def _with_part(time: str, part: str) -> str:
    return f"{time} {part}" if part else time


def _day(day: date, now: datetime, gone: bool, words: Vocabulary) -> str:
    """Today, tomorrow, a weekday up to six days away, a date beyond; the same backwards."""
    distance = (day - now.date()).days
    named = {0: words.days.today, 1: words.days.tomorrow, -1: words.days.yesterday}
    if distance in named:
        return named[distance]
    return _named_day(day, distance, words.days.past if gone else words.days.coming, words)


def _named_day(day: date, distance: int, weekdays: tuple[str, ...], words: Vocabulary) -> str:
    if abs(distance) <= 6:
        return weekdays[day.weekday()]
    return words.days.date.format(
        weekday=words.days.dated[day.weekday()],
        day=in_words(day.day, words.numbers.ordinal),
        month=words.days.months[day.month - 1],
    )


def _minutes(local: datetime) -> int:
    return local.hour * 60 + local.minute


def _minutes_from(first: date, local: datetime) -> int:
    return (local.date() - first) // timedelta(days=1) * MIDNIGHT + _minutes(local)
