"""The menu step and the promise-committing step against their floors: CPU of the whole server for one request."""

import html
import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count, product

from tests.bench import form
from tests.bench.load import Connection, at_once
from tests.bench.served import Server, everything
from tests.bench.tree import cpu_seconds

MENU_BAR, PROMISE_BAR = 1.0, 1.5
ROUNDS, WARM = 7, 150
_NEXT = re.compile(r'<(?:Gather|Enqueue|Dial)[^>]* action="([^"]+)"')
_NONCE = re.compile(r"\bn=[a-z0-9]+")
_numbers = count(1)

Make = Callable[[int], list[bytes]]
# Languages, topics and slots in turn: no window of a real city holds thousands of promises.
PROMISES = tuple("".join(keys) for keys in product("123", "12345", "12345", "1234", "1"))


@dataclass(frozen=True)
class Cell:
    name: str
    server: Server
    make: Make  # so many requests, each of another call
    microseconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.microseconds)


def measure(promise: bool, rounds: int, requests: int) -> bool:
    """Prints the table; False: a bar does not hold."""
    with everything() as (servers, _):
        cells = [_floor(name, servers[name]) for name in ("a", "d", "f")]
        menu = Cell("our menu step", servers["ours"], of_step(servers["ours"], "11"), [])
        cells.append(menu)
        if promise:
            cells.append(Cell("our promise", servers["ours"], of_step(servers["ours"], *PROMISES), []))
        for cell in cells:
            at_once(cell.server.port, cell.make(WARM))
        for _ in range(rounds):
            for cell in cells:
                cell.microseconds.append(_one(cell, requests))
    return _told(cells, rounds, requests)


def _floor(name: str, server: Server) -> Cell:
    def make(requests: int) -> list[bytes]:
        host = f"127.0.0.1:{server.port}"
        numbers = [next(_numbers) for _ in range(requests)]
        forms = (form.voice_form(form.call_sid(n), form.telephone(n), Digits="1") for n in numbers)
        return [form.posted("/voice", one, host) for one in forms]

    return Cell(f"floor {name}", server, make, [])


def of_step(server: Server, *ways: str) -> Make:
    """Where these keys lead from the greeting: the last of them is pressed, each time by another caller; ways in turn.

    Ways that lead to another step than the first one does are not gone.
    """
    host = f"127.0.0.1:{server.port}"
    walked = [(_walked(server, way[:-1], host), way[-1]) for way in ways]
    targets = [(target, key) for target, key in walked if _path(target) == _path(walked[0][0])]

    def make(requests: int) -> list[bytes]:
        made = []
        for _ in range(requests):
            n = next(_numbers)
            target, key = targets[n % len(targets)]
            one = form.voice_form(form.call_sid(n), form.telephone(n), Digits=key)
            made.append(form.posted(_NONCE.sub(f"n=bench{n}", target), one, host))
        return made

    return make


def _path(target: str) -> str:
    return target.partition("?")[0]


def _walked(server: Server, keys: Sequence[str], host: str) -> str:
    n = next(_numbers)
    connection, target = Connection(server.port), "/voice/incoming"
    for key in ("", *keys):
        one = form.voice_form(form.call_sid(n), form.telephone(n), **({"Digits": key} if key else {}))
        answer = connection.ask(form.posted(target, one, host)).decode()
        target = html.unescape(_NEXT.findall(answer)[-1]).removeprefix(form.BASE).partition("#")[0]
    connection.close()
    return target


def _one(cell: Cell, requests: int) -> float:
    prepared = cell.make(requests)
    before = cpu_seconds(cell.server.pid)
    at_once(cell.server.port, prepared)
    return (cpu_seconds(cell.server.pid) - before) / requests * 1e6


def _told(cells: list[Cell], rounds: int, requests: int) -> bool:
    by_name = {cell.name: cell.median for cell in cells}
    print(f"\nCPU of the server's whole process tree, {rounds} interleaved rounds of {requests} requests, medians")
    for cell in cells:
        spread = f"{min(cell.microseconds):.0f}-{max(cell.microseconds):.0f}"
        print(f"  {cell.name:<16}{cell.median:7.0f} µs a request   ({spread})")
    holds = _bar("menu step / floor d", by_name["our menu step"] / by_name["floor d"], MENU_BAR)
    if "our promise" in by_name:
        holds = _bar("promise / floor f", by_name["our promise"] / by_name["floor f"], PROMISE_BAR) and holds
    return holds


def _bar(name: str, ratio: float, bar: float) -> bool:
    print(f"  {name:<22}{ratio:5.2f}   bar {bar:.2f}   {'holds' if ratio <= bar else 'DOES NOT HOLD'}")
    return ratio <= bar
