"""However long the line is and whatever it holds, read whole or by its parts: the matter dealt is the one the rule
picks from all of it.
"""

from random import Random

import pytest

from desks.line.dealing import Deal, next_deal
from desks.line.duty_store import duty
from desks.line.front_store import front
from tests.support.clock import TUESDAY
from tests.support.crowd import Crowd, Shape
from tests.support.services import Town

CROWDS = [(0, 1), (3, 9), (40, 6), (400, 4), (1500, 2)]  # matters, rounds
IN_A_ROW = 5
LENGTHS = ((30, 60, 120), (300, 400))  # of windows: some are needed now, or none


def shape(matters: int, round_: int) -> Shape:
    return Shape(
        matters,
        urgent=0.03 if round_ % 4 == 3 else 0.0,
        lengths=LENGTHS[round_ % 2],
        busy=round_ % 5 > 2,
        alone=round_ % 3 == 1,
    )


@pytest.mark.parametrize(("matters", "rounds"), CROWDS)
def test_what_is_dealt_is_what_the_rule_picks_from_the_whole_line(town: Town, matters: int, rounds: int) -> None:
    clauses = set()
    for round_ in range(rounds):
        crowd = Crowd(town, Random(1000 * matters + round_), shape(matters, round_))
        crowd.spread()
        for _ in range(IN_A_ROW):
            dealt = _compared(crowd, round_)
            clauses.add(None if dealt is None else dealt.clause)
            if dealt is not None:
                crowd.take(dealt.matter_id)
    assert len(clauses) > (1 if matters else 0), "one kind of crowd only"


def _compared(crowd: Crowd, round_: int) -> Deal | None:
    town = crowd.town
    with town.services.database.read() as connection:
        here = duty(connection, town.clock.machine(), TUESDAY)
        line = front(connection, town.rules, here, TUESDAY)
        dealt, by_parts = line.next_deal(), line.next_of_long_line()
    assert dealt == by_parts == next_deal(crowd.whole_line(), here.free, TUESDAY, here.all, {}), f"round {round_}"
    return dealt
