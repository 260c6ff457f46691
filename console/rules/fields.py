"""The parts of a rules document as a supervisor edits them: which fields each has, and of what kind. Pure.

A form shows these fields in this order; what a document has beside them is kept as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from console.rules.times import DAYS
from routing_rules.holidays import NAMES
from routing_rules.model import LANGUAGES, Expected, RingEnd

Kind = Literal[
    "line", "words", "told", "telephone", "telephones", "areas", "countries", "topic", "top_topic", "topics",
    "department", "departments", "duty", "goal", "desk", "one", "languages", "tick", "count", "decimal", "percent",
    "week", "plan", "days", "holidays", "date", "moment", "at", "outcomes",
]  # fmt: skip
Part = Literal["topics", "departments", "rules", "duties", "limits", "examples", "notices", "announcements", "city"]
PARTS: tuple[Part, ...] = get_args(Part)
LISTS: tuple[Part, ...] = ("topics", "departments", "rules", "duties", "examples", "notices")
MOST_ROWS = 200  # days of a form
ENDS: tuple[str, ...] = get_args(RingEnd)
SINGLE: tuple[Part, ...] = ("limits", "city")  # one of it: its form stands where others have a list


@dataclass(frozen=True)
class Field:
    path: str  # in the element, with dots
    kind: Kind
    required: bool = False
    choices: tuple[str, ...] = ()
    least: int = 0
    most: int = 1440
    usual: object = None  # what holds where nothing is written

    @property
    def id(self) -> str:
        """For the page: no dot, so that a style or a script can name it."""
        return self.path.replace(".", "-")

    @property
    def languages(self) -> tuple[str, ...]:
        return LANGUAGES

    @property
    def rows(self) -> tuple[str, ...]:
        """What a form has one row of, each by its name."""
        return ROWS.get(self.kind, ())

    @property
    def most_rows(self) -> int:
        return MOST_ROWS


ROWS: Mapping[Kind, tuple[str, ...]] = {"week": DAYS, "plan": DAYS, "at": DAYS, "holidays": NAMES, "outcomes": ENDS}


def _count(path: str, usual: int, least: int = 0, most: int = 1440) -> Field:
    return Field(path, "count", required=True, least=least, most=most, usual=usual)


def _must(path: str, kind: Kind) -> Field:
    return Field(path, kind, required=True)


def _percent(path: str, usual: float) -> Field:
    return Field(f"callbacks.{path}", "percent", required=True, most=100, usual=usual)


def _days(path: str, usual: int) -> Field:
    return Field(f"retention.{path}", "count", required=True, least=1, most=3650, usual=usual)


TOPIC = (
    _must("name", "words"),
    _must("spoken", "words"),
    _must("about", "words"),
    Field("parent", "top_topic"),
    Field("key", "one", choices=("", "1", "2", "3", "4", "5")),
    Field("department", "department"),
    Field("urgent", "tick"),
    Field("sensitive", "tick"),
    Field("duty", "duty"),
    Field("information", "told"),
    Field("advice", "told"),
)
DEPARTMENT = (
    _must("name", "words"),
    _must("spoken", "words"),
    _must("organisation", "line"),
    Field("provider", "one", choices=("city", "county", "parish", "association", "private")),
    Field("kind", "one", choices=("console", "number")),
    Field("number", "telephone"),
    _must("fallback_number", "telephone"),
    _must("languages", "languages"),
    Field("hours.week", "week"),
    Field("hours.exceptional", "days"),
    Field("hours.holidays", "holidays"),
    Field("staffing", "plan"),
    _count("grace_minutes", 10, most=120),
    _count("overload_wait_minutes", 45, least=1),
    Field("listen_to_sensitive", "tick"),
    _count("callbacks.attempts", 3, least=1, most=10),
    _count("callbacks.spacing_minutes", 30, least=1),
    _count("callbacks.retry_window_minutes", 60, least=1),
    _count("callbacks.asap_window_minutes", 60, least=1),
    _count("callbacks.slot_minutes", 120, least=1),
    _count("callbacks.open_days", 5, least=1, most=30),
    _count("callbacks.offer_from_wait_minutes", 2, most=240),
    _count("callbacks.owner_minutes", 10, most=240),
    Field("callbacks.handling_minutes", "decimal", required=True, least=0, most=240, usual=5.0),
    _percent("capacity_share", 0.8),
    _percent("capacity_floor", 0.1),
    _percent("forecast_live_share", 0.5),
    _percent("asap_stop_share", 0.8),
    Field("callbacks.outcomes", "outcomes"),
    Field("records_talks", "tick"),
    _days("talk_days", 90),
    _days("message_days", 30),
    _days("note_days", 365),
    _days("text_days", 90),
    _days("call_days", 400),
)
RULE = (
    _must("name", "words"),
    Field("when.topics", "topics"),
    Field("when.languages", "languages"),
    Field("when.week", "week"),
    Field("when.from", "date"),
    Field("when.to", "date"),
    Field("when.wait_minutes", "count", least=1),
    Field("when.areas", "areas"),
    _must("goal", "goal"),
)
DUTY = (_must("spoken", "words"), _must("numbers", "telephones"), Field("alarm_number", "telephone"))
MANY = 10_000_000
LIMITS = (
    _count("requests_per_number_day", 6, 1, MANY),
    _count("rings_per_number_day", 9, 1, MANY),
    _count("requests_per_hour", 300, 1, MANY),
    _count("rings_per_hour", 400, 1, MANY),
    _count("spend_per_day_cents", 60_000, 1, MANY),
    _count("cents_per_minute_mobile", 12, 0, 1000),
    _count("cents_per_minute_fixed", 8, 0, 1000),
    Field("alarm_number", "telephone"),
)
EXAMPLE = (
    _must("at", "at"),
    Field("language", "one", choices=("fi", "sv", "en")),
    _must("topic", "topic"),
    Field("leads_to", "one", choices=get_args(Expected)),
    Field("desk", "desk"),
    Field("staffed", "departments"),
    Field("number", "telephone"),
    Field("wait_minutes", "count", least=1),
)
NOTICE = (_must("words", "told"), _must("from", "moment"), _must("to", "moment"), Field("topics", "topics"))
ANNOUNCEMENT = (_must("words", "told"),)
CITY = (
    _must("city", "words"),
    _must("extended_desk", "department"),
    _must("general_topic", "topic"),
    Field("duty", "duty"),
    _must("time_zone", "line"),
    _must("allowed_countries", "countries"),
)
FIELDS: Mapping[Part, tuple[Field, ...]] = {
    "topics": TOPIC,
    "departments": DEPARTMENT,
    "rules": RULE,
    "duties": DUTY,
    "limits": LIMITS,
    "examples": EXAMPLE,
    "notices": NOTICE,
    "announcements": ANNOUNCEMENT,
    "city": CITY,
}
HOURS = tuple(field for field in DEPARTMENT if field.path.startswith("hours."))
# Groups of a long form, by the field each begins with: the rest is folded away until it is wanted.
GROUPS: Mapping[Part, tuple[tuple[str, str], ...]] = {
    "departments": (
        ("name", "who"),
        ("number", "numbers"),
        ("languages", "languages"),
        ("hours.week", "hours"),
        ("staffing", "staffing"),
        ("grace_minutes", "waits"),
        ("callbacks.attempts", "callbacks"),
        ("records_talks", "records"),
    ),
    "topics": (("name", "names"), ("parent", "place"), ("urgent", "handling"), ("information", "told")),
    "rules": (("name", "names"), ("when.topics", "when"), ("goal", "who")),
}
