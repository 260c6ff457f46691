"""Every problem that a document can have is told in Finnish, Swedish and English; no code is left without words."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from string import Formatter

import pytest

from console.rules.problem_words import problem_lines
from console.words import PAGE_LANGUAGES, page_words
from routing_rules.document import RulesetInvalid, parse
from routing_rules.document.model import Problem
from routing_rules.document.problem import english
from tests.unit.test_ruleset_anything import TOO_MUCH
from tests.unit.test_ruleset_refusals import REFUSALS
from tests.unit.written_ruleset import TEXT, Document, changed, duty, element, housing, topic

DOCUMENT = Path(__file__).parents[2] / "routing_rules"
RAISED = re.compile(r'\b(?:problem|wrong)\(\s*"([a-z_]+)"')

# What pydantic finds by itself, and what no other test writes wrong.
MORE: list[tuple[Callable[[Document], object], str]] = [
    (lambda d: housing(d).update(records_talks="maybe"), "no_yes_or_no"),
    (lambda d: housing(d).update(records_talks=[]), "no_yes_or_no"),
    (lambda d: housing(d).update(grace_minutes="soon"), "no_whole_number"),
    (lambda d: housing(d).update(grace_minutes=1.5), "no_whole_number"),
    (lambda d: housing(d).update(grace_minutes="9" * 5000), "no_whole_number"),
    (lambda d: housing(d).update(grace_minutes=None), "no_whole_number"),
    (lambda d: housing(d).update(callbacks={"capacity_share": "much"}), "no_number"),
    (lambda d: housing(d).update(callbacks={"handling_minutes": []}), "no_number"),
    (lambda d: housing(d).update(callbacks={"handling_minutes": 0}), "not_more_than"),
    (lambda d: housing(d).update(callbacks=3), "no_group"),
    (lambda d: housing(d).update(staffing=[]), "no_group"),
    (lambda d: housing(d).update(organisation=["Kuopio"]), "no_text"),
    (lambda d: housing(d).update(organisation="\ud800"), "no_character"),
    (lambda d: housing(d).update(languages="fi"), "no_list"),
    (lambda d: duty(d).update(numbers=[f"+35817555099{n}" for n in range(6)]), "too_many"),
    (lambda d: housing(d)["hours"].update(exceptional=[{"day": 20261206, "hours": []}]), "number_for_date"),
    (lambda d: housing(d)["hours"].update(exceptional=[{"day": [], "hours": []}]), "no_date"),
    (lambda d: housing(d)["hours"].update(exceptional=[{"every": "13-40", "hours": []}]), "no_day_of_year"),
    (lambda d: d.update(announcements={"Menu!": {"fi": "a", "sv": "b", "en": "c"}}), "no_announcement"),
    (lambda d: d.update(allowed_countries=["Finland"]), "no_country"),
    (lambda d: d.update(rules=[{**rule(), "when": {"areas": ["017"]}}]), "no_area"),
    (lambda d: d.update(rules=[rule(department="nobody")]), "unknown_department"),
    (lambda d: d.update(rules=[rule(duty="faults")]), "who_answers"),
    (lambda d: d.update(rules=[{**rule(), "when": {"from": "2027-02-01", "to": "2027-01-01"}}]), "dates_end_first"),
    (lambda d: d.update(examples=[example(at="soon")]), "no_moment"),
    (lambda d: d.update(examples=[example(at="someday 17:05")]), "no_day"),
    (lambda d: d.update(notices=[notice("saturday 17:05", "2027-01-02 12:00")]), "no_date_named"),
    (lambda d: d.update(notices=[notice("2027-01-02 12:00", "2027-01-01 12:00")]), "notice_ends_first"),
    (lambda d: d.update(notices=[notice("2027-03-28 03:10", "2027-03-28 04:05")]), "notice_in_left_out_hour"),
    (lambda d: d.update(duties=[]), "unwritten_duty"),
    (lambda d: topic(d, "housing-building-water").update(advice=topic(d, "water")["name"]), "advice_and_topics"),
    (lambda d: [one.pop("key", None) for one in d["topics"]], "no_top_topic"),
]


def rule(**who: str) -> Document:
    goal = {"department": "housing"} | who
    return {"id": "evening", "name": {"fi": "Ilta", "sv": "Kväll", "en": "Evening"}, "when": {}, **goal}


def example(at: str) -> Document:
    return {"id": "one", "at": at, "language": "fi", "topic": "parking", "leads_to": "line"}


def notice(first: str, last: str) -> Document:
    return {"id": "water", "words": {"fi": "Vesi", "sv": "Vatten", "en": "Water"}, "from": first, "to": last}


def found(text: str) -> tuple[Problem, ...]:
    with pytest.raises(RulesetInvalid) as refused:
        parse(text)
    return refused.value.found


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_code_has_words_with_its_values(language: str) -> None:
    words = page_words(language).starting("rules.invalid.")
    told = {key.removeprefix("rules.invalid.") for key in words if not key.startswith("rules.invalid.place.")}
    assert told == set(english())
    for code, line in english().items():
        assert _values(words[f"rules.invalid.{code}"]) <= _values(line), code


def _values(words: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(words) if name}


def test_every_code_that_is_raised_is_in_the_catalogue_and_the_other_way_round() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENT.rglob("*.py"))
    raised = set(RAISED.findall(sources))
    assert raised <= set(english())
    named = set(re.findall(r'"([a-z_]+)"', (DOCUMENT / "document" / "refusals.py").read_text(encoding="utf-8")))
    by_kind = {f"{how}_{what}" for how in ("unknown", "unwritten") for what in ("department", "topic", "duty")}
    assert set(english()) <= raised | named | by_kind


@pytest.mark.parametrize(("change", "code"), MORE, ids=[code for _, code in MORE])
def test_what_is_written_wrong_has_its_own_code(change: Callable[[Document], object], code: str) -> None:
    assert code in {one.code for one in found(json.dumps(_made(change), default=str))}


def _made(change: Callable[[Document], object]) -> Document:
    made: Document = json.loads(changed(change))
    return made


def test_every_refusal_is_told_with_place_reason_and_mend() -> None:
    """A document is read once for all languages: reading is what costs."""
    texts = [changed(change) for change, *_ in (*REFUSALS, *MORE)]
    texts += [text for name, (text, _) in TOO_MUCH.items() if not name.startswith("many")]
    draft = json.loads(changed(lambda _: None))
    for text in texts:
        problems = found(text)
        assert "no_value" not in {one.code for one in problems}, problems
        for language in PAGE_LANGUAGES:
            _is_told(language, draft, problems)


def _is_told(language: str, draft: Document, problems: tuple[Problem, ...]) -> None:
    for one, told in zip(problems, problem_lines(page_words(language), draft, problems), strict=True):
        place, _, sentences = told.said.partition(": ")
        assert place, (language, one)
        assert len(re.findall(r"[.!](?: |$)", sentences)) >= 2, told.said  # what is wrong, and how to mend it


def test_a_value_of_no_known_kind_is_refused_in_words_all_the_same() -> None:
    told = problem_lines(page_words("sv"), {}, (Problem("no_value", "topics.parking.key", (("told", "?"),), ""),))
    assert told[0].said == "Ämnen, parking, Knapp: Värdet duger inte här. Rätta det eller ta bort fältet."


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fi", "Palvelut, Asuminen ja rakentaminen, Aukioloajat viikossa, lauantai, nro 1: Aika 12:00-8:00 päättyy"),
        ("sv", "Tjänster, Boende och byggande, Öppettider under veckan, lördag, nr 1: Tiden 12:00-8:00 slutar"),
        ("en", "Departments, Housing and building, Opening hours of the week, Saturday, no. 1: 12:00-8:00 ends"),
    ],
)
def test_a_place_is_named_as_the_forms_name_it(language: str, said: str) -> None:
    text = changed(lambda d: housing(d)["hours"]["week"].update({"saturday": ["12:00-8:00"]}))
    (told,) = problem_lines(page_words(language), json.loads(changed(lambda _: None)), found(text))
    assert told.place == "departments.housing.hours.week.saturday.0"
    assert told.said.startswith(said)


def test_a_line_of_the_text_is_named() -> None:
    (told,) = problem_lines(page_words("fi"), {}, found(TEXT + "\ncity: {fi: [\n"))
    assert re.match(r"Rivi \d+: Teksti ei ole YAML- eikä JSON-muotoa\.", told.said), told.said


def test_a_city_without_names_is_no_reason_to_fail() -> None:
    problems = found(changed(lambda d: element(d, "topics", "parking").update(department="roads")))
    assert problem_lines(page_words("en"), {}, problems)[0].said.startswith("Topics, parking, ")
