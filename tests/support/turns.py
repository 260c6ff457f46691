"""A town whose provider is asked in turns: many agents, and the dispatcher's doings over a while."""

from adapters.pace import LANES
from queue_workers import effects
from tests.support.services import Town

CALLS, TEXTS = LANES
NAMES = ("aino", "bertil", "cecilia", "daniel", "eeva", "fanni")


def agents(town: Town, number: int, desks: tuple[str, ...] = ("housing",)) -> tuple[str, ...]:
    for name in NAMES[:number]:
        town.agent(name, desks)
    return NAMES[:number]


def rung(town: Town) -> int:
    return len(town.gateway.ordered("call"))


def ring_when_it_may(town: Town, seconds: int, step: float = 0.25) -> list[float]:
    """The dispatcher's doings for so long: deals, and takes turns. When each call was asked for, from now."""
    began, asked = town.clock.machine(), []
    for _ in range(round(seconds / step)):
        town.deal()
        before = rung(town)
        for lane in LANES:
            effects.carry_out_next(town.services, lane)
        asked += [town.clock.machine() - began] * (rung(town) - before)
        town.clock.pass_(seconds=step)
    return asked
