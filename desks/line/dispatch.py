"""Dealing: the next matter to the agent who fits, claimed in one transaction. Claim before you dial.

The order is decided by ``desks.line.dealing``; here it is made true. Two dealers at once do no harm: the offer's unique
keys (one open offer an agent, one a matter) let one commit win.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, insert, select
from sqlalchemy.exc import IntegrityError

from adapters.fault_points import reach
from adapters.ids import new_id
from adapters.pace_store import may_ring_more
from adapters.schema import agent, offer
from callbacks import store as promises
from callbacks.limit_watch import held_back
from desks import store
from desks.line import line_store
from desks.line.candidate_store import anything
from desks.line.dealing import Deal
from desks.line.front_store import Front, front

if TYPE_CHECKING:
    from adapters.database import Transaction
    from bootstrap import Services

MOST_AT_ONCE = 50


def deal(services: "Services") -> int:
    """Offers as many matters as there are fitting free agents; returns how many."""
    if not _anything_to_deal(services):
        return 0
    made = 0
    for _ in range(MOST_AT_ONCE):
        offered = _deal_one(services)
        if offered is None:
            break
        made += offered
    return made


def _anything_to_deal(services: "Services") -> bool:
    """A look that locks nothing: most of the time there is nobody free, or nothing she could take."""
    with services.database.for_dealing.read() as connection:
        return _choose(services, connection) is not None


def _deal_one(services: "Services") -> bool | None:
    """False: the first matter could not be offered after all, look again; None: there is none that anybody fits."""
    try:
        with services.database.for_dealing.write() as tx:
            line_store.deal_alone(tx.connection)
            chosen = _choose(services, tx.connection)
            if chosen is None:
                return None
            if chosen.matter_kind != "live" and held_back(services, tx, services.rules.current(), chosen.matter_id):
                return False  # its number has been rung often enough today
            claimed = claim(services, tx, chosen)
            reach("claimed")
    except IntegrityError:
        return False  # another dealer was quicker
    reach("attempt_stored")
    if claimed:
        services.changed(chosen.agent_id)
    return claimed


def _choose(services: "Services", connection: Connection) -> Deal | None:
    now, rules = services.clock.now(), services.rules.current()
    if not anything(connection, now, (one.id for one in rules.departments)):
        return None
    duty = store.duty(connection, services.clock.machine(), now)
    if not duty.free:
        return None
    line = front(connection, rules, duty, now)
    found = line.next_deal()
    if found is None or found.clause == "urgent":
        return found
    live, machine = found.matter_kind == "live", services.clock.machine()
    if may_ring_more(services.settings, connection, machine, live):
        return found
    callers_may = not live and may_ring_more(services.settings, connection, machine, caller=True)
    return _without_callbacks(line).next_deal() if callers_may else None


def _without_callbacks(line: Front) -> Front:
    """Where a callback could not be rung now, but a caller's agent could: callers, and what is urgent."""
    some = {desk: replace(one, callbacks="urgent") for desk, one in line.desks.items() if one.callbacks == "all"}
    return replace(line, desks={**line.desks, **some})


def claim(services: "Services", tx: "Transaction", chosen: Deal) -> bool:
    """False: the matter is somebody else's by now. IntegrityError: so is the agent."""
    now, token = services.clock.now(), new_id()
    live = chosen.matter_kind == "live"
    if live:
        won = store.move_caller(tx.connection, chosen.matter_id, "offer", now, "service", offer_token=token)
    else:
        won = promises.transition(tx.connection, chosen.matter_id, "claim", now, "service", offer_token=token)
    if not won:
        return False
    held = _held(tx, chosen)
    telephone = tx.connection.scalar(select(agent.c.telephone).where(agent.c.id == chosen.agent_id))
    tx.connection.execute(
        insert(offer).values(
            token=token,
            agent_id=chosen.agent_id,
            caller_id=chosen.matter_id if live else None,
            request_id=None if live else chosen.matter_id,
            desk=held["desk"],
            state="offered",
            clause=chosen.clause,
            clause_number=chosen.clause_number,
            fence=held["fence"],
            own_telephone=telephone is not None,
            made_at=now,
            made_machine=services.clock.machine(),
        )
    )
    services.outbox.order(tx, "ring_agent", token)
    return True


def _held(tx: "Transaction", chosen: Deal) -> RowMapping:
    """The matter as it is claimed: its fence, and whose line it stood in."""
    table = store.CALLER if chosen.matter_kind == "live" else store.REQUEST
    query = select(table.c.fence, table.c.desk).where(table.c.id == chosen.matter_id)
    return tx.connection.execute(query).mappings().one()
