"""Our own call to our own number, once an hour where ``TEST_CALL_FROM`` is set: the provider is asked for it by the
clock, aside; the way it comes in is a resident's, through network, number, webhooks and keys to the menu of topics.

It hears the greeting, presses a key, hears the menu and hangs up: it joins no line, asks for nothing, and stands in no
figure of calls. One that fails is made once more before anybody is told. Its row is the only trace.
"""

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from adapters import pace_store, tally_store
from adapters.database import Transaction
from adapters.pace_store import Turn
from adapters.voice_gateway import Done, NotDone
from ivr import own_call_store as store
from ivr.own_call import leg_url, over_url
from ivr.own_call_store import WALKED, Walked
from ivr.step_url import RETRY

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("clock")
MINUTE = 20  # of the hour: when no desk opens, closes or settles
RING_SECONDS = 25
TALLY = "test_calls"


def tend(services: "Services") -> None:
    """Ends what has come no further, and makes what is due."""
    conclude_old(services)
    begin_due(services)


def begin_due(services: "Services") -> bool:
    sender, now = services.settings.test_call_from, services.clock.now()
    if not sender:
        return False
    with services.database.read() as connection:
        before = store.latest(connection, 1)
    slot = _due(before[0]["slot"] if before else "", before[0]["result"] if before else WALKED, now)
    if slot is None:
        return False
    claimed = services.database.run(lambda tx: _claimed(services, tx, slot, now))
    if claimed is None:
        return False
    _order(services, *claimed, sender)
    return True


def _claimed(services: "Services", tx: Transaction, slot: str, now: datetime) -> tuple[str, Turn] | None:
    """With a turn at the provider, which every agent's ring goes before; without one it is tried at the next look."""
    machine = services.clock.machine()
    turn = pace_store.take_for_one(services.settings, tx, pace_store.CALLS, machine)
    id_ = store.claim(tx.connection, slot, now, machine) if turn is not None else None
    if turn is None:
        return None
    if id_ is None:
        pace_store.give_back(tx, turn)
        return None
    return id_, turn


def _due(last_slot: str, last_result: str | None, now: datetime) -> str | None:
    """``YYYYMMDDHH`` is the hour's, ``…b`` its repetition."""
    hour = f"{now:%Y%m%d%H}"
    if last_slot == hour:
        failed = last_result is not None and last_result != WALKED
        return f"{hour}b" if failed else None
    return hour if now.minute >= MINUTE and last_slot < hour else None


def _order(services: "Services", id_: str, turn: Turn, sender: str) -> None:
    base = services.base
    asked = services.gateway.call(
        services.settings.city_number, sender, leg_url(base, id_), over_url(base, id_),
        f"{base}/voice/fallback{RETRY}", RING_SECONDS,
    )  # fmt: skip
    match asked:
        case Done(sid):
            services.database.run(lambda tx: store.ordered(tx.connection, id_, sid))
        case NotDone(again=again):
            if again:
                services.database.run(lambda tx: pace_store.refused(tx, turn, services.clock.machine()))
            conclude(services, id_, "not_ordered")


def conclude(services: "Services", id_: str, result: Walked) -> None:
    machine, now = services.clock.machine(), services.clock.now()

    def work(tx: Transaction) -> bool:
        ended = store.conclude(tx.connection, id_, result, machine)
        if ended:
            tally_store.count(tx.connection, TALLY, result)
            store.forget_old(tx.connection, now)
        return ended

    if services.database.run(work):
        (LOG.info if result == WALKED else LOG.error)("our own call", extra={"result": result, "test_call": id_})


def conclude_old(services: "Services") -> None:
    """The provider has told of no end: judged by what has come in."""
    before = services.clock.machine() - store.OPEN_SECONDS
    with services.database.read() as connection:
        old = [row for row in store.open_ones(connection) if row["asked_machine"] < before]
    for row in old:
        conclude(services, row["id"], store.verdict(row))
