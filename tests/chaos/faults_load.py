"""T32, T33: ten times the load, a flood of the console, connections that never say anything; very large numbers."""

import socket
import threading
import time
from contextlib import ExitStack, suppress

import requests
from sqlalchemy import text

from tests.chaos.fault import Fault, Scene
from tests.chaos.filling import Past, emptied, filled

TIMES = 10
FLOOD_THREADS, FLOOD_SECONDS = 6, 10.0
STALLED = 150  # connections that say half a request and no more
HALF = b"POST /voice/incoming HTTP/1.1\r\nHost: city\r\nContent-Length: 400\r\n"
WAITING, OF_ONE, FIRST_NUMBER = 20_000, 5_000, 2**31 - 1
HISTORIES = ("line_event", "callback_event", "route_decision")


def spike_and_flood(scene: Scene) -> None:
    """Ten times as many callers within some seconds, everybody's console asked without a pause, slow connections."""
    with ExitStack() as open_ones:
        for port in scene.city.web_ports:
            for _ in range(STALLED // len(scene.city.web_ports)):
                with suppress(OSError):
                    line = open_ones.enter_context(socket.create_connection(("127.0.0.1", port), timeout=2))
                    line.sendall(HALF)
                    scene.counts["stalled connections"] += 1
        flood = Flood(scene)
        until = time.monotonic() + min(FLOOD_SECONDS, scene.left)
        pause = 1 / (scene.load.pace.calls_per_second * TIMES)
        while time.monotonic() < until:
            scene.load.rings(scene.random.choice(("callback", "waits", "leaves")))
            scene.counts["callers of the spike"] += 1
            time.sleep(scene.random.expovariate(1 / pause))
        flood.ends()
    scene.wait(scene.left)


class Flood:
    """Pages asked for as fast as they come, by nobody whom the console knows."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._over = scene, threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(FLOOD_THREADS)]
        for thread in self._threads:
            thread.start()

    def ends(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(15)

    def _ask(self) -> None:
        with requests.Session() as http:
            http.trust_env = False
            while not self._over.is_set():
                with suppress(requests.RequestException):
                    http.get(f"{self._scene.city.installation.web}/console/sign-in", timeout=10)
                    self._scene.counts["console pages asked"] += 1


def promises_kept_through_the_spike(scene: Scene) -> list[str]:
    """Shedding is allowed, silence is not: whoever was answered at all was answered in words."""
    silent = 0
    for call in scene.city.lab.get("/lab/calls")["calls"]:
        events = scene.city.lab.call(call["call_sid"]).events
        said = any(event.kind in ("say", "play", "joined") for event in events)
        left = any(event.kind == "end" for event in events)
        silent += call["direction"] == "inbound" and left and not said and call["status"] != "completed"
    return [f"{silent} callers heard nothing at all"] if silent else []


def very_many(scene: Scene) -> None:
    """Twenty thousand promises of other days, five thousand of one number, and rows numbered past 2^31."""
    number_on(scene)
    filled(scene, WAITING, Past("requested", 3))
    filled(scene, OF_ONE, Past("done", 30, one_number=True))
    scene.wait(scene.left)
    emptied(scene)


def number_on(scene: Scene) -> None:
    with scene.city.engine.begin() as connection:
        for name in HISTORIES:
            if scene.city.postgresql is not None:
                connection.execute(text(f"ALTER SEQUENCE {name}_id_seq RESTART {FIRST_NUMBER}"))
                scene.counts["histories numbered on"] += 1


FAULTS = (
    Fault(
        "T32",
        "ten times the callers, a flood of the console, stalled connections",
        spike_and_flood,
        promises_kept_through_the_spike,
        caller_may_notice=True,
    ),
    Fault("T33", "20,000 open requests, 5,000 of one number, ids past 2^31", very_many),
)
