"""Who rings on a simulated Monday, and how each contact would go: drawn once, shared by every rule that is compared."""

import math
from dataclasses import dataclass
from random import Random

DESKS = ("housing", "streets", "families")
HANDLING, WRAP_UP, SPREAD = 5.0, 0.5, 0.95  # mean minutes with wrap-up; cv of the talk
PATIENCE = 7.5
SHAPE = (1.15, 1.3, 1.6, 1.5, 1.2, 1.1, 1.0, 0.9, 0.8, 0.85, 0.95, 0.95, 0.85, 0.75, 0.6, 0.5)  # by half-hour
RINGS = 3


@dataclass(frozen=True)
class Draw:
    """What is decided about one contact before anybody answers."""

    at: float
    desk: str
    talk: float
    patience: float
    takes: float  # against the chance that a callback is taken when it is offered
    rescued: float  # the same, about to hang up
    reached: tuple[float, ...]
    wanted: int | None = None  # the hour that a weekend's request asks for


def draws(seed: int, minutes: float) -> list[Draw]:
    """``minutes`` of work that live callers bring; the weekend's requests are a tenth of their number."""
    dice = Random(seed)
    calls = minutes / HANDLING / sum(SHAPE)
    found = [
        _draw(dice, 30.0 * n + dice.uniform(0, 30), None)
        for n, share in enumerate(SHAPE)
        for _ in range(_poisson(dice, calls * share))
    ]
    hours = dice.choices(range(8), (40, 25, 10, 8, 6, 5, 4, 2), k=len(found) // 10)
    weekend = (_draw(dice, 0.0, hour) for hour in hours)
    return sorted([*found, *weekend], key=lambda one: one.at)


def _draw(dice: Random, at: float, wanted: int | None) -> Draw:
    sigma = math.sqrt(math.log(1 + SPREAD**2))
    talk = dice.lognormvariate(math.log(HANDLING - WRAP_UP) - sigma**2 / 2, sigma) + WRAP_UP
    patience = dice.expovariate(1 / PATIENCE)
    reached = tuple(dice.random() for _ in range(RINGS))
    return Draw(at, dice.choice(DESKS), talk, patience, dice.random(), dice.random(), reached, wanted)


def _poisson(dice: Random, mean_: float) -> int:
    n, product, limit = 0, dice.random(), math.exp(-mean_)
    while product > limit:
        n, product = n + 1, product * dice.random()
    return n
