"""A supervisor pauses a desk: its line takes nobody in and its callbacks wait, until a time or until it is resumed.

Urgent callbacks are dealt all the same, and callers who wait there already are still answered.
"""

from datetime import datetime

from adapters.clock import Clock
from adapters.database import Transaction
from desks.line import pause_store
from desks.line.pause_store import paused
from desks.supervision import audit

__all__ = ["pause", "paused", "resume"]


def pause(tx: Transaction, clock: Clock, desk: str, reason: str, until: datetime | None, who: str) -> str:
    """``until``: business time; None: until somebody resumes it. A pause that runs already gives way to this one."""
    pause_store.end(tx.connection, desk, clock.now())
    pause_id = pause_store.begin(tx.connection, desk, reason, clock.now(), until, who)
    audit.note(tx, clock, who, "pause", "desk", desk, desk, reason)
    return pause_id


def resume(tx: Transaction, clock: Clock, desk: str, who: str) -> bool:
    """False: it was not paused."""
    if not pause_store.end(tx.connection, desk, clock.now()):
        return False
    audit.note(tx, clock, who, "resume", "desk", desk, desk)
    return True
