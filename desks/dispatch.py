"""Dealing: the next matter to the agent who fits, claimed in one transaction. Claim before you dial.

The order is decided by ``desks.dealing``; here it is made true. Two dealers at once do no harm: the offer's unique
keys (one open offer an agent, one a matter) let one commit win.
"""

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from adapters.fault_points import reach
from adapters.ids import new_id
from adapters.schema import agent, offer
from callbacks import store as promises
from desks import store
from desks.dealing import Deal, InLine, next_deal
from routing_rules.model import Ruleset
from routing_rules.opening_hours import is_open, last_closing

if TYPE_CHECKING:
    from adapters.database import Transaction
    from bootstrap import Services

MOST_AT_ONCE = 50


def deal(services: "Services") -> int:
    """Offers as many matters as there are fitting free agents; returns how many."""
    for made in range(MOST_AT_ONCE):
        if not _anything_to_deal(services) or not _deal_one(services):
            return made
    return MOST_AT_ONCE


def _anything_to_deal(services: "Services") -> bool:
    with services.database.read() as connection:
        if not store.duty(connection, services.clock.machine()).free:
            return False
        return bool(store.in_line(connection, services.clock.now()))


def _deal_one(services: "Services") -> bool:
    try:
        with services.database.write() as tx:
            chosen = _choose(services, tx)
            if chosen is None:
                return False
            claimed = _claim(services, tx, chosen)
            reach("claimed")
    except IntegrityError:
        return True  # another dealer was quicker: look again
    reach("attempt_stored")
    if claimed:
        services.changed(chosen.agent_id)
    return True


def _choose(services: "Services", tx: "Transaction") -> Deal | None:
    now = services.clock.now()
    duty = store.duty(tx.connection, services.clock.machine())
    if not duty.free:
        return None
    rules = services.rules.current()
    matters = [m for m in store.in_line(tx.connection, now) if may_be_dealt(m, rules, now)]
    desks = {m.desk for m in matters}
    handling = {d: t for d in desks if (t := store.handling_minutes(tx.connection, d)) is not None}
    return next_deal(matters, duty.free, now, duty.all, handling)


def may_be_dealt(matter: InLine, rules: Ruleset, now: datetime) -> bool:
    """Callbacks only while their desk is open; live callers also within the grace after it closed."""
    if matter.kind == "live":
        return may_be_served(rules, matter.desk, now)
    return is_open(rules.desk(matter.desk).hours, now, ZoneInfo(rules.time_zone))


def may_be_served(rules: Ruleset, desk_id: str, now: datetime) -> bool:
    """A waiting caller may still be answered at this desk."""
    zone = ZoneInfo(rules.time_zone)
    return is_open(rules.desk(desk_id).hours, now, zone) or within_grace(rules, desk_id, now, zone)


def within_grace(rules: Ruleset, desk_id: str, now: datetime, zone: ZoneInfo) -> bool:
    desk = rules.desk(desk_id)
    closed_at = last_closing(desk.hours, now, zone)
    return closed_at is not None and (now - closed_at).total_seconds() < desk.grace_minutes * 60


def _claim(services: "Services", tx: "Transaction", chosen: Deal) -> bool:
    now, token = services.clock.now(), new_id()
    live = chosen.matter_kind == "live"
    if live:
        won = store.move_caller(tx.connection, chosen.matter_id, "offer", now, "service", offer_token=token)
    else:
        won = promises.transition(tx.connection, chosen.matter_id, "claim", now, "service", offer_token=token)
    if not won:
        return False
    telephone = tx.connection.scalar(select(agent.c.telephone).where(agent.c.id == chosen.agent_id))
    tx.connection.execute(
        insert(offer).values(
            token=token,
            agent_id=chosen.agent_id,
            caller_id=chosen.matter_id if live else None,
            request_id=None if live else chosen.matter_id,
            state="offered",
            clause=chosen.clause,
            clause_number=chosen.clause_number,
            fence=_fence(tx, chosen),
            own_telephone=telephone is not None,
            made_at=now,
            made_machine=services.clock.machine(),
        )
    )
    services.outbox.order(tx, "ring_agent", token)
    return True


def _fence(tx: "Transaction", chosen: Deal) -> int:
    table = store.CALLER if chosen.matter_kind == "live" else store.REQUEST
    return int(tx.connection.scalar(select(table.c.fence).where(table.c.id == chosen.matter_id)) or 0)
