"""One fault with one seed on one running city: load, harm, rest, judgement. Everything is written down."""

import random
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapters.places import Places
from tests.chaos import history, machine, stakes
from tests.chaos.city import PROCESSES, ChaosCity
from tests.chaos.drained import comes_to_rest
from tests.chaos.fault import Fault, Scene
from tests.chaos.judge import Judged, Latency, judge
from tests.chaos.load import Load, Pace

TUESDAY_TEN = "2026-11-24T10:00:00+02:00"
RATE = 10.0
WARM_SECONDS = 4.0  # of load before the fault strikes
FIGURES = (  # that the table asks for
    *("calls", "webhooks", "p99", "slowest", "stretch", "heard", "rings", "twice", "lost", "asked", "unheard"),
)
OWN_BODIES = tuple(name for name in PROCESSES if name not in ("emulator", "proxy", "valkey"))


@dataclass(frozen=True)
class Result:
    fault: str
    says: str
    database: str
    seed: int
    seconds: float
    calls_per_second: float
    figures: Mapping[str, float]
    counts: Mapping[str, int]  # what was done
    drained: float | None
    violations: Sequence[str]
    latency: Latency
    took: Mapping[str, float]  # seconds of the run, by what they went for


@dataclass(frozen=True)
class Window:
    seconds: float
    warm: float = WARM_SECONDS


@dataclass
class Watch:
    """Where the seconds of a run go."""

    took: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def on(self, what: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.took[what] = round(time.monotonic() - began, 1)


def one(city: ChaosCity, fault: Fault, seed: int, window: Window, pace: Pace, place: Path) -> Result:
    """Leaves the city whole, whatever happened."""
    watch = Watch()
    with watch.on("preparing"):
        prepared(city, fault)
    luck = random.Random(f"{fault.id} {seed}")
    with watch.on("warming up"):
        load = Load(city, random.Random(luck.random()), pace).begin()
        time.sleep(window.warm)
    scene = Scene(city, luck, window.seconds, Counter(), load)
    told, trouble = _lived(scene, fault, seed, watch)
    with watch.on("judging"):
        history.write(place, city, told)
        judged, own = _judged(fault, scene, place)
    return _result(fault, scene, told, replace(judged, violations=(*trouble, *judged.violations, *own)), watch)


def _judged(fault: Fault, scene: Scene, place: Path) -> tuple[Judged, list[str]]:
    """What cannot be judged is a violation of this row, and costs a night's other rows nothing."""
    try:
        judged = judge(place, caller_may_notice=fault.caller_may_notice)
        return judged, [f"{fault.id}: {what}" for what in fault.judge(scene)] if fault.judge else []
    except Exception as failure:  # noqa: BLE001  whatever it was, the row is red and the next one is run
        words = f"harness: the run was not judged: {type(failure).__name__}: {failure}"
        return Judged((words,), dict.fromkeys(FIGURES, 0.0), "not judged"), []


def _lived(scene: Scene, fault: Fault, seed: int, watch: Watch) -> tuple[history.Told, list[str]]:
    """Through the fault and until the city rests; with what kept the fault from being done."""
    city, load = scene.city, scene.load
    before, used, spent = history.bodies(city, OWN_BODIES), machine.used(city), machine.spent(city)
    began = scene.window_began = time.time()
    with watch.on("fault"):
        trouble = struck(fault, scene)
    ended, stretch = time.time(), machine.stretch(used, machine.used(city))
    scene.stretch, scene.strangers = stretch, machine.strangers(spent, machine.spent(city))
    with watch.on("coming to rest"):
        load.no_more_calls()
        drained, left = comes_to_rest(city, len(load.pace.agents), stretch)
        load.end()
    told = history.Told(
        fault=fault.id,
        database=city.database,
        seed=seed,
        began=began,
        ended=ended,
        judged=time.time(),
        heard=load.heard,
        numbers=load.numbers,
        counts=dict(scene.counts),
        calls=dict(load.counts),
        drained=drained,
        left=left,
        logs=str(Places(city.installation.root).log),
        keys=city.keys(),
        stretch=stretch,
        city_numbers=city.numbers_in_rules(),
        before=before,
        after=history.bodies(city, OWN_BODIES),
    )
    return told, trouble


def prepared(city: ChaosCity, fault: Fault) -> None:
    """A Tuesday morning on which nothing has happened yet."""
    city.whole_again()
    city.reset()
    city.clock(TUESDAY_TEN, RATE)
    city.disturbances.append(fault.says)
    for number in city.numbers_in_rules():
        city.lab.behave(number, "answer", after=2, talk=20)


def struck(fault: Fault, scene: Scene) -> list[str]:
    """Runs the window to its end; what kept the fault from being done is no proof of anything, and a violation."""
    trouble = []
    try:
        scene.at_stake = stakes.placed(scene)
        scene.begun = time.monotonic()  # what came before took its time
        fault.strike(scene)
    except Exception as failure:  # noqa: BLE001  whatever it was, the city must be made whole and the row must be red
        trouble.append(f"harness: the fault was not done: {type(failure).__name__}: {failure}")
    scene.wait(scene.left)
    try:
        scene.city.whole_again()
    except Exception as failure:  # noqa: BLE001  told as the row's violation: what then hangs is seen by the judge
        trouble.append(f"harness: the city was not made whole: {type(failure).__name__}: {failure}")
    return trouble


def _result(fault: Fault, scene: Scene, told: history.Told, judged: Judged, watch: Watch) -> Result:
    return Result(
        fault=fault.id,
        says=fault.says,
        database=told.database,
        seed=told.seed,
        seconds=scene.seconds,
        calls_per_second=scene.load.pace.calls_per_second,
        figures=judged.figures,
        counts=dict(scene.counts),
        drained=told.drained,
        violations=judged.violations,
        latency=judged.latency,
        took=watch.took,
    )
