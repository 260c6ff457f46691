"""T32, T33: ten times the load, a flood of the console, connections that never say anything; very large numbers."""

import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from sqlalchemy import text

from tests.chaos.fault import Fault, Scene
from tests.chaos.filling import Past, emptied, filled
from tests.chaos.flood import BOARDS, DESKS, PAGES, Flood
from tests.chaos.run import answered
from tests.chaos.voices import P99_MS, p99

TIMES = 10
FLOOD_SECONDS = 10.0
LEAST_ASKED = {PAGES: 100, DESKS: 1, BOARDS: 1}
STRANGERS_MOST = 0.1  # of the processors' time
DOOR = frozenset({"/voice/incoming"})  # whoever is not let in yet is answered there, from memory
STALLED = 150  # connections that say half a request and no more
HALF = b"POST /voice/incoming HTTP/1.1\r\nHost: city\r\nContent-Length: 400\r\n"
WAITING, OF_ONE, FIRST_NUMBER = 20_000, 5_000, 2**31 - 1
NEWEST_MOVES = "UPDATE {name} SET id = {first} WHERE id = (SELECT max(id) FROM {name})"
SEQUENCE_MOVES = "SELECT setval('{name}_id_seq', {first}) FROM {name}_id_seq WHERE last_value < {first}"
HISTORIES = ("line_event", "callback_event", "route_decision")


def spike_and_flood(scene: Scene) -> None:
    """Ten times as many callers within some seconds, everybody's console asked without a pause, slow connections."""
    flood = Flood(scene)
    with ExitStack() as open_ones:
        for port in scene.city.web_ports:
            for _ in range(STALLED // len(scene.city.web_ports)):
                with suppress(OSError):
                    line = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=2))
                    line.sendall(HALF)
                    scene.counts["stalled connections"] += 1
        flood.begins()
        until = time.monotonic() + min(FLOOD_SECONDS, scene.left)
        pause = 1 / (scene.load.pace.calls_per_second * TIMES)
        while time.monotonic() < until:
            scene.load.rings(scene.random.choice(("callback", "waits", "leaves")))
            scene.counts["callers of the spike"] += 1
            time.sleep(scene.random.expovariate(1 / pause))
        flood.ends()
    scene.wait(scene.left)


def heard_and_in_time(scene: Scene) -> list[str]:
    return [*promises_kept_through_the_spike(scene), *no_flood(scene.counts), *slow_inside(scene)]


def promises_kept_through_the_spike(scene: Scene) -> list[str]:
    """Shedding is allowed, silence is not: whoever was answered at all was answered in words."""
    silent = 0
    for call in scene.city.lab.get("/lab/calls")["calls"]:
        events = scene.city.lab.call(call["call_sid"]).events
        said = any(event.kind in ("say", "play", "joined") for event in events)
        left = any(event.kind == "end" for event in events)
        silent += call["direction"] == "inbound" and left and not said and call["status"] != "completed"
    return [f"{silent} callers heard nothing at all"] if silent else []


def no_flood(counts: Mapping[str, int]) -> list[str]:
    """What was asked for less often than this was no flood, and shows nothing."""
    return [f"{what}: {counts[what]}, no flood" for what, least in LEAST_ASKED.items() if counts[what] < least]


def slow_inside(scene: Scene) -> list[str]:
    """Of callers who were let in. Where strangers had much of the machine nothing is known; what the spike itself takes
    of it, with its callers and their provider, is no excuse."""
    history, began = scene.city.lab.history(), scene.window_began
    if scene.strangers > STRANGERS_MOST:
        scene.counts["callers let in not judged"] += 1
        return []
    scene.counts["callers let in judged"] += 1
    found = p99_inside(history, began, began + scene.seconds)
    return [f"the 99th percentile for callers let in is {found:.0f} ms"] if found > P99_MS else []


def p99_inside(history: Iterable[Mapping[str, object]], began: float, ended: float) -> float:
    hooks = [answered(one) for one in history if one["kind"] == "webhook"]
    return p99([one for one in hooks if urlsplit(one.url).path not in DOOR], began, ended)


def very_many(scene: Scene) -> None:
    """Twenty thousand promises of other days, five thousand of one number, and rows numbered past 2^31."""
    later = number_on(scene, HISTORIES)
    filled(scene, WAITING, Past("requested", 3))
    filled(scene, OF_ONE, Past("done", 30, one_number=True))
    while later and scene.wait(0.5):
        later = number_on(scene, later)
    scene.wait(scene.left)
    emptied(scene)


def number_on(scene: Scene, names: Sequence[str]) -> list[str]:
    """The newest row of each history moves up (SQLite goes on from the highest), or its sequence does, which an earlier
    run may have moved already: it never goes back. Those that have no row yet."""
    sqlite = scene.city.postgresql is None
    later, moves = [], NEWEST_MOVES if sqlite else SEQUENCE_MOVES
    with scene.city.engine.begin() as connection:
        for name in names:
            done = connection.execute(text(moves.format(name=name, first=FIRST_NUMBER)))
            later += [name] if sqlite and done.rowcount == 0 else []
    return later


def numbered_past(scene: Scene) -> list[str]:
    """Each history has gone on beyond what 31 bits hold."""
    found = []
    for name in HISTORIES:
        rows = len(scene.city.sql(f"SELECT 1 FROM {name} WHERE id > {FIRST_NUMBER}"))
        scene.counts["rows numbered past 2^31"] += rows
        found += [] if rows else [f"no row of {name} is numbered past 2^31"]
    return found


FAULTS = (
    Fault(
        "T32",
        "ten times the callers, a flood of the console, stalled connections",
        spike_and_flood,
        heard_and_in_time,
        caller_may_notice=True,
    ),
    Fault("T33", "20,000 open requests, 5,000 of one number, ids past 2^31", very_many, numbered_past),
)
