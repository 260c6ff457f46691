"""A week as it is drawn and read: each day's stretches in words, and as parts of the day's length. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from console.rules.words import day_words
from console.words import PageWords
from routing_rules.model import Ruleset
from routing_rules.trying.week import Day, State, Stretch

USUAL_HOURS = 24


@dataclass(frozen=True)
class Piece:
    state: State
    words: str  # "8.00–15.00"
    left: float  # per cent of the day
    width: float


@dataclass(frozen=True)
class Bar:
    day: str
    weekday: str
    remarks: tuple[str, ...]  # holiday, exceptional day, change of the clocks
    pieces: tuple[Piece, ...]


def bars(rules: Ruleset, t: PageWords, days: tuple[Day, ...]) -> Iterator[Bar]:
    zone = ZoneInfo(rules.time_zone)
    names = {department.id: department.name[t.language] for department in rules.departments}
    for day in days:
        pieces = tuple(_piece(stretch, day, t, zone) for stretch in day.stretches)
        yield Bar(day_words(t, day.date), t(f"weekday.{day.date.weekday()}"), tuple(_remarks(day, t, names)), pieces)


def _remarks(day: Day, t: PageWords, names: dict[str, str]) -> Iterator[str]:
    if day.holiday is not None:
        yield t(f"holiday.{day.holiday}")
    if day.exceptional:
        yield t("rules.week.exception", desks=", ".join(names[one] for one in day.exceptional))
    if day.hours != USUAL_HOURS:
        yield t("rules.week.clocks")


def _piece(stretch: Stretch, day: Day, t: PageWords, zone: ZoneInfo) -> Piece:
    began, whole = day.stretches[0].start, timedelta(hours=day.hours)
    left, width = (100 * part / whole for part in (stretch.start - began, stretch.end - stretch.start))
    return Piece(stretch.state, _span(stretch, day, t, zone), round(left, 3), round(width, 3))


def _span(stretch: Stretch, day: Day, t: PageWords, zone: ZoneInfo) -> str:
    if len(day.stretches) == 1:
        return t("rules.week.all_day")
    start, end = stretch.start.astimezone(zone), stretch.end.astimezone(zone)
    sign = t("time.separator")
    last = "24" if end.date() != start.date() and (end.hour, end.minute) == (0, 0) else str(end.hour)
    return t("rules.week.span", start=f"{start.hour}{sign}{start.minute:02d}", end=f"{last}{sign}{end.minute:02d}")
