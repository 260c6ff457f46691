"""What a long past costs: steps, pages, deals and night work beside 10^4, 10^5 and 10^6 calls and open requests.

All the cities stand at once and are asked in turns, so that a busy minute of the machine is everybody's. Webhooks are
an open loop; the median of each round's slowest hundredth decides. Of everything else it is the quickest time, for what
others do on the machine only adds to it. A night's longest tick is the one that takes longest in every night: a long
past has more ticks, and the longest of more is longer by chance alone.
"""

import logging
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import zip_longest
from math import inf
from pathlib import Path
from statistics import median

import requests
from sqlalchemy import delete, select, update

from adapters.schema import callback_request, offer, outbox, presence
from bootstrap import Services
from desks.line import dispatch
from queue_workers.keeping import NightKeeping
from queue_workers.scheduler import Dispatcher
from tests.bench.load import Connection, Unanswered, on_schedule
from tests.bench.served import Server, city_environment, server, stores
from tests.bench.steps import PROMISES, Make, of_step
from tests.load import seeds
from tests.load.told import at, keep, table
from tests.rig.agent import CSRF_FIELD
from tests.rig.people import PASSWORD
from tests.support.clock import SetClock
from tests.support.postgres import fresh_database
from tests.support.services import services_for

ROWS = (10_000, 100_000, 1_000_000)
BAR = 1.2
PER_SECOND, ROUNDS, LOOKS = 20.0, 5, 6  # webhooks each second; rounds; times that a page is asked for in each
DEALS = 3  # times in each round that all agents are dealt a matter
LONGEST, AS_MET = "night, longest tick", "night, longest as met"
SUPERVISOR, AGENT = "a0", "a1"
PAGES = {
    "desk page": (AGENT, "/console/part"),
    "queue page": (AGENT, "/console/queue/part"),
    "queue, one desk": (AGENT, "/console/queue/part?desk=housing"),
    "matter's page": (AGENT, "/console/matters/q300/part"),
    "board": (SUPERVISOR, "/console/line/part"),
}
SOME = 9  # of the ways to a promise, each so many-th: enough windows, and walked in a moment
SIGN_IN_SECONDS = 60.0
PATIENCE_TRIES, PATIENCE_SECONDS = 10, 1.5
NIGHT_TICKS = 2_000  # of the keeping, at most: it ends by itself long before


class Failed(Exception):
    """A duty of the clock, or a page, did not do its work: what it took means nothing."""


@dataclass
class City:
    rows: int
    size: float  # of the record, megabytes
    server: Server
    services: Services
    clock: SetClock
    menu: Make
    promise: Make
    cookies: dict[str, str]
    found: dict[str, list[float]] = field(default_factory=dict)  # milliseconds
    nights: list[list[float]] = field(default_factory=list)  # the same ticks in each, milliseconds

    def note(self, what: str, milliseconds: float) -> None:
        self.found.setdefault(what, []).append(milliseconds)

    def asked(self, what: str) -> float:
        if what == LONGEST:
            return longest_in_every(self.nights)
        return median(self.found[what]) if what.endswith(("p99", "p50")) else min(self.found[what])


def measure(database: str, rows: Sequence[int] = ROWS, seconds: float = 6.0, rounds: int = ROUNDS) -> bool:
    with ExitStack() as running:
        cities = standing(database, rows, running)
        for each in range(rounds):
            first = each % len(cities)  # nobody is always the one after the largest
            for city in (*cities[first:], *cities[:first]):
                _round(city, seconds)
            print(f"  {database}: round {each + 1} of {rounds}", flush=True)
    return _told(database, cities, rounds)


def standing(database: str, rows: Sequence[int], running: ExitStack) -> list[City]:
    """One city for each past, all at once, until ``running`` ends."""
    directory = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="onenumber-growth-")))
    held = running.enter_context(stores())
    cities = []
    for many in rows:
        url = fresh_database() if database == "postgresql" else f"sqlite:///{directory / f'{many}.db'}"
        environment = city_environment(held, url, f"city-{many}")
        begun = time.monotonic()
        size = seeds.fill(url, many)
        took = time.monotonic() - begun
        print(f"  {database}: {many} past calls and open requests, {size:.0f} MB, in {took:.0f} s", flush=True)
        one = running.enter_context(server("wsgi:create_app()", environment, held.directory))
        cities.append(_city(many, one, url, size))
    return cities


def _city(rows: int, one: Server, url: str, size: float) -> City:
    clock = SetClock(seeds.NOW, time.time())
    services = services_for(url, clock=clock)
    signed_in = {person: _cookie(one.port, person) for person in (SUPERVISOR, AGENT)}
    return City(rows, size, one, services, clock, of_step(one, "11"), of_step(one, *PROMISES[::SOME]), signed_in)


def _round(city: City, seconds: float) -> None:
    for what, make in (("menu", city.menu), ("promise", city.promise)):
        made = make(int(PER_SECOND * seconds))
        taken = on_schedule(city.server.port, made, PER_SECOND)
        city.note(f"{what} p99", at([one * 1000 for one in taken], 0.99))
        city.note(f"{what} p50", median(taken) * 1000)
    connection = Connection(city.server.port)
    for what, (person, path) in PAGES.items():
        for _ in range(LOOKS):
            city.note(what, patiently(connection, page(city, person, path)))
    connection.close()
    for _ in range(DEALS):
        _deal(city)
    _ticks(city)
    _night(city)


# --- what the workers and the clock do ------------------------------------------------------------------------------


def _deal(city: City) -> None:
    """Every agent is free and is dealt a matter; how long for one of them. Then all is as before."""
    services = city.services
    _agents(city, "available")
    took = _timed(lambda: dispatch.deal(services))
    with services.database.write() as tx:
        held = select(offer.c.request_id).where(offer.c.state == "offered")
        back = update(callback_request).where(callback_request.c.id.in_(held))
        dealt = tx.connection.execute(back.values(state="requested", offer_token=None)).rowcount
        tx.connection.execute(delete(offer).where(offer.c.state == "offered"))
        tx.connection.execute(delete(outbox).where(outbox.c.done_machine.is_(None)))
    _agents(city, "offline")
    if not dealt:
        raise Failed("nothing was dealt to agents who are free")
    city.note("one deal", took / dealt)


def _agents(city: City, state: str) -> None:
    with city.services.database.write() as tx:
        tx.connection.execute(update(presence).values(state=state, heartbeat_machine=city.clock.machine()))


def _ticks(city: City) -> None:
    """The clock's own work while nothing is due."""
    dispatcher = Dispatcher(city.services)
    works = {"fast tick": dispatcher.fast, "closing tick": dispatcher.closing, "slow tick": _slow(dispatcher)}
    for what, work in works.items():
        with _no_failures(what):
            work()  # what is done once, such as the day's first look
        for _ in range(2):
            with _no_failures(what):
                city.note(what, _timed(work))


def _slow(dispatcher: Dispatcher) -> Callable[[], None]:
    """Without the rounds of vault and coming fortnight, which have threads of their own and read no past."""
    dispatcher.night_watch.begin_due = lambda services: None  # type: ignore[method-assign]
    dispatcher.patrol.step = lambda services: None  # type: ignore[method-assign]
    dispatcher.keeping.step = lambda services: None  # type: ignore[method-assign]
    return dispatcher.slow


class _no_failures(logging.Handler):  # noqa: N801  read as a word of the sentence it stands in
    """The clock logs a failing duty and goes on; here it ends the measurement."""

    def __init__(self, what: str) -> None:
        super().__init__(logging.WARNING)
        self._what, self._said = what, list[str]()

    def emit(self, entry: logging.LogRecord) -> None:
        self._said.append(f"{entry.getMessage()} {getattr(entry, 'duty', '')}")

    def __enter__(self) -> None:
        logging.getLogger("clock").addHandler(self)

    def __exit__(self, *failure: object) -> None:
        logging.getLogger("clock").removeHandler(self)
        if self._said:
            raise Failed(f"{self._what}: {self._said}")


def _night(city: City) -> None:
    """A whole night of keeping: its longest tick as met is what a caller could meet, the sum is how long it goes on."""
    keeping, day = NightKeeping(), city.clock.business
    city.clock.business = day.replace(hour=1) + timedelta(days=len(city.nights) + 1)
    ticks: list[float] = []
    while len(ticks) < NIGHT_TICKS:
        ticks.append(_timed(lambda: keeping.step(city.services)))
        if keeping._work is None:
            break
    city.clock.business = day
    city.nights.append(ticks)
    for what in (LONGEST, AS_MET):
        city.note(what, max(ticks))
    city.note("night, in all", sum(ticks))


# --- small things ------------------------------------------------------------------------------------------------


def patiently(connection: Connection, request: bytes) -> float:
    """Milliseconds. A page is refused while the record is too busy for its deadline; a person then asks again."""
    for _ in range(PATIENCE_TRIES):
        begun = time.perf_counter()
        try:
            connection.ask(request)
        except Unanswered as refusal:
            last = str(refusal)
            connection.close()
            time.sleep(PATIENCE_SECONDS)
            continue
        return (time.perf_counter() - begun) * 1000
    raise Failed(f"asked {PATIENCE_TRIES} times: {last}")


def longest_in_every(nights: Sequence[Sequence[float]]) -> float:
    """Of each tick the quickest of all nights, and the longest of those. A later night may have a tick more."""
    return max(min(each) for each in zip_longest(*nights, fillvalue=inf))


def _timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _cookie(port: int, person: str) -> str:
    """Signed in by the page's own form."""
    base = f"http://127.0.0.1:{port}/console/sign-in"
    page = requests.get(base, timeout=SIGN_IN_SECONDS)
    word = CSRF_FIELD.search(page.text)
    assert word is not None
    form = {"sign_in": f"{person}@city.example", "password": PASSWORD, "csrf_token": word[1] or word[2]}
    headers = {"Cookie": _kept(page)}  # marked as secure: no client would send it here by itself
    answer = requests.post(base, data=form, headers=headers, timeout=SIGN_IN_SECONDS, allow_redirects=False)
    if answer.status_code not in (302, 303):
        raise Failed(f"{person} could not sign in: {answer.status_code}")
    return _kept(answer)


def _kept(answer: requests.Response) -> str:
    return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


def page(city: City, person: str, path: str) -> bytes:
    host = f"127.0.0.1:{city.server.port}"
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/html\r\nCookie: {city.cookies[person]}\r\n\r\n".encode()
    )


def _told(database: str, cities: Sequence[City], rounds: int) -> bool:
    names = list(cities[0].found)
    ratios = {name: cities[-1].asked(name) / max(0.01, cities[0].asked(name)) for name in names}
    broken = [name for name in judged(names) if ratios[name] > BAR]
    print(f"\nGrowth on {database}: milliseconds, {rounds} rounds in turns, {PER_SECOND:.0f} webhooks/s")
    rows = [
        (
            name,
            *(round(city.asked(name), 2) for city in cities),
            f"{ratios[name]:.2f}",
            "BROKEN" if name in broken else "",
        )
        for name in names
    ]
    print(table(("", *(f"{city.rows:.0e}" for city in cities), "ratio", f"bar {BAR}"), rows))
    figures = {
        "database": database, "bar": BAR, "rounds": rounds, "broken": broken,
        "ratios": {n: round(r, 2) for n, r in ratios.items()},
        "milliseconds": {str(city.rows): {n: round(city.asked(n), 2) for n in names} for city in cities},
        "record_mb": {str(city.rows): round(city.size, 1) for city in cities},
    }  # fmt: skip
    print(f"  {keep(f'growth-{database}', figures)}")
    return not broken


def judged(names: Iterable[str]) -> list[str]:
    """Callers' slowest hundredth, and what keeps a person or the clock waiting; a night is as long as its rows."""
    return [name for name in names if not name.endswith("p50") and name not in (AS_MET, "night, in all")]
