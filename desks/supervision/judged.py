"""How a day's promises were kept, for a board that is drawn anew at every change: what was judged a while ago is
counted once a minute, for everybody with the same departments, and only the last minutes' verdicts for each page.

Held in the memory of each process. A verdict that is corrected later is told with the next minute's count.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from desks.scope_store import Scope
from desks.supervision import overview_store as board

SETTLED = timedelta(minutes=2)  # business time since a verdict: nobody is still about to commit one of then
HELD = timedelta(minutes=1)  # business time

Counted = Counter[tuple[str, str, str]]  # desk, language, verdict


@dataclass(frozen=True)
class _Day:
    since: datetime
    until: datetime  # judged before
    at: datetime
    counted: Counted


class JudgedToday:
    """Swapped whole for each scope, never changed: several threads may ask."""

    def __init__(self) -> None:
        self._held: dict[frozenset[str] | None, _Day] = {}

    def counted(self, connection: Connection, scope: Scope, since: datetime, now: datetime) -> Counted:
        whose = None if scope is None else frozenset(scope)
        day = self._held.get(whose)
        if day is None or day.since != since or not day.at <= now < day.at + HELD:
            until = max(since, now - SETTLED)
            day = self._held[whose] = _Day(since, until, now, _count(connection, scope, since, until))
        return day.counted + _count(connection, scope, day.until, None)


def _count(connection: Connection, scope: Scope, since: datetime, until: datetime | None) -> Counted:
    rows = board.verdicts(connection, scope, since, until)
    return Counter({(row["desk"], row["language"], row["verdict"]): row["n"] for row in rows})
