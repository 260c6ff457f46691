"""What each event makes of a promise that was told; 24 November 2026 is a Tuesday."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callbacks.model import Window
from callbacks.scoring import Verdict, Via, given_up, gone_by, replaced, rung

SECOND = timedelta(seconds=1)


def at(hour: int, minute: int = 0, day: int = 24) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


NINE_TO_ELEVEN = Window(at(9), at(11))
THE_INTERPRETERS = Window(at(9), at(9, 15))


@pytest.mark.parametrize(
    ("window", "when", "verdict"),
    [
        (NINE_TO_ELEVEN, at(9) - SECOND, "broken"),  # she was told nine
        (NINE_TO_ELEVEN, at(9), "kept"),
        (NINE_TO_ELEVEN, at(10), "kept"),
        (NINE_TO_ELEVEN, at(11), "kept"),
        (NINE_TO_ELEVEN, at(11) + SECOND, "late"),
        (NINE_TO_ELEVEN, at(9, day=25), "late"),
        (THE_INTERPRETERS, at(8, 59), "broken"),
        (THE_INTERPRETERS, at(9), "kept"),
        (THE_INTERPRETERS, at(9, 15), "kept"),
        (THE_INTERPRETERS, at(9, 16), "late"),
    ],
)
def test_the_first_ring(window: Window, when: datetime, verdict: Verdict) -> None:
    assert rung(window, when) == verdict


@pytest.mark.parametrize(
    ("when", "outcome", "verdict"),
    [
        (at(8), None, "void"),
        (at(11), "cancelled", "void"),
        (at(11) + SECOND, "cancelled", "broken"),  # she gave up because nobody rang
        (at(8), "withdrawn", "void"),
        (at(8), "not_ours", "broken"),
    ],
)
def test_given_up(when: datetime, outcome: str | None, verdict: Verdict) -> None:
    assert given_up(NINE_TO_ELEVEN, when, outcome) == verdict


@pytest.mark.parametrize(
    ("via", "when", "verdict"),
    [
        ("voice", at(10), "void"),
        ("agent", at(10), "void"),
        ("sms", at(10), "void"),
        ("sms", at(12), "broken"),
        ("voice", at(12), "broken"),
        ("untold", at(8), "broken"),  # she waits for the old one
    ],
)
def test_replaced(via: Via, when: datetime, verdict: Verdict) -> None:
    assert replaced(NINE_TO_ELEVEN, when, via) == verdict


@pytest.mark.parametrize(
    ("now", "rings_until", "verdict"),
    [
        (at(10), at(16), None),
        (at(11), at(11), None),
        (at(12), at(16), None),  # it may still be rung, late
        (at(16), at(16), "broken"),
        (at(12), None, "broken"),
        (at(8, day=25), None, "broken"),
    ],
)
def test_gone_by(now: datetime, rings_until: datetime | None, verdict: Verdict | None) -> None:
    assert gone_by(NINE_TO_ELEVEN, now, rings_until) == verdict


@given(minutes=st.integers(-600, 600))
def test_only_a_ring_inside_the_window_keeps_it(minutes: int) -> None:
    when = NINE_TO_ELEVEN.start + timedelta(minutes=minutes)
    inside = NINE_TO_ELEVEN.start <= when <= NINE_TO_ELEVEN.end
    assert (rung(NINE_TO_ELEVEN, when) == "kept") == inside
    for via in ("voice", "agent", "sms", "untold"):
        assert replaced(NINE_TO_ELEVEN, when, via) in ("void", "broken")
