"""Whether the record lives and only somebody else has what was asked for. No connection and no statement lives here."""

import sqlite3

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

TOO_SLOW = "57014"  # query_canceled: by its own deadline
LOST_LOCK = frozenset({"55P03", "40P01", "40001"})  # lock_not_available, deadlock_detected, serialization_failure


def is_held(error: SQLAlchemyError) -> bool:
    """In a moment it may be free: others write, or it is slow, or all our connections are in use."""
    if isinstance(error, PoolTimeout):
        return True
    match getattr(error, "orig", None):
        case sqlite3.Error() as refused:
            return getattr(refused, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        case TimeoutError(args=("busy",)):
            return True
        case refused:
            return getattr(refused, "sqlstate", None) in LOST_LOCK | {TOO_SLOW}
