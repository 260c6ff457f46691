"""What one webhook and one page cost in CPU, beside the floor: the figures that a busy machine hardly moves.

CPU of the web server's whole tree and of the database, for one request of each kind, on a record with 10^4 past calls.
What a city needs is these times how often each is asked; docs/capacity.md does that sum.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import count
from statistics import median

from tests.bench import form
from tests.bench.load import Connection
from tests.bench.served import Server, floor_environment, server, stores
from tests.bench.tree import cpu_seconds
from tests.load.growth import PAGES, City, page, patiently, standing
from tests.load.told import keep, table
from tests.support.postgres import cluster

ROWS, REQUESTS, ROUNDS, WARM = 10_000, 150, 5, 60
FLOOR = "floor (d)"
_numbers = count(1)
Made = Callable[[int], list[bytes]]


def measure(database: str, rounds: int = ROUNDS) -> bool:
    """Prints; nothing can fail but the service itself."""
    with ExitStack() as running:
        (city,) = standing(database, (ROWS,), running)
        held = running.enter_context(stores())
        app, environment = "tests.bench.floors.menu:create_app()", floor_environment(held, "")
        floor = running.enter_context(server(app, environment, held.directory))
        cells = {FLOOR: (floor, _floor(floor)), **_cells(city)}
        for one, make in cells.values():
            _asks(one, make(WARM))
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in cells}
        for _ in range(rounds):
            for name, (one, make) in cells.items():
                found[name].append(_one(database, one, make))
    return _told(database, found)


def _cells(city: City) -> Mapping[str, tuple[Server, Made]]:
    def looks(person: str, path: str) -> Made:
        return lambda number: [page(city, person, path)] * number

    webhooks = {"menu": city.menu, "promise": city.promise}
    made = {**webhooks, **{name: looks(*where) for name, where in PAGES.items()}}
    return {name: (city.server, make) for name, make in made.items()}


def _floor(one: Server) -> Made:
    return lambda number: [_posted(one, "/voice", Digits="1") for _ in range(number)]


def _posted(one: Server, path: str, **more: str) -> bytes:
    n = next(_numbers)
    fields = {**form.voice_form(form.call_sid(10**9 + n), form.telephone(5 * 10**6 + n)), **more}
    return form.posted(path, fields, f"127.0.0.1:{one.port}")


def _one(database: str, one: Server, make: Made) -> tuple[float, float]:
    """Milliseconds of CPU for one request: the web server's, the database's."""
    requests, before = make(REQUESTS), (cpu_seconds(one.pid), _database(database))
    _asks(one, requests)
    after = (cpu_seconds(one.pid), _database(database))
    web, record = (late - early for late, early in zip(after, before, strict=True))
    return web / REQUESTS * 1000, record / REQUESTS * 1000


def _asks(one: Server, requests: list[bytes]) -> None:
    """One after the other: what a request costs does not depend on its neighbours, and a busy record refuses fewer."""
    connection = Connection(one.port)
    for request in requests:
        patiently(connection, request)
    connection.close()


def _database(database: str) -> float:
    """An embedded one works within the web server."""
    if database != "postgresql":
        return 0.0
    return cpu_seconds(int((cluster().directory / "postmaster.pid").read_text().splitlines()[0]))


def _told(database: str, found: Mapping[str, list[tuple[float, float]]]) -> bool:
    cost = {name: (median(w for w, _ in cells), median(d for _, d in cells)) for name, cells in found.items()}
    floor = sum(cost[FLOOR])
    print(f"\nCPU of one request on {database}, medians of interleaved rounds of {REQUESTS}")
    rows = [
        (name, f"{web:.2f}", f"{record:.2f}", f"{(web + record) / floor:.1f}") for name, (web, record) in cost.items()
    ]
    print(table(("", "web ms", "database ms", "x floor"), rows))
    figures = {name: {"web_ms": round(web, 3), "database_ms": round(record, 3)} for name, (web, record) in cost.items()}
    print(f"  {keep(f'cost-{database}', {'database': database, 'cost': figures})}")
    return True
