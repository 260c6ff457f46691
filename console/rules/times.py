"""Hours, plans and days as a supervisor writes them in a field, and as the document holds them. Pure.

She may write ``8-15.30`` or ``8.00–15.30, 17–18``; the document holds ``08:00-15:30``. ``Fault`` is raised with a code
that the page has words for.
"""

import re
from collections.abc import Mapping
from datetime import date

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SEPARATOR = {"fi": ".", "sv": ".", "en": ":"}
LEAP_YEAR = 2028  # a 29th of February is shown in a year that has one
MINUTES_A_DAY = 1440
_INTERVAL = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[.:](\d{2}))?")
_WRITTEN = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?")


class Fault(Exception):
    """What is wrong with a field, as a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def days_in(key: str) -> tuple[str, ...]:
    """``monday-friday`` as its days; a key that names none holds for none."""
    first, _, last = key.partition("-")
    if first not in DAYS or (last or first) not in DAYS:
        return ()
    return DAYS[DAYS.index(first) : DAYS.index(last or first) + 1]


def by_day(week: object) -> dict[str, object]:
    """Each day by itself, however the document groups them."""
    if not isinstance(week, Mapping):
        return {}
    return {day: held for key, held in week.items() for day in days_in(str(key))}


def hours_shown(written: object, language: str) -> str:
    """``["08:00-15:30"]`` as ``8.00–15.30``; nothing where the day is closed."""
    parts = written if isinstance(written, list | tuple) else ()
    return ", ".join(_interval_shown(str(part), language) for part in parts)


def _interval_shown(written: str, language: str) -> str:
    found = _WRITTEN.fullmatch(written)
    if found is None:
        return written
    start, start_minute, end, end_minute = found.groups()
    dot = SEPARATOR.get(language, ".")
    return f"{int(start)}{dot}{start_minute or '00'}–{int(end)}{dot}{end_minute or '00'}"


def hours_read(text: str) -> list[str]:
    """Raises Fault: ``interval`` it is none, ``order`` it ends before it begins, ``overlap`` two of them meet."""
    read = sorted(_minutes(part) for part in _parts(text))
    for (_, end), (start, _) in zip(read, read[1:], strict=False):
        if start < end:
            raise Fault("overlap")
    return [f"{_clock(start)}-{_clock(end)}" for start, end in read]


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,;\n]", text) if part.strip()]


def _minutes(part: str) -> tuple[int, int]:
    found = _INTERVAL.fullmatch(part.strip())
    if found is None:
        raise Fault("interval")
    hour, minute, end_hour, end_minute = (int(number or 0) for number in found.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if max(minute, end_minute) > 59 or end > MINUTES_A_DAY:
        raise Fault("interval")
    if end <= start:
        raise Fault("order")
    return start, end


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def plan_shown(written: object, language: str) -> str:
    """``{"08:00-09:00": 3}`` as ``8.00–9.00: 3``."""
    if not isinstance(written, Mapping):
        return ""
    return ", ".join(f"{_interval_shown(str(when), language)}: {agents}" for when, agents in written.items())


def plan_read(text: str) -> dict[str, int]:
    """Raises Fault: ``plan`` where hours and people do not stand together, else as ``hours_read``."""
    planned: dict[str, int] = {}
    for part in _parts(text):
        when, _, agents = part.rpartition(":")
        if not when or not re.fullmatch(r"\s*\d{1,4}\s*", agents) or int(agents) > 1000:
            raise Fault("plan")
        planned[hours_read(when)[0]] = int(agents)
    hours_read(",".join(planned))
    return dict(sorted(planned.items()))


def day_read(text: str) -> date:
    """Raises Fault."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Fault("date") from None


def every_shown(written: str, year: int) -> str:
    """``12-24`` as a date of the year, as a browser's field wants it."""
    for candidate in (year, LEAP_YEAR):
        try:
            return date.fromisoformat(f"{candidate}-{written}").isoformat()
        except ValueError:
            continue
    return ""
