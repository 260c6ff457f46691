"""However long the line is and whatever it holds, read whole or by its parts: the matter dealt is the one the rule
picks from all of it.
"""

from random import Random

import pytest

from desks.line import front_store
from desks.line.dealing import Deal, Placed, next_deal
from desks.line.duty_store import duty
from desks.line.front_store import SHORT, front
from tests.support.clock import TUESDAY
from tests.support.crowd import DESKS, Crowd, Shape
from tests.support.services import Town

READ_BY_PARTS = -1  # no line is as short as that
CROWDS = [  # matters, rounds, how long a line is read whole
    *((0, 1, SHORT), (3, 9, SHORT), (40, 6, SHORT)),
    *((0, 1, READ_BY_PARTS), (3, 9, READ_BY_PARTS), (40, 6, READ_BY_PARTS), (400, 4, SHORT), (1500, 2, SHORT)),
]
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


@pytest.mark.parametrize(("matters", "rounds", "short"), CROWDS)
def test_what_is_dealt_is_what_the_rule_picks_from_the_whole_line(
    town: Town, matters: int, rounds: int, short: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_store, "SHORT", short)
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
        dealt = front(connection, town.rules, here, TUESDAY).next_deal()
    assert dealt == next_deal(crowd.whole_line(), here.free, TUESDAY, here.all, {}), f"round {round_}"
    return dealt


@pytest.mark.parametrize("round_", range(4))
def test_the_place_told_is_the_same_by_the_parts_of_the_line(
    town: Town, round_: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Crowd(town, Random(round_), shape(60, round_)).spread()
    whole = _placed(town)
    monkeypatch.setattr(front_store, "SHORT", READ_BY_PARTS)
    assert whole == _placed(town)
    assert all(whole), "nothing stands there"


def _placed(town: Town) -> list[list[Placed]]:
    with town.services.database.read() as connection:
        here = duty(connection, town.clock.machine(), TUESDAY)
        return [front(connection, town.rules, here, TUESDAY, desk).line_of(desk)[0] for desk in DESKS]
