"""The log of deeds as a page and as a table file: who did what to what, in words. Nothing is changed here."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import Response, render_template, request

from adapters.digits import whole
from console import audit_store, guard
from console.audit_store import Deed, Filter
from console.rendering import page_language, wording
from console.wording import Wording
from console.words import PageWords

if TYPE_CHECKING:
    from bootstrap import Services

PAGE = 50
MOST_IN_A_FILE = 10_000
# what a spreadsheet would begin to calculate with, in full width too
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Told:
    """One deed in the page's words."""

    id: int
    at: datetime
    who: str
    deed: str
    subject: str
    department: str
    detail: str


def show(services: "Services") -> str:
    wanted = _filter(services)
    found, names = _read(services, wanted, PAGE + 1)
    person = guard.person()
    with services.database.read() as connection:
        to_choose = audit_store.names(connection, person.agent_id, person.scope)
    words = wording(services)
    return render_template(
        "console/audit.html",
        told=[_told(services, one, names, words) for one in found[:PAGE]],
        names=to_choose,
        deeds=_deed_words(words.t),
        older=found[PAGE - 1].id if len(found) > PAGE else None,
        chosen={key: request.args.get(key, "") for key in ("person", "deed", "day")},
        later=wanted.before is not None,
    )


def as_csv(services: "Services") -> Response:
    found, names = _read(services, _filter(services), MOST_IN_A_FILE)
    words = wording(services)
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(words.t(f"audit.{name}") for name in ("at", "who", "deed", "subject", "department", "detail"))
    for one in found:
        told = _told(services, one, names, words)
        at = told.at.astimezone(words.zone).strftime("%Y-%m-%d %H:%M:%S")
        row = (at, told.who, told.deed, told.subject, told.department, told.detail)
        writer.writerow(harmless(cell) for cell in row)
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
    return answer


def harmless(cell: str) -> str:
    """A spreadsheet must show it, not calculate it: reasons are written by people, and opened by administrators."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _read(services: "Services", wanted: Filter, most: int) -> tuple[list[Deed], dict[str, str]]:
    person = guard.person()
    with services.database.read() as connection:
        names = audit_store.names(connection, person.agent_id, None)  # a deed within scope may name anybody
        return audit_store.deeds(connection, person.agent_id, person.scope, wanted, most), names


def _filter(services: "Services") -> Filter:
    """What the address asks for; whatever is no filter filters nothing."""
    given, before = request.args, request.args.get("before", "")
    since, until = day_of(services, given.get("day", ""))
    key = whole(before, 9)
    return Filter(given.get("person", "")[:40], given.get("deed", "")[:40], since, until, key)


def day_of(services: "Services", written: str) -> tuple[datetime | None, datetime | None]:
    """A day of the city, from midnight to midnight."""
    try:
        day = date.fromisoformat(written)
        zone = ZoneInfo(services.rules.current().time_zone)
        first, last = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    except (ValueError, OverflowError):
        return None, None
    return first, last


def _deed_words(t: PageWords) -> dict[str, str]:
    known = {key.removeprefix("deed."): words for key, words in t.starting("deed.").items()}
    return dict(sorted(known.items(), key=lambda item: item[1].lower()))


def _told(services: "Services", one: Deed, names: dict[str, str], words: Wording) -> Told:
    t = words.t
    return Told(
        one.id,
        one.at,
        names.get(one.who) or _said(t, f"audit.by.{one.who.replace(' ', '_')}", one.who),
        _said(t, f"deed.{one.deed}", one.deed),
        _subject(services, one, names, t),
        _desk(services, one.department) if one.department else "",
        _detail(services, one, names, t),
    )


def _subject(services: "Services", one: Deed, names: dict[str, str], t: PageWords) -> str:
    kind = _said(t, f"audit.subject.{one.subject}", one.subject)
    match one.subject:
        case "agent":
            return names.get(one.subject_id, kind)
        case "desk":
            return _desk(services, one.subject_id)
        case "request" if one.code is not None:
            return f"{kind} {one.code}"
        case _:
            return kind


def _desk(services: "Services", desk: str) -> str:
    rules = services.rules.current()
    return next((d.name[page_language()] for d in rules.departments if d.id == desk), desk)


def _detail(services: "Services", one: Deed, names: dict[str, str], t: PageWords) -> str:
    """Codes become words; what a person wrote as a reason stays as it was written."""
    written = one.detail or ""
    if one.deed == "transfer" and len(parts := written.split(" ", 2)) == 3:
        kind, _, goal = parts
        return f"{_said(t, f'audit.detail.{kind}', kind)}: {names.get(goal) or _desk(services, goal)}"
    if written in names:
        return names[written]
    return ", ".join(_said(t, f"audit.detail.{part.replace(' ', '_')}", part) for part in written.split(", ") if part)


def _said(t: PageWords, key: str, otherwise: str) -> str:
    """A deed or detail of a newer release than these words still has its line."""
    return t.words.get(key, otherwise)
