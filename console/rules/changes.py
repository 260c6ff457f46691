"""What differs between two versions, one line for each place, in the page's words. Nothing is decided here."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from console.words import PageWords
from routing_rules.model import Ruleset
from routing_rules.versions.merge import ORDER
from routing_rules.versions.model import ABSENT, Change

DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
EVERY_YEAR = re.compile(r"(\d{2})-(\d{2})")
Called = Mapping[str, Mapping[str, str]]  # kind -> id -> name
KINDS = {"topics": "topic", "departments": "department", "rules": "rule", "duties": "duty"}


@dataclass(frozen=True)
class Line:
    """``what``: where it is. ``said``: what happens there, in one sentence."""

    what: str
    said: str


def change_lines(t: PageWords, changes: Iterable[Change], versions: tuple[Ruleset, ...]) -> list[Line]:
    """``versions``: those that know what ids are called."""
    called = _called(t.language, versions)
    return [_line(t, change, called) for change in changes]


def _line(t: PageWords, change: Change, called: Called) -> Line:
    values = dict(change.values)
    kind, field = values.get("kind", ""), values.get("field", "")
    element = values.get("id", "")
    name = values.get(f"name_{t.language}") or called.get(kind, {}).get(element, element)
    what = f"{t(f'rules.kind.{kind}')}: {name}" if name else t(f"rules.kind.{kind}")
    closed = t("rules.closed") if field.startswith("hours.") else "–"
    before, after = (_readable(t, values.get(side, ""), _named_by(field, called)) for side in ("before", "after"))
    shown = {"field": field_words(t, field), "before": before or closed, "after": after or closed}
    return Line(what, t(f"rules.change.line.{change.code}", **shown))


def _called(language: str, versions: Iterable[Ruleset]) -> Called:
    called: dict[str, dict[str, str]] = {"topic": {}, "department": {}, "rule": {}, "duty": {}}
    for rules in versions:
        called["topic"] |= {one.id: one.name[language] for one in rules.topics}
        called["department"] |= {one.id: one.name[language] for one in rules.departments}
        called["rule"] |= {one.id: one.name[language] for one in rules.rules}
        called["duty"] |= {one.id: one.spoken[language] for one in rules.duties}
    return called


def _named_by(field: str, called: Called) -> Mapping[str, str]:
    """What a field's ids are called: a topic, a department and a duty may have one id."""
    last = field.rpartition(".")[2]
    kinds = {"parent": "topic", "topic": "topic", "topics": "topic", "general_topic": "topic", "duty": "duty"}
    kinds |= {"department": "department", "desk": "department", "extended_desk": "department"}
    return called.get(kinds.get(last, ""), {})


def _readable(t: PageWords, value: str, called: Mapping[str, str]) -> str:
    """Ids by their names, hours as the page writes them."""
    if called and value:
        return ", ".join(called.get(one, one) for one in value.split(", "))
    if value in ("true", "false"):
        return t("rules.yes" if value == "true" else "rules.no")
    hours = re.sub(r"\b0?(\d{1,2}):(\d{2})-0?(\d{1,2}):(\d{2})\b", _interval(t), value)
    return DAY.sub(lambda found: _day(t, found.group()), hours)


def _day(t: PageWords, written: str) -> str:
    """``2026-12-24`` as a day; what is none stands as it is."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    weekday = t(f"weekday.{day.weekday()}")
    return t("rules.day", weekday=weekday, day=day.day, month=day.month, year=day.year)


def _interval(t: PageWords) -> str:
    dot = t("time.separator")
    return rf"\1{dot}\2–\3{dot}\4"


def field_words(t: PageWords, path: str) -> str:
    """``hours.week.monday`` as *Opening hours, mon*; what no label knows stands as it is written."""
    plain = re.sub(r"\[([^\]]*)\]", r".\1", path)
    steps = plain.split(".")
    for length in range(len(steps), 0, -1):
        label = t.words.get(f"rules.field.{'.'.join(steps[:length])}")
        if label is not None:
            return ", ".join([label, *(_step(t, step) for step in steps[length:])])
    return plain


def _step(t: PageWords, step: str) -> str:
    every = EVERY_YEAR.fullmatch(step)
    if every is not None:
        return f"{int(every.group(2))}.{int(every.group(1))}. ({t('rules.part.every')})"
    return t.words.get(f"rules.part.{step}") or DAY.sub(lambda found: _day(t, found.group()), step)


def place_words(t: PageWords, place: str, versions: tuple[Ruleset, ...]) -> str:
    """``departments.housing.hours.week.monday`` in words."""
    part, _, rest = place.partition(".")
    called, label = _called(t.language, versions).get(KINDS.get(part, ""), {}), t.words.get(f"rules.parts.{part}")
    if label is None:
        return field_words(t, place)
    if rest == ORDER:
        return f"{label}: {t('rules.order')}"
    ids = [one for one in called if f"{rest}.".startswith(f"{one}.")]
    element = max(ids, key=len, default=rest.partition(".")[0])
    field = rest.removeprefix(element).lstrip(".")
    name = called.get(element, element)
    return f"{label}: {name}" + (f", {field_words(t, field)}" if field else "")


def shown_value(t: PageWords, value: str) -> str:
    """Days and hours in it as the page writes them."""
    return _readable(t, value, {})


def value_words(t: PageWords, value: object) -> str:
    """A side of a conflict, to be read; nothing there is said, too."""
    if value is None or value == ABSENT or value in ([], {}, ""):
        return t("rules.nothing")
    if isinstance(value, Mapping):
        return "; ".join(f"{_label(t, str(key))}: {value_words(t, held)}" for key, held in value.items() if held)
    if isinstance(value, list | tuple):
        return ", ".join(value_words(t, one) for one in value)
    if isinstance(value, bool):
        return t("rules.yes" if value else "rules.no")
    return _readable(t, str(value), {})


def _label(t: PageWords, key: str) -> str:
    return t.words.get(f"rules.part.{key}") or t.words.get(f"rules.field.{key}") or key
