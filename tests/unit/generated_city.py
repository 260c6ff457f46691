"""Ruleset documents as a city might write them, generated: every field of the form, in any mixture that can be read."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from routing_rules.document.times import DAYS
from routing_rules.holidays import NAMES
from routing_rules.marks import without_marks
from routing_rules.model import LANGUAGES
from tests.unit.small_city import Document

DESKS = ("housing", "streets", "county", "extended")
LEAVES = ("rents", "leaks", "parking", "health", "opening-hours", "general")
TOPICS = (*LEAVES, "homes")
EXPECTED = ("line", "number", "duty", "partner", "closed", "nobody", "other_language", "information")
FIRST, LAST = date(2026, 1, 1), date(2028, 12, 31)

letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn"))
text = st.text(letters, min_size=1, max_size=30).filter(lambda written: without_marks(written).strip() != "")
words = st.fixed_dictionaries({language: text for language in LANGUAGES})
numbers = st.sampled_from(["+358175550100", "+358401555099", "+358294123456", "+46812345678"])
languages = st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=3, unique=True)
minutes = st.integers(0, 24 * 60)
days = st.dates(FIRST, LAST).map(date.isoformat)
clocks = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")


def _spans(edges: list[int]) -> list[str]:
    ordered = sorted(edges)
    pairs = zip(ordered[::2], ordered[1::2], strict=False)
    return [f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}" for start, end in pairs]


spans = st.lists(minutes, max_size=4, unique=True).map(_spans)
weeks = st.one_of(
    st.dictionaries(st.sampled_from(DAYS), spans, max_size=7),
    st.fixed_dictionaries({"monday-friday": spans, "saturday-sunday": spans}),
)
every_year = st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda day: {"every": f"{day:%m-%d}"})
ranges = st.tuples(st.dates(FIRST, LAST), st.dates(FIRST, LAST)).filter(lambda pair: pair[0] < pair[1])
dated = st.one_of(
    days.map(lambda day: {"day": day}),
    ranges.map(lambda pair: {"from": pair[0].isoformat(), "to": pair[1].isoformat()}),
    every_year,
)
no_days: list[Document] = []
exceptional = st.one_of(st.just(no_days), st.tuples(dated, spans).map(lambda one: [{**one[0], "hours": one[1]}]))
hours = st.fixed_dictionaries(
    {"week": weeks},
    optional={"exceptional": exceptional, "holidays": st.dictionaries(st.sampled_from(NAMES), spans, max_size=3)},
)


def _plan(of: Sequence[str]) -> st.SearchStrategy[Document]:
    week = st.dictionaries(
        st.sampled_from(DAYS),
        spans.flatmap(lambda some: st.fixed_dictionaries({span: st.integers(0, 9) for span in some})),
        max_size=3,
    )
    return st.dictionaries(st.sampled_from(of), week, max_size=len(of))


callbacks = st.fixed_dictionaries(
    {},
    optional={
        "attempts": st.integers(1, 5),
        "capacity_share": st.floats(0, 1),
        "handling_minutes": st.floats(1, 60),
        "owner_minutes": st.integers(0, 60),
        "outcomes": st.dictionaries(
            st.sampled_from(["busy", "no_answer", "machine", "failed"]),
            st.fixed_dictionaries({"attempts": st.integers(1, 5)}, optional={"spacing_minutes": st.integers(1, 90)}),
            max_size=2,
        ),
    },
)


@st.composite
def departments(draw: st.DrawFn, department_id: str) -> Document:
    spoken = draw(languages)
    written: Document = {
        "id": department_id,
        "name": draw(words),
        "spoken": draw(words),
        "organisation": draw(text),
        "kind": "console",
        "languages": spoken,
        "hours": draw(hours),
        "fallback_number": draw(numbers),
        "callbacks": draw(callbacks),
    }
    if department_id == "county":
        provider = draw(st.sampled_from(["city", "county", "parish", "association", "private"]))
        return {**written, "kind": "number", "number": draw(numbers), "provider": provider}
    return {**written, "staffing": draw(_plan(spoken))}


whens = st.fixed_dictionaries(
    {},
    optional={
        "topics": st.lists(st.sampled_from(TOPICS), max_size=3, unique=True),
        "languages": languages,
        "week": weeks,
        "from": st.dates(FIRST, date(2027, 1, 1)).map(date.isoformat),
        "to": st.dates(date(2027, 1, 1), LAST).map(date.isoformat),
        "areas": st.lists(st.sampled_from(["+358", "+35817", "+46"]), max_size=2, unique=True),
        "wait_minutes": st.integers(1, 90),
    },
)
answers = st.one_of(st.sampled_from(DESKS).map(lambda desk: {"department": desk}), st.just({"duty": "faults"}))


@st.composite
def rules(draw: st.DrawFn) -> list[Document]:
    many = draw(st.lists(st.tuples(whens, answers), max_size=4))
    return [{"id": f"r{n}", "name": draw(words), "when": when, **who} for n, (when, who) in enumerate(many)]


moments = st.tuples(st.one_of(st.sampled_from(DAYS), days), clocks).map(" ".join)
examples = st.fixed_dictionaries(
    {
        "at": moments,
        "language": st.sampled_from(LANGUAGES),
        "topic": st.sampled_from(LEAVES),
        "leads_to": st.sampled_from(EXPECTED),
    },
    optional={
        "desk": st.sampled_from([*DESKS, "faults"]),
        "staffed": st.lists(st.sampled_from(DESKS), max_size=3, unique=True),
        "number": numbers,
        "wait_minutes": st.integers(1, 90),
    },
)
notices: st.SearchStrategy[Document] = st.tuples(
    words, days, clocks, st.lists(st.sampled_from(TOPICS), max_size=2, unique=True)
).map(
    lambda one: {
        "id": "cut",
        "words": one[0],
        "from": f"{one[1]} {one[2]}",
        "to": f"{date.fromisoformat(one[1]).replace(day=28)} 23:59",
        "topics": one[3],
    }
)


@st.composite
def documents(draw: st.DrawFn, with_examples: bool = True) -> Document:
    topic = {"name": draw(words), "spoken": draw(words), "about": draw(words)}
    duty = draw(st.sampled_from(["faults", None]))
    desk = st.sampled_from(["housing", "streets"])
    notice = draw(notices)
    return {
        "version": draw(st.integers(1, 99)),
        "time_zone": draw(st.sampled_from(["Europe/Helsinki", "Europe/Stockholm", "UTC"])),
        "city": draw(words),
        "extended_desk": "extended",
        "general_topic": "general",
        "duty": duty,
        "duties": [{"id": "faults", "spoken": draw(words), "numbers": ["+358175550999"]}],
        "allowed_countries": draw(st.sampled_from([["FI"], ["FI", "AX"], ["FI", "SE"]])),
        "limits": draw(st.fixed_dictionaries({}, optional={"alarm_number": numbers})),
        "departments": [draw(departments(one)) for one in DESKS],
        "topics": [
            {**topic, "id": "homes", "key": "1"},
            {
                **topic, "id": "rents", "parent": "homes", "key": 1, "department": draw(desk),
                "sensitive": draw(st.booleans()),
            },
            {**topic, "id": "leaks", "parent": "homes", "key": 2, "department": draw(desk), "urgent": True},
            {**topic, "id": "parking", "key": "2", "department": draw(desk), "advice": draw(words)},
            {**topic, "id": "health", "key": "3", "department": "county", "urgent": draw(st.booleans())},
            {**topic, "id": "opening-hours", "key": "4", "information": draw(words)},
            {**topic, "id": "general", "department": draw(desk)},
        ],
        "rules": draw(rules()),
        "examples": [{"id": "one", **draw(examples)}] if with_examples and draw(st.booleans()) else [],
        "notices": [notice] if notice["from"] < notice["to"] and draw(st.booleans()) else [],
        "announcements": draw(st.dictionaries(st.sampled_from(["menu.repeat_star", "emergency"]), words, max_size=2)),
    }  # fmt: skip
