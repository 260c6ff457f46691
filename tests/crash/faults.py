"""The faults and the moments of the matrix, as data, and how one of them is done while a scenario runs."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.fault_points import POINTS
from tests.calls.promise_scenarios import the_promise_is_kept, three_misses_and_an_open_door
from tests.rig.city import City
from tests.rig.hold import Reached, Saboteur

Harm = Callable[[City, Reached, float], None]
Scenario = Callable[[City, Callable[[], None]], None]


def flush(city: City, reached: Reached, outage: float) -> None:
    city.flush()


def valkey_down(city: City, reached: Reached, outage: float) -> None:
    city.stop_valkey()
    city.hold.let_go()
    time.sleep(outage)  # the outage itself: its length is what is tested
    city.start_valkey()


def kill_worker(city: City, reached: Reached, outage: float) -> None:
    city.kill("worker-1", "worker-2")


def kill_clock(city: City, reached: Reached, outage: float) -> None:
    city.kill("clock")


def kill_web(city: City, reached: Reached, outage: float) -> None:
    """The web process that stands at the point, or else one of its siblings; the others serve on."""
    city.kill_web_process(reached.pid if reached.process == "web" else None)


FAULTS: Mapping[str, Harm] = {
    "valkey flushed": flush,
    "valkey down": valkey_down,
    "worker killed": kill_worker,
    "dispatcher killed": kill_clock,
    "web killed": kill_web,
}
KEPT, MISSED = "a promise is kept", "three misses"
SCENARIOS: Mapping[str, Scenario] = {KEPT: the_promise_is_kept, MISSED: three_misses_and_an_open_door}


@dataclass(frozen=True)
class Case:
    fault: str
    point: str
    scenario: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.point}, {self.scenario}"


def whole_matrix() -> list[Case]:
    return [Case(fault, point, scenario) for scenario in SCENARIOS for fault in FAULTS for point in POINTS]


def run(city: City, case: Case, outage: float) -> None:
    """Raises where the resident would have noticed, or where the point was never reached."""
    saboteurs: list[Saboteur] = []

    def arm() -> None:
        saboteurs.append(Saboteur(city.hold, case.point, lambda reached: FAULTS[case.fault](city, reached, outage)))

    try:
        SCENARIOS[case.scenario](city, arm)
    finally:
        for saboteur in saboteurs:
            saboteur.join()
