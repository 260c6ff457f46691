"""What a waiting caller is told of her place and her wait."""

import pytest

from desks.line.expected_wait import Told, expected_wait_minutes, told_wait


@pytest.mark.parametrize(
    ("place", "agents", "handling", "minutes"),
    [
        (1, 1, 5.0, 5),
        (4, 2, 5.0, 10),
        (4, 3, 5.0, 7),  # 6.7: never told shorter than it is
        (3, 3, 5.0, 5),
        (1, 12, 5.0, 1),  # never "about nought minutes"
        (4, 1.5, 4.5, 12),
        (4, 2, None, None),  # without history no wait is guessed
        (4, 0, 5.0, None),
    ],
)
def test_the_expected_wait(place: int, agents: float, handling: float | None, minutes: int | None) -> None:
    assert expected_wait_minutes(place, agents, handling) == minutes


@pytest.mark.parametrize(
    ("previous", "fresh", "said"),
    [
        (None, Told(4, 10), Told(4, 10)),
        (4, Told(3, 8), Told(3, 8)),
        (4, Told(4, 12), Told(4, 12)),
        (3, Told(4, 12), Told(None, 12)),  # a place that would grow is not told again
        (3, Told(4, None), Told(None, None)),
        (3, Told(None, 5), Told(None, 5)),
    ],
)
def test_what_is_told_again(previous: int | None, fresh: Told, said: Told) -> None:
    assert told_wait(previous, fresh) == said
