"""The clock's hands for turns: one lane's slowness is not another's, and nothing piles up behind it."""

import threading
from collections import Counter

import pytest

from adapters.pace import LANES, Lane, LaneName
from queue_workers.turn_hands import LEAST, MOST, TurnHands, hands_for
from tests.rig.waiting import until

CALLS, TEXTS = LANES


def one_a_second(_lane: LaneName) -> float:
    return 1.0


def thirty_a_second(_lane: LaneName) -> float:
    return 30.0


class Slow:
    """Texts are answered when the test says so, calls at once."""

    def __init__(self) -> None:
        self.answered = threading.Event()
        self.taken: Counter[str] = Counter()
        self.at_once = 0

    def take(self, lane: Lane) -> None:
        self.taken[lane.name] += 1
        if lane is TEXTS:
            self.at_once += 1
            self.answered.wait(20)
            self.at_once -= 1


def test_while_texts_hang_calls_go_and_nothing_piles_up() -> None:
    slow = Slow()
    hands = TurnHands(slow.take, one_a_second)
    for look in range(50):
        hands.go([(TEXTS, 0.0), (CALLS, 0.0)])
        until(lambda least=look + 1: slow.taken["calls"] >= least, 10.0, lambda: "a call waits behind a text")
    assert (slow.taken["texts"], slow.at_once) == (LEAST["texts"], LEAST["texts"])
    slow.answered.set()
    hands.shutdown()
    assert slow.taken["texts"] == LEAST["texts"], "forty-nine looks have left nothing behind"
    assert slow.taken["calls"] == 50


def test_more_turns_than_hands_are_shared_out_among_them() -> None:
    slow = Slow()
    slow.answered.set()
    hands = TurnHands(slow.take, one_a_second)
    hands.go([(CALLS, n * 0.001) for n in range(8)])
    hands.shutdown()
    assert slow.taken["calls"] == 8


@pytest.mark.parametrize(
    ("lane", "per_second", "hands"),
    [
        ("calls", 0.0, 3),
        ("calls", 1.0, 3),
        ("calls", 30.0, 12),
        ("texts", 0.0, 1),
        ("texts", 5.0, 2),
        ("texts", 99.0, 4),
    ],
)
def test_there_are_as_many_hands_as_the_pace_needs(lane: LaneName, per_second: float, hands: int) -> None:
    assert hands_for(lane, per_second) == hands
    assert LEAST[lane] <= hands <= MOST[lane]


def test_calls_that_the_provider_answers_slowly_keep_a_high_pace() -> None:
    """Twelve are on their way at once where thirty a second are allowed: three hands would make it a tenth of that."""
    at_once, all_there = threading.Barrier(MOST["calls"]), threading.Event()

    def take(_lane: Lane) -> None:
        at_once.wait(10)
        all_there.set()

    hands = TurnHands(take, thirty_a_second)
    hands.go([(CALLS, 0.0)] * MOST["calls"])
    assert all_there.wait(10)
    hands.shutdown()
