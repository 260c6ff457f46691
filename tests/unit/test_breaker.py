"""One slow unit refuses nobody else; a record that answers nobody is not asked for a moment."""

from adapters.breaker import BREAKER_SECONDS, Breaker

DEADLINE = 1.0


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
    breaker.cut(DEADLINE)
    assert not breaker.open


def test_a_record_that_answers_nobody_is_not_asked_for_a_moment() -> None:
    hand = Hand()
    breaker = Breaker(hand)
    breaker.answered()
    hand.at += DEADLINE * 1.5
    breaker.cut(DEADLINE)
    assert breaker.open
    hand.at += BREAKER_SECONDS
    assert not breaker.open


def test_a_record_that_cannot_be_reached_is_not_asked_whoever_was_answered_before() -> None:
    breaker = Breaker(Hand())
    breaker.answered()
    breaker.failed()
    assert breaker.open
