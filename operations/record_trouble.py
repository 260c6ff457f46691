"""What a database's error means for a start: may it be well again by itself, and the sentence that tells it.

A server that refuses a connection gives the driver its words and no state (sqlstate): so some are known here by their
English words. Others are waited for, and told at each try. Only what the server said is told: what the driver adds
names parts of the address, and a password with an @ in it would be among them.
"""

import re
import sqlite3

import psycopg

from operations.record_store import MachineTrouble, RecordError

# unreachable, out of room, ended or starting, a deadline of its own, locked, deadlock
PASSING = re.compile("08...|53...|57P0[123]|57014|55P03|40P01")
LASTING_WORDS = re.compile(
    r'authentication failed|no password supplied|(role|database) "[^"]*" does not exist|no pg_hba\.conf entry'
    r"|is not permitted to log in|permission denied for database|pg_hba\.conf rejects"
)
SAID = re.compile(r"FATAL:\s+(.+)")
PASSING_FILES = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN})
PRIMARY = 0xFF  # of SQLite's extended codes


def passes(error: RecordError) -> bool:
    """False: a person must mend it (a password, a right, a migration)."""
    if not isinstance(error, MachineTrouble):
        return False
    match error.orig:
        case sqlite3.Error() as refused:
            return getattr(refused, "sqlite_errorcode", 0) & PRIMARY in PASSING_FILES
        case psycopg.Error(sqlstate=str(state)):
            return PASSING.fullmatch(state) is not None
        case refused:
            return LASTING_WORDS.search(str(refused)) is None


def told(error: RecordError) -> str:
    return f"The database of DATABASE_URL does not do it ({_why(error)})."


def _why(error: RecordError) -> str:
    kind, refused = type(error).__name__, getattr(error, "orig", None)
    match refused:
        case sqlite3.Error():
            return f"{kind}: {refused}"
        case psycopg.Error(sqlstate=str(state)):
            return f"{kind}, {state}: {refused.diag.message_primary or type(refused).__name__}"
        case psycopg.Error():
            said = SAID.search(str(refused)) or re.search("no password supplied", str(refused))
            return f"{kind}: {said.group(said.re.groups)}" if said else kind
    return kind
