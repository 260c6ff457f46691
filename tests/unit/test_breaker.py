"""One slow unit refuses nobody else; a record that answers nobody is not asked for a moment."""

import pytest

from adapters.breaker import BREAKER_SECONDS, FORGOTTEN_SECONDS, Breaker

DEADLINE, PATIENT, HURRIED = 1.0, 1.5, 0.7


class Hand:
    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_slow_unit_beside_others_that_are_answered_refuses_nobody() -> None:
    hand = Hand()
    breaker = Breaker(hand)
    breaker.answered()
    hand.at += 0.4
    breaker.cut(DEADLINE, PATIENT)
    assert not breaker.open


def test_a_record_that_answers_nobody_is_not_asked_for_a_moment() -> None:
    hand = Hand()
    breaker = Breaker(hand)
    breaker.answered()
    hand.at += DEADLINE * 1.5
    breaker.cut(DEADLINE, PATIENT)
    assert breaker.open
    hand.at += BREAKER_SECONDS
    assert not breaker.open


def test_a_record_that_cannot_be_reached_is_not_asked_whoever_was_answered_before() -> None:
    breaker = Breaker(Hand())
    breaker.answered()
    breaker.failed()
    assert breaker.open


def test_one_callers_short_wait_in_vain_is_no_outage() -> None:
    hand = Hand()
    breaker = Breaker(hand)
    breaker.cut(DEADLINE, HURRIED)
    assert not breaker.open


def test_short_waits_in_vain_one_after_another_are_an_outage_once_a_patient_one_would_have_found_it() -> None:
    hand = Hand()
    breaker = Breaker(hand)
    breaker.cut(DEADLINE, HURRIED)
    hand.at += 0.2
    breaker.cut(DEADLINE, HURRIED)
    assert not breaker.open, "nobody has waited for a whole deadline"
    hand.at += HURRIED
    breaker.cut(DEADLINE, HURRIED)
    assert breaker.open


@pytest.mark.parametrize("between", ["an answer", "a long while"])
def test_short_waits_that_have_nothing_to_do_with_one_another_are_no_outage(between: str) -> None:
    hand = Hand()
    breaker = Breaker(hand)
    breaker.cut(DEADLINE, HURRIED)
    if between == "an answer":
        hand.at += 0.1
        breaker.answered()
        hand.at += DEADLINE
    else:
        hand.at += FORGOTTEN_SECONDS + 0.1
    breaker.cut(DEADLINE, HURRIED)
    assert not breaker.open
