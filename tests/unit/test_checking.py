"""What a check finds: for each code the smallest city that has it, and the same city without it."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.rules.finding_words import finding_words
from console.words import page_words
from ivr.rules_known import known_announcements, known_numbers
from ivr.speech.announcements import load
from routing_rules.checking.check import check, errors, warnings
from routing_rules.checking.model import Finding
from routing_rules.document import parse
from routing_rules.model import LANGUAGES, Ruleset
from routing_rules.switches.applied import with_switches
from routing_rules.switches.model import Switch
from tests.unit.faulty_rulesets import CASES, FAULTLESS, PARKING, example, number, rules, said, without_duty
from tests.unit.small_city import Change, Document, city, department, rule
from tests.unit.written_ruleset import TEXT

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday
KNOWN = {"menu.repeat_star": frozenset[str](), "promise.told": frozenset({"window", "code"})}
NUMBERS = known_numbers(frozenset({"+358175550000"}))


def found(rules: Ruleset, announcements: Mapping[str, frozenset[str]] = KNOWN) -> tuple[Finding, ...]:
    return check(rules, NOW, announcements, NUMBERS)


@pytest.mark.parametrize(("code", "level", "place", "changes"), CASES)
def test_what_is_found(code: str, level: str, place: str, changes: tuple[Change, ...]) -> None:
    assert (code, level, place) in [(one.code, one.level, one.place) for one in found(city(*changes))]


@pytest.mark.parametrize("changes", FAULTLESS)
def test_what_is_no_fault(changes: tuple[Change, ...]) -> None:
    assert found(city(*changes)) == ()


def test_every_code_that_can_be_found_stands_in_the_table() -> None:
    sources = "".join(path.read_text() for path in Path("routing_rules/checking").glob("*.py"))
    written = set(re.findall(r'(?:Finding|_found)\(\s*"(\w+)"', sources)) | set(
        re.findall(r'return "(rule_\w+)"', sources)
    )
    assert written == {code for code, *_ in CASES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "level", "place", "changes"), CASES)
def test_each_finding_is_said_in_words(
    code: str, level: str, place: str, changes: tuple[Change, ...], language: str
) -> None:
    """Where, what is wrong, how to mend it: with names, not ids, and without a hole."""
    checked = city(*changes)
    for finding in found(checked):
        told = finding_words(page_words(language), checked, finding)
        assert re.search(r"\. .*\.$", told), told
        assert not re.search(r"  |None| \.|: \.|\.\.", told), told


def test_errors_come_first_and_keys_tell_findings_apart() -> None:
    findings = found(city(without_duty, example(desk="extended"), rules(rule("r", {**PARKING, "to": "2026-11-22"}))))
    assert [one.level for one in findings] == sorted(one.level for one in findings)
    assert (*errors(findings), *warnings(findings)) == findings
    assert len({one.key for one in findings}) == len(findings) == 3


def test_a_switch_is_none_of_the_written_rules() -> None:
    """Quick switches come and go; what they do is not accused in a draft."""
    switch = Switch("1", "divert", None, "general", "county", NOW, NOW.replace(hour=12))
    assert found(with_switches(city(), (switch,))) == ()


def test_what_is_not_known_is_not_looked_at() -> None:
    checked = city(said("nothing", "x"), number("county", "number", "+35860012345"))
    assert check(checked, NOW) == ()


def test_the_sample_city_has_no_fault() -> None:
    announcements = known_announcements(load())
    assert found(parse(TEXT), announcements) == ()


def test_the_citys_own_words_for_any_announcement_can_be_what_they_are() -> None:
    """Every announcement of the service, taken over word for word by a city, passes."""
    catalogue = load()
    announcements = known_announcements(catalogue)
    own = {
        key: {language: catalogue.catalogues[language].announcements[key] for language in LANGUAGES}
        for key in catalogue.spoken_keys()
    }
    assert found(city(lambda document: document.update(announcements=own)), announcements) == ()


def test_two_hundred_departments_and_rules_are_looked_through_at_once() -> None:
    def grow(document: Document) -> None:
        week = document["departments"][0]["hours"]["week"]
        document["departments"] += [department(f"d{n}", week) for n in range(200)]

        document["rules"] = [
            rule(f"r{n}", {"from": f"2027-{1 + n % 12:02}-01", "to": f"2027-{1 + n % 12:02}-{10 + n // 12}"})
            for n in range(200)
        ]

    checked = city(grow)
    began = time.process_time()
    assert found(checked) == ()
    assert time.process_time() - began < 2
