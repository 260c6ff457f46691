"""What the city's ringing has cost since a moment, asked every few seconds of a whole day: talks that are over are
added up once, and only the last of them and what still goes on is read anew.

Held in the memory of whoever asks; a new one reads its day once. What a leg is stands in ``callbacks.limit_store``.
"""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from adapters.tariff import TariffSettings, Used
from callbacks import limit_store as store
from callbacks.limits import Minutes, cents_of, minutes_of
from routing_rules.model import Limits

SETTLED = timedelta(minutes=2)  # business time since a talk was accepted: nobody is still about to write of that
MOMENT = timedelta(microseconds=1)  # a record's smallest


class Spent:
    """One reader's; not for several threads."""

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._next: datetime | None = None  # talks accepted before are in ``_over``
        self._over = Minutes()

    def minutes(self, connection: Connection, since: datetime, now: datetime) -> Minutes:
        if self._since != since or self._next is None:
            self._since, self._next, self._over = since, since, Minutes()
        if now - self._next > 2 * SETTLED:
            self._next = self._settle(connection, self._next, now)
        return self._over + _between(connection, self._next, now, None)

    def _settle(self, connection: Connection, begin: datetime, now: datetime) -> datetime:
        """Where what is not yet over begins."""
        until = now - SETTLED
        unfinished = store.first_unfinished(connection, begin, until)
        last = until if unfinished is None else unfinished - MOMENT
        if last < begin:
            return begin
        self._over += _between(connection, begin, now, last)
        return last + MOMENT


def cents(had: Minutes, limits: Limits, prices: TariffSettings) -> int:
    return cents_of(had, limits) + Used(browser=had.browser).cents(prices)["browser"]


def _between(connection: Connection, begin: datetime, now: datetime, until: datetime | None) -> Minutes:
    """Of every leg that we dialled: residents', agents' own telephones and those in the browser. What comes in, texts
    and recording are paid for too, and told at /metrics; stopping the ringing would not spare them."""
    legs = minutes_of(store.legs_since(connection, begin, now, until))
    return legs + Minutes(browser=store.browser_minutes(connection, begin, now, until))
