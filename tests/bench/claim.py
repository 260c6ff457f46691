"""Claiming the next matter: as fast with a million open requests as with a thousand, and never twice.

Each claimer is a thread with connections of its own and deals as the service does: it looks, decides, claims, commits.
Forty agents are free, every claim takes one of them; when none is left they are freed, outside the time that counts.
Then a storm: eight claimers go for the very same matters without a look, as if each had decided for them.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import Column, Integer, MetaData, Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from adapters.database import Database
from adapters.schema import UtcTime, agent, callback_request, metadata, offer, outbox, presence
from bootstrap import Services
from desks.line import dispatch
from desks.line.dealing import Deal
from tests.support.clock import TUESDAY, SetClock
from tests.support.postgres import fresh_database
from tests.support.services import services_for

SIZES = (1_000, 100_000, 1_000_000)
CLAIMERS = (1, 8)
AGENTS = 40
BAR = 0.8
CELL_SECONDS = 10.0
STORM_MATTERS = 6_500  # of each database, each claimed by eight at once: over a hundred thousand claims
MOMENTS = 240
LOCK_SECONDS = 30.0  # eight dealers wait for one another, on a machine that may be busy
DESKS, LANGUAGES = ("housing", "streets", "families"), ("fi", "sv")

# Of the open requests 200 are due as soon as possible, 200 stand in a slot that runs, 50 are rung again; the others'
# slots come in the days ahead. The windows of the first end within the hour: many are needed now.
_FILL = """
INSERT INTO callback_request (id, code, number_id, person, topic, language, department, desk, ruleset_version, urgent,
    state, kind, line_time_at, due_at, window_start_at, window_end_at, promise_words, told, attempts, fence, keyed_in,
    created_at, contact)
WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < :matters),
    rows AS (SELECT n, CASE WHEN n <= 200 THEN 'asap' WHEN n <= 250 THEN 'retry' ELSE 'slot' END AS kind,
        CASE WHEN n <= 450 THEN n % 55 ELSE 60 + n % 180 END AS k FROM seq)
SELECT 'r' || rows.n, '000000', 'n' || rows.n, 1, 'housing', CASE WHEN rows.n % 7 < 5 THEN 'fi' ELSE 'sv' END,
    CASE rows.n % 3 WHEN 0 THEN 'housing' WHEN 1 THEN 'streets' ELSE 'families' END,
    CASE rows.n % 3 WHEN 0 THEN 'housing' WHEN 1 THEN 'streets' ELSE 'families' END, 1, rows.n % 500 = 0,
    'requested', rows.kind, moments.at, moments.at, moments.at,
    CASE rows.kind WHEN 'slot' THEN moments.two_hours ELSE moments.an_hour END, 'told', true, 0, 0, false,
    moments.at, 'ring'
FROM rows JOIN moments ON moments.k = rows.k
"""
_NUMBERS = """
INSERT INTO phone_number (id, e164, created_at)
WITH RECURSIVE seq(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM seq WHERE n < :matters)
SELECT 'n' || seq.n, '+3584' || seq.n, moments.at FROM seq JOIN moments ON moments.k = 1
"""
_moments = Table(
    "moments",
    MetaData(),
    Column("k", Integer, primary_key=True),
    *(Column(name, UtcTime) for name in ("at", "an_hour", "two_hours")),
)


@dataclass
class Cell:
    engine: str
    matters: int
    claimers: int
    rates: list[float]

    @property
    def rate(self) -> float:
        return median(self.rates)


@dataclass
class Counted:
    claims: int = 0
    doubled: int = 0


def measure(seconds: float = CELL_SECONDS) -> bool:
    cells: list[Cell] = []
    counted = Counted()
    for engine in ("sqlite", "postgresql"):
        with _records(engine) as records:
            mine = [Cell(engine, matters, n, []) for n in CLAIMERS for matters in SIZES]
            counted.claims += _in_turns(mine, records, seconds)
            cells += mine
            _storm(records[SIZES[1]], counted)
    return _told(cells, counted)


@contextmanager
def _records(engine: str) -> Iterator[dict[int, str]]:
    with TemporaryDirectory(prefix="onenumber-claim-") as directory:
        urls = {}
        for matters in SIZES:
            file = Path(directory) / f"{matters}.db"
            urls[matters] = f"sqlite:///{file}" if engine == "sqlite" else fresh_database()
            begun = time.monotonic()
            _fill(urls[matters], matters)
            print(f"  {engine}: {matters} open requests written in {time.monotonic() - begun:.0f} s", flush=True)
        yield urls


def _fill(url: str, matters: int) -> None:
    database = Database(url, deadline=600.0)
    with database.write() as tx:
        metadata.create_all(tx.connection)
        _moments.create(tx.connection)
        tx.connection.execute(insert(_moments), [_moment(k) for k in range(MOMENTS)])
        for statement in (_NUMBERS, _FILL):
            tx.connection.execute(text(statement), {"matters": matters})
        tx.connection.execute(insert(agent), [_agent(n) for n in range(AGENTS)])
        tx.connection.execute(insert(presence), [_presence(n) for n in range(AGENTS)])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"))
    database.dispose()


def _moment(k: int) -> dict[str, object]:
    at = TUESDAY + (timedelta(minutes=-k) if k < 60 else timedelta(hours=k - 59))
    return {"k": k, "at": at, "an_hour": at + timedelta(hours=1), "two_hours": at + timedelta(hours=2)}


def _agent(n: int) -> dict[str, object]:
    return {
        "id": f"a{n}", "sign_in": f"a{n}", "name": f"a{n}", "password_hash": "-", "role": "agent", "demo": False,
        "departments": json.dumps(DESKS[n % 3 :][:2]), "languages": json.dumps(LANGUAGES[: 1 + n % 2]), "active": True,
    }  # fmt: skip


def _presence(n: int) -> dict[str, object]:
    alive = SetClock().machine()
    return {
        "agent_id": f"a{n}", "state": "available", "since_at": TUESDAY, "idle_since_at": TUESDAY,
        "heartbeat_machine": alive,
    }  # fmt: skip


# --- the cells ---------------------------------------------------------------------------------------------------


def _in_turns(cells: list[Cell], records: dict[int, str], seconds: float) -> int:
    """Interleaved, so that a busy minute of the machine is everybody's."""
    hands = {matters: [_hand(url) for _ in range(max(CLAIMERS))] for matters, url in records.items()}
    until, claims = time.monotonic() + seconds * len(cells), 0
    while time.monotonic() < until:
        for cell in cells:
            mine = hands[cell.matters][: cell.claimers]
            begun = time.perf_counter()
            _at_once([partial(dispatch.deal, one) for one in mine])
            took = time.perf_counter() - begun
            made = _free_again(mine[0])
            claims += made
            cell.rates.append(made / took)
    for each in hands.values():
        for one in each:
            one.database.dispose()
    return claims


def _hand(url: str) -> Services:
    """With connections of its own, and a disk that is waited for."""
    return replace(services_for(url), database=Database(url, deadline=LOCK_SECONDS * 2))


def _at_once(works: list[Callable[[], object]]) -> None:
    failed: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def _free_again(services: Services) -> int:
    """The agents are free and the matters due as before; how many had been claimed."""
    with services.database.write() as tx:
        held = select(offer.c.request_id).where(offer.c.state == "offered")
        back = update(callback_request).where(callback_request.c.id.in_(held))
        claimed = tx.connection.execute(back.values(state="requested", offer_token=None)).rowcount
        ended = update(offer).where(offer.c.state == "offered").values(state="ended", accepted_at=TUESDAY)
        freed = tx.connection.execute(ended).rowcount
        tx.connection.execute(delete(outbox))
    if freed != claimed:
        raise AssertionError(f"{freed} offers for {claimed} matters")
    return int(freed)


# --- never twice -------------------------------------------------------------------------------------------------


def _storm(url: str, counted: Counted) -> None:
    """Every claimer claims every matter, each for an agent of its own."""
    hands = [_hand(url) for _ in range(max(CLAIMERS))]
    with hands[0].database.read() as connection:
        query = select(callback_request.c.id).where(callback_request.c.state == "requested").limit(STORM_MATTERS)
        matters = [str(row) for row in connection.scalars(query)]
    barrier = threading.Barrier(len(hands))
    won = [[False] * len(matters) for _ in hands]

    def claim_all(n: int) -> None:
        for at, matter in enumerate(matters):
            barrier.wait()
            won[n][at] = _claimed(hands[n], Deal(matter, "asap", f"a{n}", "place", None))
            if barrier.wait() == 0:
                _free_again(hands[n])
            barrier.wait()

    _at_once([partial(claim_all, n) for n in range(len(hands))])
    counted.claims += len(matters) * len(hands)
    counted.doubled += sum(1 for times in zip(*won, strict=True) if sum(times) != 1)
    for one in hands:
        one.database.dispose()


def _claimed(services: Services, deal: Deal) -> bool:
    try:
        with services.database.write() as tx:
            return dispatch.claim(services, tx, deal)
    except IntegrityError:
        return False


def _told(cells: list[Cell], counted: Counted) -> bool:
    print("\nclaims a second, whole deals, medians of interleaved rounds")
    holds = True
    for engine in ("sqlite", "postgresql"):
        for claimers in CLAIMERS:
            rates = {c.matters: c.rate for c in cells if (c.engine, c.claimers) == (engine, claimers)}
            ratio = rates[SIZES[-1]] / rates[SIZES[0]]
            holds = holds and ratio >= BAR
            shown = "".join(f"{rates[matters]:9.0f}" for matters in SIZES)
            verdict = "holds" if ratio >= BAR else "DOES NOT HOLD"
            print(f"  {engine:<11}{claimers} claimers{shown}   1e6/1e3 {ratio:5.2f}   bar {BAR:.2f}   {verdict}")
    print(f"  claims made or contested: {counted.claims}, claimed twice: {counted.doubled}")
    return holds and counted.doubled == 0
