"""Whatever is pasted as a ruleset: a value, or place, reason and mend, soon; and no dead end that may be published."""

import json
import time
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ivr.dialogue.routes import routed
from routing_rules.checking.check import check, errors
from routing_rules.document import RulesetInvalid, dump, dump_yaml, parse
from routing_rules.model import LANGUAGES, Ruleset
from routing_rules.routes import Circumstances, StaffedDesk
from tests.unit.small_city import rule, small_city, words
from tests.unit.test_checking import KNOWN, NUMBERS
from tests.unit.ways_on import facts, is_a_way_on, is_heard, topic_step

SECONDS = 4.0  # of the processor, on a machine that does much else; a second or two where it is quiet
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MOMENTS = (NOW, NOW.replace(hour=23), NOW.replace(day=28), NOW.replace(month=12, day=25))
STAFFED = (StaffedDesk("housing", frozenset({"fi"})), StaffedDesk("extended", frozenset({"fi", "sv"})))
MANY = settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))


def rich_city() -> dict[str, Any]:
    """With something in every field that a document may have."""
    written = small_city()
    hours = written["departments"][0]["hours"]
    hours["exceptional"] = [{"day": "2026-12-04", "hours": []}, {"every": "12-24", "hours": ["08:00-12:00"]}]
    hours["exceptional"].append({"from": "2027-06-28", "to": "2027-07-30", "hours": ["09:00-14:00"]})
    hours["holidays"] = {"ChristmasDay": []}
    written["departments"][0]["callbacks"] = {"attempts": 2, "outcomes": {"busy": {"spacing_minutes": 15}}}
    when = {"topics": ["rents"], "languages": ["fi"], "week": {"monday": ["08:00-09:00"]}, "from": "2026-12-01"}
    written["rules"] = [rule("one", {**when, "to": "2026-12-31", "areas": ["+358"], "wait_minutes": 20})]
    written["examples"] = [
        {
            "id": "one",
            "at": "monday 10:00",
            "language": "fi",
            "topic": "rents",
            "leads_to": "line",
            "staffed": ["housing"],
        }
    ]
    written["notices"] = [
        {"id": "cut", "words": words("Cut."), "from": "2026-12-01 08:00", "to": "2026-12-01 18:00", "topics": ["rents"]}
    ]
    written["announcements"] = {"menu.repeat_star": words("Star.")}
    written["limits"] = {"rings_per_hour": 100}
    return written


RICH = rich_city()


def places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in within:
        yield from places(one, (*path, step))


PLACES = [path for path in places(RICH) if path]
DEEP: list[object] = []
for _ in range(60):
    DEEP = [DEEP]
nested: st.SearchStrategy[object] = st.recursive(
    st.none() | st.text(max_size=3),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)
odd = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20),
    st.sampled_from([
        "", " ", "\0", "\ud800", "\uffff", "x" * 5000, "١-٢", "24:00-24:00", "00:00-24:00", "02-29", "02-30",
        "0001-01-01", "9999-12-31 23:59", "monday 24:00", "sunday-monday", "housing", "general", "homes", "+3580112",
        "{", "{0}", "{city!r}", "nan", "-0", "1e400", 10**400, -1, 0, 2**63, [], {}, [[]], {"": ""}, {"fi": "x"}, DEEP,
        ["housing"] * 3000, {"monday": ["00:00-24:00"]},
    ]),
    nested,
)  # fmt: skip
changes = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(["put", "drop", "twin", "rename"]), odd), min_size=1, max_size=3
)


def changed(made: list[tuple[tuple[Any, ...], str, Any]]) -> dict[str, Any]:
    document = deepcopy(RICH)
    for path, how, value in made:
        held: Any = document
        try:
            for step in path[:-1]:
                held = held[step]
            _change(held, path[-1], how, value)
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change has taken the place away
    return document


def _change(held: Any, name: Any, how: str, value: Any) -> None:
    if how == "put":
        held[name] = value
    elif how == "drop":
        del held[name]
    elif how == "twin" and isinstance(held, list):
        held.append(deepcopy(held[name]))
    elif isinstance(held, dict):
        held[value if isinstance(value, str) else str(name) + "s"] = held.pop(name)


def read(text: str) -> Ruleset | None:
    began = time.process_time()
    try:
        found: Ruleset | None = parse(text)
    except RulesetInvalid as refused:
        found = None
        if not refused.problems:
            raise  # without place, reason and mend nobody can mend it
    assert time.process_time() - began < SECONDS
    return found


def leads_everywhere(rules: Ruleset) -> None:
    if errors(check(rules, NOW, KNOWN, NUMBERS)):
        return
    for now in MOMENTS:
        there = facts(rules, now, list(STAFFED), Circumstances(), False)
        for topic in rules.topics:
            for language in LANGUAGES:
                answered = routed(topic_step(topic.id, language), topic.id, there)
                assert is_a_way_on(answered, there), (topic.id, language, now)
                assert is_heard(answered, rules), (topic.id, language, now)


@MANY
@given(changes)
@example([])
def test_a_changed_document_is_refused_or_leads_everywhere(made: list[tuple[tuple[Any, ...], str, Any]]) -> None:
    rules = read(json.dumps(changed(made)))
    if rules is None:
        assert made, "the document as it stands can be read"
        return
    assert parse(dump(rules)) == rules
    assert parse(dump_yaml(rules)) == rules
    leads_everywhere(rules)


TEXT = yaml.safe_dump(RICH, sort_keys=False, allow_unicode=True)
ODD_TEXT = (
    "\0", "&a ", "*a", "<<: *a", "{", "]", "- ", ": ", "!!binary x", "!!bool maybe", "? ", "|", ">", "%YAML 9", "\t",
    "---", "...", '"', "\ud800", "\ufeff", "2026-13-45", "1" * 5000, ".nan", "\u2028", "#",
)  # fmt: skip


@MANY
@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 40), st.sampled_from(ODD_TEXT)), max_size=3))
def test_a_torn_text_is_refused_or_leads_everywhere(cuts: list[tuple[int, int, str]]) -> None:
    torn = TEXT
    for at, length, put in cuts:
        torn = torn[:at] + put + torn[at + length :]
    rules = read(torn)
    if rules is not None:
        leads_everywhere(rules)


NINES = [chr(ord("a") + n) for n in range(9)]
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]" for old, new in zip(NINES, NINES[1:], strict=False)
)
MERGE_BOMB = "a: &a {x: 1}\n" + "\n".join(
    f"{new}: &{new}\n  <<: [{','.join(['*' + old] * 9)}]" for old, new in zip(NINES, NINES[1:], strict=False)
)
TOO_MUCH: dict[str, tuple[str, str]] = {
    "nothing": ("", "group of named fields"),
    "a NUL": ("\0", "not YAML or JSON"),
    "depth in JSON": ("[" * 100_000, "without end"),
    "depth in JSON that ends": ('{"a":' * 500 + "1" + "}" * 500, "without end"),
    "depth in YAML": ("a: " + "{b: " * 20_000, "without end"),
    "depth in blocks": ("".join(" " * n + "a:\n" for n in range(1500)), "without end"),
    "depth in lists": ("- " * 100_000, "without end"),
    "aliases that multiply": (BOMB, "aliases"),
    "aliases that multiply in merges": (MERGE_BOMB, "aliases"),
    "an alias of itself": ("a: &a [*a]", "holds itself"),
    "a group that is merged into itself": ("a: &a\n  <<: *a", "holds itself"),
    "a number without end": ('{"version": ' + "9" * 5000 + "}", "not YAML or JSON"),
    "a number without end in YAML": ("version: " + "9" * 5000, "not YAML or JSON"),
    "no number": ('{"version": NaN}', "NaN is not a number"),
    "a key twice in JSON": ('{"a": 1, "a": 2}', "stands twice"),
    "a key twice in YAML": ("a: 1\na: 2", "stands twice"),
    "a day of no month": ("a: 2026-13-45", "not YAML or JSON"),
    "an object of Python": ("a: !!python/object/apply:os.system ['x']", "not YAML or JSON"),
    "a tag that lies": ("a: !!timestamp x", "not YAML or JSON"),
    "a key that is a list": ("? [a]\n: b", "not YAML or JSON"),
    "too long": ("a: " + "x" * 2_000_001, "longer than"),
    "too many fields": ("\n".join(f"k{n}: 1" for n in range(150_000)), "more than"),
    "too many fields in JSON": (json.dumps({f"k{n}": 1 for n in range(100_000)}), "more than"),
    "too many elements": (json.dumps({**small_city(), "topics": [{}] * 3000}), "at most 1000"),
    "many that are wrong": (json.dumps({**small_city(), "topics": [{}] * 900}), "more problems"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused_soon(name: str) -> None:
    text, why = TOO_MUCH[name]
    began = time.process_time()
    with pytest.raises(RulesetInvalid) as refused:
        parse(text)
    assert time.process_time() - began < SECONDS
    assert why in "\n".join(refused.value.problems)
    assert len("".join(refused.value.problems)) < 200_000


@pytest.mark.parametrize("character", ["\0", "\x07", "\x85", "\ud800", "\uffff"])
def test_what_no_voice_and_no_page_can_hold_is_refused(character: str) -> None:
    """Escaped in JSON it would pass, and stop the telephone's document of every call that says it."""
    document = rich_city()
    document["city"]["fi"] = f"Kuo{character}pio"
    with pytest.raises(RulesetInvalid, match=r"city\.fi"):
        parse(json.dumps(document))


@pytest.mark.parametrize("year", ["0001", "1999", "2200", "9999"])
def test_a_day_that_has_no_moment_everywhere_is_refused(year: str) -> None:
    document = rich_city()
    document["notices"][0].update({"from": f"{year}-01-01 00:00", "to": f"{year}-01-02 00:00"})
    with pytest.raises(RulesetInvalid, match=rf"the year {int(year)} is out of reach"):
        parse(json.dumps(document))


def test_a_name_that_is_half_a_character_is_refused_at_its_place() -> None:
    document = rich_city()
    document["departments"][0]["staffing"]["fi"] = {"\ud800": {"08:00-16:00": 1}}
    with pytest.raises(RulesetInvalid, match="characters that are none"):
        parse(json.dumps(document))
