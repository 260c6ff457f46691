"""What a supervisor asks on the pages Try, Week and Calendar, read from forms and addresses; faults as codes. Pure.

The number stands only in a posted form: never in an address, a log line or the record.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from console.moments import WRITTEN_AT
from routing_rules.model import LANGUAGES, Language, Ruleset
from routing_rules.routes import StaffedDesk
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY, everybody, exists

LONGEST_WAIT = 1440  # minutes
STAFFINGS = ("everybody", "nobody", "now", "chosen")
LONGEST = 80  # of anything written that is shown again
NUMBER = re.compile(r"\+[1-9][0-9]{0,14}")
LIVE = "live"

Faults = Mapping[str, str]  # field -> code
Fields = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    at: datetime  # UTC
    language: Language
    topic: str
    staffed: tuple[StaffedDesk, ...]
    number: str  # E.164 or its beginning
    wait_minutes: int | None


def asked(
    fields: Fields,
    ticks: Sequence[str],
    rules: Ruleset,
    topics: Collection[str],
    on_duty: Callable[[], tuple[StaffedDesk, ...]],
) -> Asked | Faults:
    """``on_duty``: who is on duty now, asked only where that is wanted."""
    faults: dict[str, str] = {}
    at = _at(fields.get("at", ""), ZoneInfo(rules.time_zone), faults)
    language = language_of(fields.get("language", ""))
    if language is None:
        faults["language"] = "language"
    topic = fields.get("topic", "")
    if topic not in topics:
        faults["topic"] = "topic"
    staffed = _staffed(fields.get("staffing", ""), ticks, rules, on_duty)
    if staffed is None:
        faults["staffing"] = "staffing"
    number = number_of(fields.get("number", ""))
    if number is None:
        faults["number"] = "number"
    wait = fields.get("wait", "").strip()
    if wait and (_minutes(wait) is None):
        faults["wait"] = "wait"
    if faults or at is None or language is None or staffed is None or number is None:
        return faults
    return Asked(at, language, topic, staffed, number, _minutes(wait))


def language_of(written: str) -> Language | None:
    return next((language for language in LANGUAGES if language == written), None)


def number_of(written: str) -> str | None:
    """ "017", "+358 17" and "0035817" are the same beginning; None: it is no number."""
    if len(written) > LONGEST:
        return None
    plain = re.sub(r"[ ()/.\-]", "", written.strip())
    if plain in ("", "+"):
        return ""
    if plain.startswith("00"):
        plain = f"+{plain[2:]}"
    elif plain.startswith("0"):
        plain = f"+358{plain[1:]}"
    return plain if NUMBER.fullmatch(plain) else None


def day_of(written: str) -> date | None:
    try:
        day = datetime.strptime(written, "%Y-%m-%d").date()  # noqa: DTZ007  a local day
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


def year_of(written: str) -> int | None:
    found = re.fullmatch("[0-9]{4}", written)
    return int(written) if found and FIRST_DAY.year <= int(written) <= LAST_DAY.year else None


def _at(written: str, zone: ZoneInfo, faults: dict[str, str]) -> datetime | None:
    try:
        local = datetime.strptime(written, WRITTEN_AT)  # noqa: DTZ007  the ruleset's time zone comes below
    except ValueError:
        faults["at"] = "at"
        return None
    if not FIRST_DAY <= local.date() <= LAST_DAY:
        faults["at"] = "at"
    elif not exists(local, zone):
        faults["at"] = "gap"
    return None if "at" in faults else local.replace(tzinfo=zone).astimezone(UTC)


def _minutes(written: str) -> int | None:
    if not re.fullmatch("[0-9]{1,4}", written) or int(written) > LONGEST_WAIT:
        return None
    return int(written)


def _staffed(
    how: str, ticks: Sequence[str], rules: Ruleset, on_duty: Callable[[], tuple[StaffedDesk, ...]]
) -> tuple[StaffedDesk, ...] | None:
    """None: it cannot be read. A tick is "desk:language"."""
    if how not in STAFFINGS:
        return None
    if how == "chosen":
        return _chosen(ticks, rules)
    if how == "now":
        return on_duty()
    return everybody(rules) if how == "everybody" else ()


def _chosen(ticks: Sequence[str], rules: Ruleset) -> tuple[StaffedDesk, ...] | None:
    possible = {f"{desk.desk}:{language}" for desk in everybody(rules) for language in desk.languages}
    if not set(ticks) <= possible:
        return None
    spoken: dict[str, set[str]] = {}
    for desk, _, language in (tick.partition(":") for tick in ticks):
        spoken.setdefault(desk, set()).add(language)
    return tuple(StaffedDesk(desk, frozenset(languages)) for desk, languages in sorted(spoken.items()))
