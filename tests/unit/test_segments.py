"""Text messages by the operators' count: every key in every language, with ordinary and with the longest values."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.speech.announcements import Values
from ivr.speech.segments import GSM, GSM_IN_TWO, is_gsm, segments
from ivr.turn import DepartmentSpoken, DigitsSpoken, DutySpoken, MomentSpoken, PhoneSpoken, TopicSpoken, WindowSpoken
from routing_rules.model import LANGUAGES
from tests.unit.dialogue_walk import rules, words

ZONE = ZoneInfo("Europe/Helsinki")
WEDNESDAY = datetime(2026, 9, 30, 23, 45, tzinfo=ZONE)  # every part of a date at its longest
KEYS = words().text_keys()
WANTED = ("promise", "missed", "unreached", "moved", "cancelled", "number", "alarm")


def longest(language: str) -> Values:
    """A window over midnight, a number in many groups, the wordiest department and duty service."""
    department = max(rules().departments, key=lambda d: len(d.spoken[language])).id
    duty = max(rules().duties, key=lambda d: len(d.spoken[language])).id
    return (
        ("window", WindowSpoken(WEDNESDAY, WEDNESDAY + timedelta(hours=1, minutes=59), WEDNESDAY)),
        ("at", MomentSpoken(WEDNESDAY, WEDNESDAY)),
        ("code", DigitsSpoken("204519")),
        ("number", PhoneSpoken("+3584573963123")),
        ("department", DepartmentSpoken(department)),
        ("duty", DutySpoken(duty)),
    )


def ordinary() -> Values:
    start = WEDNESDAY.replace(hour=13, minute=0)
    return (
        ("window", WindowSpoken(start, start + timedelta(hours=2), start)),
        ("at", MomentSpoken(start, start)),
        ("code", DigitsSpoken("204519")),
        ("number", PhoneSpoken("+358175550100")),
        ("department", DepartmentSpoken("housing")),
        ("duty", DutySpoken(rules().duties[0].id)),
    )


def body(key: str, language: str, values: Values) -> str:
    wanted = words().placeholders(key)
    return words().sms(key, language, tuple(v for v in values if v[0] in wanted), rules(), ZONE)


def test_there_is_a_text_for_everything_that_is_told_by_text() -> None:
    assert {f"sms.{name}" for name in WANTED} <= set(KEYS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_an_ordinary_text_is_one_segment_and_the_longest_at_most_two(key: str, language: str) -> None:
    usual, long = body(key, language, ordinary()), body(key, language, longest(language))
    assert is_gsm(usual), usual
    assert is_gsm(long), long
    assert segments(usual) == 1, usual
    assert segments(long) <= 2, long


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", KEYS)
def test_no_text_can_name_a_topic(key: str, language: str) -> None:
    assert not words().placeholders(key) & {"topic", "about", "words"}
    told = body(key, language, longest(language))
    for topic in rules().topics:
        about = words().value(TopicSpoken(topic.id, "about"), language, rules(), ZONE)
        assert about not in told


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("ä" * 160, 1),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 10, 2),  # the escaped one is not torn apart
        ("a" * 152 + "€" + "a" * 152, 3),
        ("–", 1),  # a dash: UCS-2
        ("–" * 70, 1),
        ("–" * 71, 2),
        ("–" * 134, 2),
        ("–" * 135, 3),
        ("🙂" * 35, 1),
        ("🙂" * 36, 2),
        ("š" + "a" * 69, 1),
        ("š" + "a" * 70, 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_the_alphabet_is_the_standards_own() -> None:
    """128 places, one of them the escape; ten further characters stand behind it."""
    assert len(GSM) == 127
    assert len(GSM_IN_TWO) == 10
    assert not GSM & GSM_IN_TWO
