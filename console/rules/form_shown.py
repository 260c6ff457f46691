"""Each kind of field of a rules form: its value in the document as what a form shows. Pure."""

from collections.abc import Callable, Mapping

from console.rules.fields import ENDS, Field, Kind
from console.rules.times import DAYS, by_day, every_shown, hours_shown, plan_shown
from routing_rules.holidays import NAMES
from routing_rules.model import LANGUAGES

SPARE_ROWS = 2  # empty ones below the days that are written
Shown = dict[str, list[str]]


def flat(one: Field, value: object, language: str, year: int) -> Shown:
    """``year``: in which a day of every year is shown, as a browser's field wants it."""
    if one.kind == "days":
        return _days(one.path, value, language, year)
    shower = SHOWERS.get(one.kind, _line)
    return shower(one.path, value, language)


def _line(path: str, value: object, language: str) -> Shown:
    return {path: [_text(value)]}


def _words(path: str, value: object, language: str) -> Shown:
    return {f"{path}.{code}": [_text(_in(value, code))] for code in LANGUAGES}


def _lines(path: str, value: object, language: str) -> Shown:
    return {path: ["\n".join(_texts(value))]}


def _several(path: str, value: object, language: str) -> Shown:
    return {path: _texts(value)}


def _desks(path: str, value: object, language: str) -> Shown:
    return {path: _texts(value), f"{path}.everybody": ["yes"] if value is None else []}


def _tick(path: str, value: object, language: str) -> Shown:
    return {path: ["yes"] if value else []}


def _percent(path: str, value: object, language: str) -> Shown:
    share = value if isinstance(value, int | float) and 0 <= value <= 1 else None
    return {path: [_text(value) if share is None else f"{round(share * 100)}"]}


def _week(path: str, value: object, language: str) -> Shown:
    days = by_day(value)
    return {f"{path}.{day}": [hours_shown(days.get(day), language)] for day in DAYS}


def _moment(path: str, value: object, language: str) -> Shown:
    return {path: [_text(value).replace(" ", "T")]}


def _outcomes(path: str, value: object, language: str) -> Shown:
    names = [(end, name) for end in ENDS for name in ("attempts", "spacing_minutes")]
    return {f"{path}.{end}.{name}": [_text(_in(_in(value, end), name))] for end, name in names}


def _in(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, Mapping) else None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list | tuple) else []


def _plan(path: str, value: object, language: str) -> Shown:
    plans = {code: by_day(_in(value, code)) for code in LANGUAGES}
    return {f"{path}.{c}.{day}": [plan_shown(plans[c].get(day), language)] for c in LANGUAGES for day in DAYS}


def _days(path: str, value: object, language: str, year: int) -> Shown:
    rows = value if isinstance(value, list | tuple) else []
    shown = {f"{path}.rows": [str(len(rows) + SPARE_ROWS)]}
    for n, row in enumerate(rows):
        every = _in(row, "every")
        day = every_shown(str(every), year) if every else _text(_in(row, "day") or _in(row, "from"))
        shown[f"{path}.{n}.from"] = [day]
        shown[f"{path}.{n}.to"] = [_text(_in(row, "to"))]
        shown[f"{path}.{n}.hours"] = [hours_shown(_in(row, "hours"), language)]
        shown[f"{path}.{n}.every"] = ["yes"] if every else []
    return shown


def _holidays(path: str, value: object, language: str) -> Shown:
    shown: Shown = {}
    for name in NAMES:
        hours = _in(value, name)
        shown[f"{path}.{name}.how"] = ["usual" if hours is None else "open" if hours else "closed"]
        shown[f"{path}.{name}.hours"] = [hours_shown(hours, language)]
    return shown


def _at(path: str, value: object, language: str) -> Shown:
    day, _, clock = _text(value).partition(" ")
    weekday = day if day in DAYS else ""
    return {f"{path}.weekday": [weekday], f"{path}.date": ["" if weekday else day], f"{path}.clock": [clock]}


SHOWERS: Mapping[Kind, Callable[[str, object, str], Shown]] = {
    "words": _words, "told": _words, "telephones": _lines, "areas": _lines, "countries": _lines, "topics": _several,
    "languages": _several, "departments": _desks, "tick": _tick, "percent": _percent, "week": _week, "plan": _plan,
    "holidays": _holidays, "moment": _moment, "at": _at, "outcomes": _outcomes,
}  # fmt: skip
