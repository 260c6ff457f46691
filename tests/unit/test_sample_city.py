"""The sample ruleset: a believable city, short enough to listen to, with nobody's telephone number in it."""

import re
from datetime import UTC, datetime

import pytest

from routing_rules.checking.check import check
from routing_rules.document import parse
from routing_rules.holidays import EVES, NAMES, dates
from routing_rules.model import LANGUAGES, Interval
from routing_rules.opening_hours import intervals_on
from routing_rules.trying.examples import run_examples
from tests.unit.written_ruleset import TEXT

RULES = parse(TEXT)


def test_the_sample_is_a_believable_city() -> None:
    leaves = [t for t in RULES.topics if t.department is not None or t.information is not None]
    assert len(leaves) >= 24
    assert len([t for t in leaves if t.information is not None]) >= 2
    assert len(RULES.departments) >= 12
    assert {d.provider for d in RULES.departments} == {"city", "county", "parish", "private"}
    assert {t.id for t in leaves if t.urgent} == {"water", "street-faults"}
    assert {t.department for t in leaves if t.sensitive} == {"county", "county-social", "parish", "employment"}
    assert [len(duty.numbers) for duty in RULES.duties] == [2, 2]
    assert set(NAMES) == {name for d in RULES.departments for name in d.hours.holidays}
    assert {t.department for t in leaves} - {None} == {d.id for d in RULES.departments} - {RULES.extended_desk}
    for desk in RULES.departments:
        assert desk.kind == "number" or {s.language for s in desk.staffing} == {"fi", "sv", "en"}


def test_the_samples_menu_keeps_the_five_choices_on_two_levels() -> None:
    for parent in [None, *(t.id for t in RULES.children(None))]:
        assert [t.key for t in RULES.children(parent)] == ["1", "2", "3", "4", "5"]
    assert [t.id for t in RULES.children("housing-building-water")] == [
        "housing", "building-permits", "water", "water-bill", "moving"
    ]  # fmt: skip


def test_the_samples_extended_desk_and_hours() -> None:
    assert RULES.extended_desk == "extended"
    assert [d[0] for d in RULES.department("extended").hours.week] == [Interval(420, 1320)] * 5 + [
        Interval(540, 1200)
    ] * 2
    assert RULES.department("housing").hours.week[0] == (Interval(480, 900),)
    assert RULES.department("housing").hours.holidays["ChristmasDay"] == ()
    assert RULES.department("housing").grace_minutes == 10
    assert RULES.department("county").kind == "number"


def test_every_number_of_the_sample_is_invented() -> None:
    """555 after the area code, or +35840 1555: nobody's telephone rings because of a trial."""
    written = set(re.findall(r"\+[0-9]+", TEXT))
    assert written
    assert {n for n in written if not re.fullmatch(r"\+35817555\d{4}|\+358401555\d{3}", n)} == set()


SPOKEN_A_SECOND, KEY_WORDS, PAUSE_SECONDS = 14, len(": paina neljä."), 0.4


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_menu_of_the_sample_is_read_within_twenty_seconds(language: str) -> None:
    for parent in [None, *(t.id for t in RULES.children(None))]:
        choices = RULES.children(parent)
        letters = sum(len(t.spoken[language]) + KEY_WORDS for t in choices)
        assert letters / SPOKEN_A_SECOND + PAUSE_SECONDS * len(choices) <= 20, parent


def test_the_sample_says_everything_in_every_language() -> None:
    told = [t.information for t in RULES.topics if t.information is not None]
    for words in [RULES.city, *told, *(d.spoken for d in RULES.duties), *(d.name for d in RULES.departments)]:
        assert set(words) == {"fi", "sv", "en"}
    for said in RULES.topics:
        assert said.about["fi"].endswith("asiastasi")
        assert said.about["sv"].startswith(("om ditt ", "om din "))
        assert said.about["en"].startswith("about ")


@pytest.mark.parametrize("year", range(2026, 2033))
@pytest.mark.parametrize("eve", EVES)
def test_no_eve_opens_a_closed_desk_of_the_sample(year: int, eve: str) -> None:
    day = dates(year)[eve]
    for desk in RULES.departments:
        usual = desk.hours.week[day.weekday()]
        for part in intervals_on(desk.hours, day):
            assert any(one.start <= part.start and part.end <= one.end for one in usual), (desk.id, day)


@pytest.mark.parametrize("year", range(2026, 2033))
def test_on_red_days_the_samples_offices_are_closed_and_the_extended_desk_is_not(year: int) -> None:
    for name in set(NAMES) - set(EVES):
        day = dates(year)[name]
        assert intervals_on(RULES.department("housing").hours, day) == (), (name, day)
        assert intervals_on(RULES.department("extended").hours, day) == (Interval(540, 1200),), (name, day)


def test_the_samples_own_test_cases_show_what_cases_are_for() -> None:
    """A weekend, a night, an urgent matter, a partner, a holiday, an empty desk, and each ordered rule."""
    assert len(RULES.examples) >= 8
    led_to = {example.leads_to for example in RULES.examples}
    assert led_to == {"line", "duty", "partner", "closed", "nobody", "information"}
    assert {example.language for example in RULES.examples} == set(LANGUAGES)
    results = run_examples(RULES, datetime(2026, 11, 23, 8, tzinfo=UTC))
    matched = {looked.who for r in results for looked in r.explanation.looked if looked.what == "rule" and looked.holds}
    assert matched == {rule.id for rule in RULES.rules}


@pytest.mark.parametrize("month", range(1, 13))
@pytest.mark.parametrize("day", [1, 11, 21])
def test_the_samples_test_cases_come_true_and_its_rules_stay_faultless_all_year(month: int, day: int) -> None:
    """Until its dated rule has gone by, which a supervisor is then told."""
    now = datetime(2027, month, day, 8, tzinfo=UTC)
    expected = {"rule_over"} if now > datetime(2027, 7, 31, tzinfo=UTC) else set()
    assert {finding.code for finding in check(RULES, now)} == expected
