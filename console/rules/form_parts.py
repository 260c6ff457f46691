"""Each kind of field of a rules form: what a form posts, read as the document's value. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.rules.fields import ENDS, MOST_ROWS, Field, Kind
from console.rules.times import DAYS, Fault, day_read, hours_read, plan_read
from routing_rules.holidays import NAMES
from routing_rules.model import LANGUAGES

Flat = Mapping[str, Sequence[str]]
Faults = dict[str, str]
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
AREA = re.compile(r"\+[1-9][0-9]{0,7}")
COUNTRY = re.compile(r"[A-Z]{2}")
CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
LONGEST_TOLD = 400


@dataclass(frozen=True)
class Known:
    """What a document speaks of: ids that a field may name."""

    topics: tuple[str, ...]
    departments: tuple[str, ...]
    duties: tuple[str, ...]


def first(form: Flat, name: str) -> str:
    values = form.get(name) or [""]
    return " ".join(values[0].split())


def line(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    written = first(form, one.path)
    if not written and one.required:
        raise Fault("empty")
    return written or None


def words(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    """None where it may be left out, and is in every language."""
    said = {code: first(form, f"{one.path}.{code}") for code in LANGUAGES}
    if not one.required and not any(said.values()):
        return None
    for code, text in said.items():
        if not text:
            faults[f"{one.path}.{code}"] = "empty"
        elif one.kind == "told" and len(text) > LONGEST_TOLD:
            faults[f"{one.path}.{code}"] = "long"
    return said


def telephone(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    written = line(one, form, known, faults)
    return None if written is None else _number(str(written))


def _number(written: str) -> str:
    """As dialled abroad; ``017 555 0110`` is a number of this country."""
    digits = re.sub(r"[\s()./-]", "", written)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif digits.startswith("0"):
        digits = "+358" + digits[1:]
    if not NUMBER.fullmatch(digits) or digits.startswith("+3580"):
        raise Fault("number")
    return digits


def _lines(one: Field, form: Flat) -> list[str]:
    values = form.get(one.path) or [""]
    return [" ".join(part.split()) for part in re.split(r"[\n,;]", values[0]) if part.strip()]


def telephones(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    numbers = [_number(part) for part in _lines(one, form)]
    if not numbers:
        raise Fault("empty")
    if len(numbers) > 5:
        raise Fault("many")
    return numbers


def _each(pattern: re.Pattern[str], code: str) -> Callable[[Field, Flat, Known, Faults], object]:
    def read(one: Field, form: Flat, known: Known, faults: Faults) -> object:
        written = [re.sub(r"\s", "", part) for part in _lines(one, form)]
        if not all(pattern.fullmatch(part) for part in written):
            raise Fault(code)
        if one.required and not written:
            raise Fault("empty")
        return written or None

    return read


def _chosen(allowed: Callable[[Known], tuple[str, ...]]) -> Callable[[Field, Flat, Known, Faults], object]:
    def read(one: Field, form: Flat, known: Known, faults: Faults) -> object:
        written = line(one, form, known, faults)
        if written is not None and written not in allowed(known):
            raise Fault("unknown")
        return written

    return read


def _several(allowed: Callable[[Known], tuple[str, ...]]) -> Callable[[Field, Flat, Known, Faults], object]:
    def read(one: Field, form: Flat, known: Known, faults: Faults) -> object:
        written = list(dict.fromkeys(form.get(one.path) or []))
        if not set(written) <= set(allowed(known)):
            raise Fault("unknown")
        if one.required and not written:
            raise Fault("none")
        return written or None

    return read


def departments(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    if first(form, f"{one.path}.everybody"):
        return None
    return _several(lambda k: k.departments)(one, form, known, faults) or []


def one_of(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    written = first(form, one.path)
    if written not in one.choices:
        raise Fault("unknown")
    return written or None


def tick(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    return first(form, one.path) == "yes"


def count(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    written = line(one, form, known, faults)
    if written is None:
        return None
    if not re.fullmatch(r"\d{1,8}", str(written)) or not one.least <= int(str(written)) <= one.most:
        raise Fault("whole")
    return int(str(written))


def decimal(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    written = str(line(one, form, known, faults) or "").replace(",", ".")
    if not re.fullmatch(r"\d{1,4}(\.\d{1,2})?", written) or not 0 < float(written) <= one.most:
        raise Fault("whole")
    return float(written)


def percent(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    whole = count(one, form, known, faults)
    return None if whole is None else int(str(whole)) / 100


def week(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    """A rule's week that says nothing holds always; a department's is closed all week."""
    read: dict[str, object] = {}
    for day in DAYS:
        name = f"{one.path}.{day}"
        try:
            read[day] = hours_read(first(form, name))
        except Fault as fault:
            faults[name] = fault.code
    return None if one.path.startswith("when.") and not any(read.values()) else read


def plan(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    staffed: dict[str, dict[str, object]] = {}
    for code in LANGUAGES:
        for day in DAYS:
            name = f"{one.path}.{code}.{day}"
            try:
                planned = plan_read(first(form, name))
            except Fault as fault:
                faults[name] = fault.code
                continue
            if planned:
                staffed.setdefault(code, {})[day] = planned
    return staffed


def days(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    rows = first(form, f"{one.path}.rows")
    if not rows.isdecimal() or len(rows) > 3 or int(rows) > MOST_ROWS:
        raise Fault("many")
    read = [_day(f"{one.path}.{n}", form, faults) for n in range(int(rows))]
    return [row for row in read if row is not None]


def _day(name: str, form: Flat, faults: Faults) -> dict[str, object] | None:
    """None: the row is empty, or to be taken out."""
    start, end, hours = (first(form, f"{name}.{part}") for part in ("from", "to", "hours"))
    if first(form, f"{name}.out") or not (start or end or hours):
        return None
    try:
        opened = hours_read(hours)
    except Fault as fault:
        faults[f"{name}.hours"] = fault.code
        return None
    try:
        begins = day_read(start)
        ends = day_read(end) if end and end != start else None
    except Fault as fault:
        faults[f"{name}.from"] = fault.code
        return None
    if first(form, f"{name}.every"):
        if ends is not None:
            faults[f"{name}.to"] = "every"
        return {"every": f"{begins:%m-%d}", "hours": opened}
    if ends is not None and ends < begins:
        faults[f"{name}.to"] = "order"
    return {"day": str(begins), "hours": opened} if ends is None else _range(str(begins), str(ends), opened)


def _range(begins: str, ends: str, opened: list[str]) -> dict[str, object]:
    return {"from": begins, "to": ends, "hours": opened}


def holidays(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    read: dict[str, list[str]] = {}
    for name in NAMES:
        at = f"{one.path}.{name}"
        how = first(form, f"{at}.how")
        if how == "closed":
            read[name] = []
        elif how == "open":
            try:
                read[name] = hours_read(first(form, f"{at}.hours"))
            except Fault as fault:
                faults[f"{at}.hours"] = fault.code
            if not read.get(name) and f"{at}.hours" not in faults:
                faults[f"{at}.hours"] = "empty"
    return read


def day(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    written = line(one, form, known, faults)
    return None if written is None else str(day_read(str(written)))


def moment(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    try:
        return datetime.fromisoformat(first(form, one.path)).strftime("%Y-%m-%d %H:%M")
    except ValueError:
        raise Fault("moment") from None


def at(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    weekday, written, clock = (first(form, f"{one.path}.{part}") for part in ("weekday", "date", "clock"))
    if weekday not in ("", *DAYS):
        raise Fault("date")
    found = CLOCK.fullmatch(clock)
    if found is None:
        raise Fault("clock")
    return f"{weekday or day_read(written)} {int(found.group(1)):02}:{found.group(2)}"


def outcomes(one: Field, form: Flat, known: Known, faults: Faults) -> object:
    read: dict[str, dict[str, int]] = {}
    for end in ENDS:
        for name, most in (("attempts", 10), ("spacing_minutes", 1440)):
            path = f"{one.path}.{end}.{name}"
            try:
                value = count(Field(path, "count", least=1, most=most), form, known, faults)
            except Fault as fault:
                faults[path] = fault.code
                continue
            if value is not None:
                read.setdefault(end, {})[name] = int(str(value))
    return read


READERS: Mapping[Kind, Callable[[Field, Flat, Known, Faults], object]] = {
    "line": line, "words": words, "told": words, "telephone": telephone, "telephones": telephones,
    "areas": _each(AREA, "area"), "countries": _each(COUNTRY, "country"),
    "topic": _chosen(lambda k: k.topics), "top_topic": _chosen(lambda k: k.topics),
    "department": _chosen(lambda k: k.departments), "duty": _chosen(lambda k: k.duties),
    "desk": _chosen(lambda k: (*k.departments, *k.duties)), "topics": _several(lambda k: k.topics),
    "departments": departments, "languages": _several(lambda k: LANGUAGES), "one": one_of, "tick": tick,
    "count": count, "decimal": decimal, "percent": percent, "week": week, "plan": plan, "days": days,
    "holidays": holidays, "date": day, "moment": moment, "at": at, "outcomes": outcomes,
}  # fmt: skip
