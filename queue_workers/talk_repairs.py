"""Repairs of talks with more than two: a transfer without news, a room where somebody was left, a listener's lost leg.

Idempotent, and never a ring: what nobody tells us is asked of the provider, and the resident gets back to her agent, to
the line, or to the end of her call.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.voice_gateway import is_over
from desks import store
from desks.talk import legs as talk_legs
from desks.talk import transfer_end
from desks.talk import transfer_store as transfers
from desks.talk.conversation import Conversation
from desks.talk.room import resident_leg

if TYPE_CHECKING:
    from bootstrap import Services

DEADLINE_SECONDS = 60.0  # machine time in which whoever was asked has answered or not
BUDGET_SECONDS = 5.0  # of one duty's questions to the provider in one tick
LONGEST_TALK = timedelta(hours=4)  # the provider ends a call then
T = TypeVar("T")


def overdue_transfers(services: "Services") -> None:
    limit = services.clock.machine() - DEADLINE_SECONDS
    with services.database.read() as connection:
        rows = transfers.open_older_than(connection, limit)
    for row in _in_time(rows):
        _settle(services, row)


def _settle(services: "Services", row: RowMapping) -> None:
    with services.database.read() as connection:
        asking = store.offer_by_token(connection, row["token"])
        resident = resident_leg(connection, asking) if asking is not None else None
    if resident is not None and is_over(services.gateway.look_up(resident)):
        _within(services, lambda talk: talk.resident_gone(resident))
    elif row["state"] == "asked":
        _within(services, lambda talk: transfer_end.failed(talk, row, "timeout"))
    elif row["leg_sid"] is not None and is_over(services.gateway.look_up(row["leg_sid"])):
        _within(services, lambda talk: transfer_end.failed(talk, row, "left"))


def left_alone(services: "Services") -> None:
    """Rooms that nobody has told us about: the resident of a promoted callback who has gone, a partner who has."""
    _residents_gone(services)
    _partners_gone(services)


def _residents_gone(services: "Services") -> None:
    limit = services.clock.machine() - DEADLINE_SECONDS
    with services.database.read() as connection:
        rows = transfers.promoted_before(connection, limit)
    for row in _in_time(rows):
        if row["resident_call_sid"] is not None and is_over(services.gateway.look_up(row["resident_call_sid"])):
            _within(services, partial(_over, row))


def _over(row: RowMapping, talk: Conversation) -> None:
    talk.resident_gone(row["resident_call_sid"])
    talk.ring_over(row["token"], "completed")


def _partners_gone(services: "Services") -> None:
    since = services.clock.now() - LONGEST_TALK
    with services.database.read() as connection:
        rows = transfers.talks_with_partners(connection, since)
    for row in _in_time(rows):
        if is_over(services.gateway.look_up(row["leg_sid"])):
            services.database.run(partial(_partner_gone, services, row))


def _partner_gone(services: "Services", row: RowMapping, tx: Transaction) -> None:
    talk_legs.partner_gone(services, tx, row["id"], row["leg_sid"], "completed")


def lost_listeners(services: "Services") -> None:
    """A supervisor who is shown to the agent as listening, and is not."""
    limit = services.clock.machine() - DEADLINE_SECONDS
    with services.database.read() as connection:
        rows = transfers.open_listening_older_than(connection, limit)
    for row in _in_time(rows):
        if row["leg_sid"] is None or is_over(services.gateway.look_up(row["leg_sid"])):
            services.database.run(partial(_listener_gone, services, row))


def _listener_gone(services: "Services", row: RowMapping, tx: Transaction) -> None:
    talk_legs.supervisor_gone(services, tx, row["id"])


def _within(services: "Services", act: Callable[[Conversation], object]) -> None:
    services.database.run(lambda tx: act(Conversation(services, tx, services.rules.current())))


def _in_time(rows: Iterable[T]) -> Iterator[T]:
    until = time.monotonic() + BUDGET_SECONDS
    for row in rows:
        if time.monotonic() > until:
            return
        yield row
