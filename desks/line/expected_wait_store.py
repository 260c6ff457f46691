"""How good the expected wait was: what callers' waits were expected to be when they joined, beside what came true."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection, select

from adapters.schema import waiting_caller as CALLER

MOST = 200  # callers, the newest first: enough for a middle, and as many rows in a city a hundred times as large


@dataclass(frozen=True)
class WaitError:
    median_minutes: float  # half of the expectations were nearer than that
    count: int  # callers it is taken from


def error(connection: Connection, since: datetime, scope: Collection[str] | None) -> WaitError | None:
    """Of callers answered since then whose wait was expected; ``scope``: departments, None: all of them. None: there
    were none. Who gave up has no true wait and is not in it."""
    query = (
        select(CALLER.c.wait_expected_minutes, CALLER.c.joined_at, CALLER.c.answered_at)
        .where(CALLER.c.answered_at >= since, CALLER.c.wait_expected_minutes.is_not(None))
        .order_by(CALLER.c.answered_at.desc())
        .limit(MOST)
    )
    if scope is not None:
        query = query.where(CALLER.c.department.in_(list(scope)))
    missed = [
        abs(row.wait_expected_minutes - (row.answered_at - row.joined_at) / timedelta(minutes=1))
        for row in connection.execute(query)
    ]
    return WaitError(round(median(missed), 1), len(missed)) if missed else None
