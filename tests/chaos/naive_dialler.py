"""The dialler that everybody writes first: claim a row, ring the resident, note it, and try again where that failed.

Deliberately naive, for the table beside ours: a lease instead of an order that is marked before the provider is asked,
no agent's leg first, no quarantine. A process of its own, that is killed in the middle of its work.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import requests

LEASE_SECONDS = 2.0
PROVIDER_SECONDS = 2.0
NAP_SECONDS = 0.05
DOCUMENT = '<Response><Say language="fi-FI">Kaupungista, hei.</Say></Response>'
SCHEMA = "CREATE TABLE request (number TEXT PRIMARY KEY, state TEXT NOT NULL, lease_until REAL, tries INTEGER NOT NULL)"
CLAIM = """UPDATE request SET lease_until = :until, tries = tries + 1 WHERE number = (SELECT number FROM request
    WHERE state = 'due' AND (lease_until IS NULL OR lease_until < :now) ORDER BY number LIMIT 1) RETURNING number"""
OPEN = "SELECT count(*) FROM request WHERE state = 'due'"


@contextmanager
def record(path: Path) -> Iterator[sqlite3.Connection]:
    """Each statement is a transaction of its own."""
    with closing(sqlite3.connect(path, timeout=5.0, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        yield connection


def due(path: Path, numbers: list[str]) -> None:
    with record(path) as connection:
        connection.execute(SCHEMA)
        connection.executemany("INSERT INTO request VALUES (?, 'due', NULL, 0)", [(number,) for number in numbers])


def left(path: Path) -> int:
    with record(path) as connection:
        return int(connection.execute(OPEN).fetchone()[0])


def main(arguments: list[str]) -> int:
    with record(Path(arguments[0])) as connection, requests.Session() as http:
        http.trust_env = False
        while True:
            if not dialled_one(connection, http):
                time.sleep(NAP_SECONDS)


def dialled_one(connection: sqlite3.Connection, http: requests.Session) -> bool:
    now = time.time()
    claimed = connection.execute(CLAIM, {"now": now, "until": now + LEASE_SECONDS}).fetchone()
    if claimed is None:
        return False
    if is_rung(http, claimed[0]):
        connection.execute("UPDATE request SET state = 'done' WHERE number = ?", claimed)
    return True  # what failed is tried again once the lease has run out


def is_rung(http: requests.Session, number: str) -> bool:
    account, origin = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_API_BASE_URL"]
    keys = (os.environ["TWILIO_API_KEY"], os.environ["TWILIO_API_SECRET"])
    form = {"To": number, "From": os.environ["CITY_NUMBER"], "Twiml": DOCUMENT}
    try:
        url = f"{origin}/2010-04-01/Accounts/{account}/Calls.json"
        return http.post(url, data=form, auth=keys, timeout=PROVIDER_SECONDS).status_code == 201
    except requests.RequestException:
        return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
