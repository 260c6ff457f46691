"""The door: open to everybody until there is a crowd, then at the pace the process carries; nobody knocks for ever."""

import math
from collections import Counter, deque
from dataclasses import dataclass, field

import pytest

from adapters.door import BURST, LEAST, MOST_KNOCKS, UNASKED_SECONDS, Door, is_crowded, needed
from adapters.load import LEVELS, Level

TURN_SECONDS = 28.0  # from one knock to the next


@dataclass
class House:
    """As busy as the test says."""

    now: float = 1000.0
    level: Level = 0
    in_work: int = 1
    slow: float = 0.02
    door: Door = field(init=False)

    def __post_init__(self) -> None:
        self.door = Door(self, lambda: self.now)

    def slowest(self) -> float:
        return self.slow

    def is_busy(self, busy: bool = True) -> "House":
        self.level, self.in_work, self.slow = (3, 20, 1.5) if busy else (0, 1, 0.02)
        return self

    def come(self, seconds: float, a_second: float, knocks: int = 0) -> int:
        """How many of them were let in."""
        let_in = 0
        for _ in range(round(seconds * a_second)):
            self.now += 1 / a_second
            let_in += self.door.lets_in(knocks)
        return let_in


@pytest.mark.parametrize(
    ("level", "many", "crowd"), [(0, 3, False), (1, 30, False), (3, 3, False), (2, 10, True), (3, 30, True)]
)
def test_a_crowd_is_many_and_slow(level: Level, many: int, crowd: bool) -> None:
    assert is_crowded(level, many) is crowd


def test_who_has_knocked_longer_needs_less_and_at_last_nothing() -> None:
    asked = [needed(knocks) for knocks in range(MOST_KNOCKS + 1)]
    assert asked == sorted(asked, reverse=True)
    assert (asked[0], asked[MOST_KNOCKS - 1], asked[MOST_KNOCKS]) == (BURST, 1.0, -math.inf)


def test_everybody_is_let_in_until_there_is_a_crowd() -> None:
    house = House()
    assert house.come(10, 5) == 50
    assert house.is_busy().come(1.2, 5) <= 6, "one look a second"
    assert house.door.pace == pytest.approx(2.5, abs=0.3), "half of those who came"


def test_the_pace_falls_while_it_is_busy_and_never_to_nothing() -> None:
    house = House()
    house.come(10, 5)
    house.is_busy().come(300, 5)
    assert house.door.pace == LEAST
    assert house.come(100, 5) == pytest.approx(100 * LEAST, abs=BURST + 1)


def test_a_pace_that_is_too_low_does_not_stay_so_while_it_is_neither_busy_nor_calm() -> None:
    house = House()
    house.come(10, 5)
    house.is_busy().come(100, 5)
    house.level, house.in_work, house.slow = 1, 7, 0.3
    before = house.door.pace
    house.come(60, 5)
    assert before is not None
    assert house.door.pace is not None
    assert before * 4 < house.door.pace < before * 8


def test_calm_lets_in_more_and_more_and_then_everybody() -> None:
    house = House()
    house.come(10, 5)
    house.is_busy().come(30, 5)
    house.is_busy(False).come(60, 5)
    assert house.door.pace is None or house.door.pace > 2
    house.come(60, 1)
    assert house.door.pace is None


def test_who_comes_when_nobody_has_come_for_long_is_let_in() -> None:
    house = House()
    house.come(10, 5)
    house.is_busy().come(5, 5)
    house.is_busy(False).now += UNASKED_SECONDS
    assert house.door.lets_in(0)
    assert house.door.pace is None


def flooded() -> House:
    """After a flood of minutes: the least pace there is, and callers whose knocks were spent came in beyond it."""
    house = House()
    house.come(10, 5)
    house.is_busy()
    for _ in range(60):
        house.come(1, 5, MOST_KNOCKS)
        house.come(1, 5)
    assert house.door.pace == pytest.approx(LEAST)
    return house.is_busy(False)


@pytest.mark.parametrize("a_second", [0.2, 0.3, 0.5])
def test_an_idle_machine_turns_few_callers_back_once_the_flood_is_over(a_second: float) -> None:
    """They come at moments that are no look of the door's each second, and owe nothing for those before them."""
    house = flooded()
    over, refused = house.now, list[float]()
    while house.now < over + 120:
        if not house.come(1 / a_second, a_second):
            refused.append(house.now - over)
    assert max(refused) < 20


def test_one_look_after_a_long_silence_is_no_licence_for_a_flood() -> None:
    house = flooded()
    house.slow, house.in_work = 0.3, 7  # neither busy nor calm: the door stays
    house.now += 600
    house.door.lets_in(0)
    assert house.door.pace is not None
    assert house.door.pace < LEAST * 2


def test_nobody_knocks_for_ever_however_busy_it_is() -> None:
    house = House()
    house.come(10, 5)
    house.is_busy().come(20, 5, MOST_KNOCKS - 1)
    house.door.lets_in(MOST_KNOCKS - 1)
    assert not house.door.lets_in(MOST_KNOCKS - 1)
    assert house.door.lets_in(MOST_KNOCKS)


def test_who_came_first_goes_first() -> None:
    house = House()
    house.come(10, 5)
    house.is_busy().come(2, 5)
    let_in: Counter[int] = Counter()
    for n in range(600):
        house.now += 0.1
        let_in[n % 4] += house.door.lets_in(n % 4)  # four callers a turn, who have knocked so often
    assert let_in[0] == 0
    assert let_in[3] > 0


@dataclass
class Carries(House):
    """A process that carries so many calls at once, each of them half a minute; more make every webhook slower."""

    at_once: int = 60
    calls: deque[float] = field(default_factory=deque)

    def measure(self) -> None:
        while self.calls and self.calls[0] < self.now - 30:
            self.calls.popleft()
        over = len(self.calls) / self.at_once
        self.slow = 0.1 if over < 0.8 else 0.1 + (over - 0.8) * 3
        self.in_work = round(3 * over) if over < 1 else round(12 * over)
        self.level = LEVELS[min(3, round(self.slow / 0.5))]


def test_in_a_flood_about_as_many_are_let_in_as_are_carried_and_nobody_is_lost() -> None:
    """Three times what is carried for three minutes, then no more come: each is let in at last."""
    house = Carries()
    coming: list[tuple[float, int]] = [(house.now + n / 6, 0) for n in range(6 * 180)]
    let_in: list[tuple[float, int]] = []
    busiest = 0.0
    while coming:
        coming.sort()
        at, knocks = coming.pop(0)
        house.now = max(house.now, at)
        house.measure()
        busiest = max(busiest, len(house.calls) / house.at_once)
        if house.door.lets_in(knocks):
            house.calls.append(house.now)
            let_in.append((house.now - 1000.0, knocks))
        else:
            coming.append((at + TURN_SECONDS, knocks + 1))
    assert len(let_in) == 6 * 180
    assert max(knocks for _, knocks in let_in) <= MOST_KNOCKS
    steady = sum(1 for at, _ in let_in if 60 <= at < 180) / 120
    assert 0.6 <= steady <= 2.6, "two calls a second are carried"
    assert busiest < 3, "without a door there would be three times as many as are carried"
