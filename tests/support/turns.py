"""A town whose provider is asked in turns: many agents, and the dispatcher's doings over a while."""

from sqlalchemy import insert

from adapters.pace import LANES
from adapters.schema import offer as offers
from callbacks import store as promises
from callbacks import text_store
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


def waiting(town: Town, agent: str, **offered: object) -> str:
    """An offer whose ring waits for its turn, of the kind that is told."""
    request = town.request(minutes=60)
    with town.services.database.write() as tx:
        token = agent.ljust(32, "0")
        promises.transition(tx.connection, request, "claim", town.clock.now(), "service", offer_token=token)
        row = {
            "token": token, "agent_id": agent, "request_id": request, "desk": "housing", "state": "offered",
            "clause": "place", "fence": 1, "own_telephone": False, "made_at": town.clock.now(),
            "made_machine": town.clock.machine(), **offered,
        }  # fmt: skip
        tx.connection.execute(insert(offers).values(**row))
        town.services.outbox.order(tx, "ring_agent", token)
    return token


def texts(town: Town, number: int) -> None:
    """So many alarms to as many people, ordered."""
    for n in range(number):
        to = f"+3584012345{n:02}"
        with town.services.database.write() as tx:
            text_store.order(town.services, tx, town.rules, town.clock.now(), to, "sms.alarm_limit_rings", "fi")
