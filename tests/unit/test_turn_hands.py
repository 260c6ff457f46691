"""The clock's hands for turns: one lane's slowness is not another's, and nothing piles up behind it."""

import threading
from collections import Counter

from adapters.pace import LANES, Lane
from queue_workers.turn_hands import HANDS, TurnHands
from tests.rig.waiting import until

CALLS, TEXTS = LANES


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
    hands = TurnHands(slow.take)
    for look in range(50):
        hands.go([(TEXTS, 0.0), (CALLS, 0.0)])
        until(lambda least=look + 1: slow.taken["calls"] >= least, 10.0, lambda: "a call waits behind a text")
    assert (slow.taken["texts"], slow.at_once) == (HANDS["texts"], HANDS["texts"])
    slow.answered.set()
    hands.shutdown()
    assert slow.taken["texts"] == HANDS["texts"], "forty-nine looks have left nothing behind"
    assert slow.taken["calls"] == 50


def test_more_turns_than_hands_are_shared_out_among_them() -> None:
    slow = Slow()
    slow.answered.set()
    hands = TurnHands(slow.take)
    hands.go([(CALLS, n * 0.001) for n in range(8)])
    hands.shutdown()
    assert slow.taken["calls"] == 8
