"""Two hundred agents signed in, two hundred event streams open: how late an offer is on the screen, what callers pay.

(a) due -> the offered agent's page has read the offer, with every page alive (hints, heartbeats, looks): p95.
(b) the slowest hundredth of thirty webhooks a second with the streams open and without, in turns in one run. The hints
that those very calls give are read; heartbeats and looks are counted in (a), which has them.
"""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, insert, update

from adapters.database import Database
from adapters.places import ROOT
from adapters.schema import agent, callback_request, offer, phone_number, presence, session
from console.signing_in.sign_in import hashed
from console.tickets import make_ticket
from tests.bench import form
from tests.bench.growth import MIX, PER_SECOND, ROUND_SECONDS
from tests.bench.load import at_once, on_schedule
from tests.bench.pages_open import Page, Pages
from tests.bench.served import TUESDAY_TEN, city_environment, listens, server, stores, until
from tests.bench.steps import Make, of_step
from tests.rig.ports import free_ports
from tests.support.postgres import fresh_database

AGENTS, OFFERS, GAP_SECONDS = 200, 60, 0.5
BAR_SECONDS, BAR = 0.7, 1.2
DESK = "housing"
BEGIN_SECONDS, AFTER_SECONDS = 6.0, 5.0
SETTLE_SECONDS, WARM = 6.0, 120


@dataclass(frozen=True)
class Town:
    web: int
    events: int
    database: str
    clock_file: Path
    pages: tuple[Page, ...]
    secret_key: str

    def opened(self, *, lively: bool) -> Pages:
        """Their tickets are made now: one is good for a minute."""
        for page in self.pages:
            page.word = ""  # it has not read its desk yet
        tickets = [make_ticket(self.secret_key, page.agent_id) for page in self.pages]
        return Pages(self.web, self.events, self.pages, tickets, lively=lively)


def measure(rounds: int) -> bool:
    with ExitStack() as running:
        town = running.enter_context(_town(running))
        offers = _offers(town)
        webhooks = _webhooks(town, rounds)
    return offers and webhooks


# --- (a) ---------------------------------------------------------------------------------------------------------


def _offers(town: Town) -> bool:
    with town.opened(lively=True) as pages:
        until(pages.all_read, "every page")
        time.sleep(SETTLE_SECONDS)  # their heartbeats and looks run evenly
        due = _make_due(town)
        time.sleep(max(0.0, due[-1] - time.time()) + AFTER_SECONDS)
        shown = sorted(at for page in town.pages for at in page.shown.values())
    late = sorted(seen - at for seen, at in zip(shown, due, strict=False))
    print(f"\nDue -> on the screen, {AGENTS} agents' pages alive, {OFFERS} offers")
    print(f"  {pages.read} readings of the desk, {pages.refused} requests refused")
    if len(shown) != len(due):
        print(f"  {len(shown)} offers were shown of {len(due)}: DOES NOT HOLD")
        return False
    p95 = late[int(len(late) * 0.95) - 1]
    holds = p95 <= BAR_SECONDS and late[0] >= 0
    print(f"  median {median(late):.3f} s   p95 {p95:.3f} s   worst {late[-1]:.3f} s   earliest {late[0]:.3f} s")
    print(f"  bar {BAR_SECONDS} s, never early   {'holds' if holds else 'DOES NOT HOLD'}")
    return holds


def _make_due(town: Town) -> list[float]:
    """So many requests, each due at a moment of its own; those moments in machine time."""
    clock = json.loads(town.clock_file.read_text())
    business = datetime.fromisoformat(clock["business_time"])
    begin = time.time() + BEGIN_SECONDS
    due = [begin + n * GAP_SECONDS for n in range(OFFERS)]
    database = Database(town.database, deadline=60.0)
    with database.write() as tx:
        for n, at in enumerate(due):
            _ask(tx.connection, n, business + timedelta(seconds=at - clock["as_of"]))
    database.dispose()
    return due


def _ask(connection: Connection, n: int, at: datetime) -> None:
    connection.execute(insert(phone_number).values(id=f"d{n}", e164=f"+35844{n:07}", created_at=at))
    connection.execute(
        insert(callback_request).values(
            id=f"d{n}", code=f"{n:06}", number_id=f"d{n}", topic="housing", language="fi", department=DESK, desk=DESK,
            ruleset_version=1, urgent=False, state="requested", kind="slot", line_time_at=at, due_at=at,
            window_start_at=at, window_end_at=at + timedelta(hours=1), promise_words="", told=True, keyed_in=False,
            created_at=at - timedelta(hours=1),
        )
    )  # fmt: skip


# --- (b) ---------------------------------------------------------------------------------------------------------


def _webhooks(town: Town, rounds: int) -> bool:
    """Everybody on a break: callers are offered the callback, as in the bench of growth, and nobody is rung."""
    _all_on_a_break(town)
    makes = [of_step(_Asked(town.web), *ways) for ways in MIX]
    at_once(town.web, _mixed(makes, WARM))
    slowest: dict[bool, list[float]] = {False: [], True: []}
    read = 0
    for _ in range(rounds):
        slowest[False].append(_round(town, makes))
        with town.opened(lively=False) as pages:
            until(pages.all_read, "every page")
            until(pages.at_rest, "the pages' first readings")
            before = pages.read
            slowest[True].append(_round(town, makes))
            read += pages.read - before
    return _told(slowest, rounds, read)


def _all_on_a_break(town: Town) -> None:
    database = Database(town.database, deadline=60.0)
    with database.write() as tx:
        running = update(offer).where(offer.c.ended_at.is_(None))
        tx.connection.execute(running.values(state="ended", ended_at=TUESDAY_TEN))
        tx.connection.execute(update(presence).values(state="break"))
    database.dispose()


@dataclass(frozen=True)
class _Asked:
    """The web server, as `of_step` wants it named."""

    port: int


def _round(town: Town, makes: list[Make]) -> float:
    taken = on_schedule(town.web, _mixed(makes, int(PER_SECOND * ROUND_SECONDS)), PER_SECOND)
    return sorted(taken)[int(len(taken) * 0.99) - 1] * 1000


def _mixed(makes: list[Make], requests: int) -> list[bytes]:
    return [makes[at % len(makes)](1)[0] for at in range(requests)]


def _told(slowest: Mapping[bool, list[float]], rounds: int, read: int) -> bool:
    print(f"\np99 at {PER_SECOND:.0f} webhooks a second, {rounds} rounds of {ROUND_SECONDS:.0f} s for each, in turns")
    for opened, found in slowest.items():
        name = f"with {AGENTS} streams" if opened else "without"
        print(f"  {name:<18}{median(found):7.1f} ms   ({min(found):.1f}-{max(found):.1f})")
    ratio = median(slowest[True]) / median(slowest[False])
    holds = ratio <= BAR
    print(f"  readings of the desk meanwhile: {read}")
    print(f"  with / without {ratio:5.2f}   bar {BAR:.2f}   {'holds' if holds else 'DOES NOT HOLD'}")
    return holds


# --- the town ----------------------------------------------------------------------------------------------------


@contextmanager
def _town(running: ExitStack) -> Iterator[Town]:
    held = running.enter_context(stores())
    url = fresh_database()
    events, emulator = free_ports(2)
    environment = city_environment(held, url) | {
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{emulator}",
        "EVENTS_URL": f"http://127.0.0.1:{events}",
        "EVENTS_PORT": str(events),
        "WEB_HOST": "127.0.0.1",
    }
    pages = _hire(url)
    config = held.directory / "emulator.json"
    config.write_text(json.dumps(_emulated(environment, emulator)), encoding="utf-8")
    web = running.enter_context(server("wsgi:create_app()", environment, held.directory))
    for command in (
        ("-m", "gunicorn", "-c", "operations/gunicorn_events.py", "console.events:create_app()"),
        ("-m", "emulator", "--config", str(config)),
        ("-m", "queue_workers.worker"),
        ("-m", "queue_workers.worker"),
        ("-m", "queue_workers.scheduler"),
    ):
        running.enter_context(_process(command, environment, held.directory))
    clock_file = Path(environment["CLOCK_FILE"])
    _await(events)
    yield Town(web.port, events, url, clock_file, pages, environment["SECRET_KEY"])


def _emulated(environment: Mapping[str, str], port: int) -> dict[str, object]:
    return {
        "port": port,
        "account_sid": form.ACCOUNT,
        "auth_token": form.TOKEN,
        "clock_file": environment["CLOCK_FILE"],
        "numbers": [{"number": form.CITY}],
    }


def _hire(url: str) -> tuple[Page, ...]:
    """Two hundred who are on duty and signed in; nobody knows their password."""
    database, machine, pages = Database(url, deadline=60.0), time.time(), list[Page]()
    with database.write() as tx:
        for n in range(AGENTS):
            name, token = f"b{n}", secrets.token_urlsafe(32)
            tx.connection.execute(
                insert(agent).values(
                    id=name, sign_in=name, name=name, password_hash="-", role="agent", demo=False,
                    departments=json.dumps([DESK]), languages=json.dumps(["fi"]),
                )
            )  # fmt: skip
            tx.connection.execute(
                insert(presence).values(
                    agent_id=name, state="available", since_at=TUESDAY_TEN, heartbeat_machine=machine + 60.0,
                    idle_since_at=TUESDAY_TEN + timedelta(milliseconds=n),
                )
            )  # fmt: skip
            tx.connection.execute(
                insert(session).values(
                    token_hash=hashed(token), agent_id=name, created_machine=machine, seen_machine=machine
                )
            )
            pages.append(Page(name, f"__Host-console={token}"))
    database.dispose()
    return tuple(pages)


@contextmanager
def _process(command: tuple[str, ...], environment: Mapping[str, str], directory: Path) -> Iterator[None]:
    log = directory / f"{len(list(directory.glob('*.log')))}.log"
    whole = {**os.environ, **environment, "LOG_LEVEL": "WARNING"}
    with open(log, "wb") as written:
        process = subprocess.Popen((sys.executable, *command), cwd=ROOT, env=whole, stdout=written, stderr=written)
    try:
        yield
    finally:
        ended = process.poll()
        process.terminate()
        process.wait(timeout=15)
        if ended is not None:
            print(f"{command[:3]} had ended:\n{log.read_text(errors='replace')[-1500:]}", file=sys.stderr)


def _await(port: int) -> None:
    until(lambda: listens(port), "the events process")
