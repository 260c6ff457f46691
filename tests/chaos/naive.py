"""``python -m tests.chaos naive``: the same residents, kills and provider, once with a naive dialler, once with ours.

So that "nobody is rung twice" means something: as many requests are due, processes are killed with -9 at the same pace,
and the provider fails as often; what is counted is how many residents' telephones rang more than once although the
first ring reached them. Exit code 1 where ours rang anybody twice or lost anybody, or where the naive one did not
(then the harm was too small to prove anything).
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

from adapters.places import ROOT
from adapters.settings import load_settings
from bootstrap import build_services
from callbacks.model import Window
from callbacks.service import Promises
from operations.processes import Fleet, ProcessSpec
from operations.specs import specs_for
from operations.trial import write_emulator_config
from tests.chaos import baseline, naive_dialler
from tests.chaos.agents import Worker
from tests.chaos.city import ChaosCity
from tests.rig.installation import install
from tests.rig.lab import Lab
from tests.rig.waiting import NeverHappened, until

PLACE = ROOT / "artefacts" / "chaos"
REQUESTS, SEEDS = 300, 1
TEN = "2026-11-24T10:00:00+02:00"
RATE = 20.0
KILL_EVERY = 8  # requests that are over, on average: as much harm for as much work, however long a start takes
LOOK_SECONDS = 0.05
HESITATION_SECONDS = 0.3  # so that a kill meets any moment of the work
PROVIDER_SECONDS = 0.15  # that the provider takes for each call it is asked for
FAILS = ("lose_answer", "status_after", "status_before")
FAILS_EVERY = 30  # requests to the provider, on average
DIALLERS = tuple(f"dialler-{n}" for n in range(1, 5))
OURS = ("worker-1", "worker-2", "clock")
AGENTS = ("aino", "eino", "sanna", "oili", "paavo", "sirkka")
LONGEST_SECONDS = 240.0
REST_SECONDS = 20.0
OPEN = "SELECT 1 FROM callback_request WHERE state IN ('requested', 'offered', 'dialing', 'connected')"


@dataclass(frozen=True)
class Row:
    """One line of the table. ``twice``: residents rung again although they had been reached."""

    who: str
    seed: int
    requests: int
    kills: int
    failures: int  # of the provider's
    unreached: int  # never rung, and nobody was told of it
    asked: int  # given to a person, because nobody could know whether it rang
    twice: int

    def line(self) -> str:
        share = f"{self.twice / self.requests:.1%}"
        return (
            f"{self.who:24} {self.seed:>5} {self.requests:>9} {self.kills:>8} {self.failures:>10} "
            f"{self.unreached:>10} {self.asked:>10} {self.twice:>6} ({share})"
        )


HEAD = f"{'':24} {'seed':>5} {'requests':>9} {'kill -9':>8} {'failures':>10} {'unreached':>10} {'to person':>10}  twice"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos naive", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    options = parser.parse_args(arguments)
    print(HEAD, flush=True)
    rows = []
    for seed in range(1, options.seeds + 1):
        for run in (naive, ours):
            rows.append(run(options.requests, seed))
            print(rows[-1].line(), flush=True)
            baseline.keep(PLACE, [asdict(row) for row in rows])
    return 0 if proves_something(rows) else 1


def proves_something(rows: Sequence[Row]) -> bool:
    mine = [row for row in rows if row.who == OUR_NAME]
    return not any(row.twice or row.unreached for row in mine) and all(row.twice for row in rows if row not in mine)


NAIVE_NAME, OUR_NAME = "naive claim and call", "one number"


def naive(requests: int, seed: int) -> Row:
    root = Path(tempfile.mkdtemp(prefix="onenumber-naive-"))
    installation = install(root, f"sqlite:///{root / 'unused.db'}")
    settings = load_settings(installation.environment)
    write_emulator_config(settings, root)
    numbers, path = residents(requests), root / "naive.db"
    naive_dialler.due(path, numbers)
    emulator = next(spec for spec in specs_for(settings, root, emulator=True) if spec.name == "emulator")
    argv = (sys.executable, "-m", "tests.chaos.naive_dialler", str(path))
    network = Fleet(installation.environment, root, (emulator,))
    diallers = Fleet(installation.environment, root, tuple(ProcessSpec(name, argv) for name in DIALLERS))
    lab, luck = Lab(installation.emulator), random.Random(seed)
    network.start()
    try:
        prepared(lab, numbers, luck)
        diallers.start()
        kills = killed_until(luck, DIALLERS, diallers.kill, lambda: naive_dialler.left(path))
        comes_to_rest(lab)
        rung = rings(lab, numbers)
        unreached = sum(1 for number in numbers if not rung[number])
        return Row(NAIVE_NAME, seed, requests, kills, failures(lab), unreached, 0, over_one(rung))
    finally:
        diallers.stop()
        network.stop()
        shutil.rmtree(root, ignore_errors=True)


def ours(requests: int, seed: int) -> Row:
    root = Path(tempfile.mkdtemp(prefix="onenumber-ours-"))
    city, luck = ChaosCity(root, "sqlite"), random.Random(seed)
    numbers = residents(requests)
    try:
        city.start()
        city.clock(TEN, RATE)
        prepared(city.lab, numbers, luck)
        agents = [city.agent(agent) for agent in AGENTS]
        promised(city, numbers)
        workers = [Worker(agent) for agent in agents]
        kills = killed_until(luck, OURS, city.kill, lambda: len(city.sql(OPEN)))
        comes_to_rest(city.lab)
        for worker in workers:
            worker.stops()
        rung = rings(city.lab, numbers)
        asked = len(city.sql("SELECT 1 FROM callback_request WHERE state = 'needs_human'"))
        unreached = sum(1 for number in numbers if not rung[number]) - asked
        return Row(OUR_NAME, seed, requests, kills, failures(city.lab), max(0, unreached), asked, over_one(rung))
    finally:
        city.stop()
        shutil.rmtree(root, ignore_errors=True)


def residents(count: int) -> list[str]:
    return [f"+35840{6000000 + n:07}" for n in range(count)]


def prepared(lab: Lab, numbers: Sequence[str], luck: random.Random) -> None:
    """Everybody answers; the provider takes its time, and now and then its answer fails or is lost."""
    lab.set_clock(None, RATE)
    for number in numbers:
        lab.behave(number, "answer", after=1.0, talk=6.0)
    asked = len(numbers)
    for place in range(asked // FAILS_EVERY):
        skip = luck.randrange(place * FAILS_EVERY, (place + 1) * FAILS_EVERY)
        lab.fault("rest", luck.choice(FAILS), "/Calls.json", skip=skip)
    lab.fault("rest", "delay", "/Calls.json", seconds=PROVIDER_SECONDS, times=100_000)


def promised(city: ChaosCity, numbers: Sequence[str], apart: float = 0.0) -> None:
    """By the service's own use case; the first is due now, and so many business seconds lie between two of them."""
    services = build_services(city.settings)
    rules, now = services.rules.current(), services.clock.now()
    for n, number in enumerate(numbers):
        begins = now + timedelta(seconds=n * apart)
        with services.database.write() as tx:
            Promises(services, tx, rules).make(
                e164=number,
                topic="housing",
                language="fi",
                kind="asap",
                window=Window(begins, begins + timedelta(minutes=60)),
                line_time=now,
                call_sid=origin(number),
            )
    services.database.dispose()


def origin(number: str) -> str:
    """The call in which she was promised it: one that never was."""
    return f"CA{int(number.removeprefix('+')):032x}"


def killed_until(
    luck: random.Random, names: Sequence[str], kill: Callable[[str], None], left: Callable[[], int]
) -> int:
    """kill -9 to one or another as the work goes on, until nothing is left; how many there were."""
    kills, deadline = 0, time.monotonic() + LONGEST_SECONDS
    before = left()
    while (now := left()) and time.monotonic() < deadline:
        if luck.random() < (before - now) / KILL_EVERY:
            time.sleep(luck.uniform(0, HESITATION_SECONDS))
            kill(luck.choice(names))
            kills += 1
        before = now
        time.sleep(LOOK_SECONDS)
    return kills


def comes_to_rest(lab: Lab) -> None:
    """Whoever was not reached in the time there was is counted, whatever still goes on."""
    with suppress(NeverHappened):
        until(lambda: not calls_up(lab), REST_SECONDS, lambda: "calls go on")


def calls_up(lab: Lab) -> bool:
    return any(call["status"] in ("queued", "ringing", "in-progress") for call in lab.get("/lab/calls")["calls"])


def rings(lab: Lab, numbers: Sequence[str]) -> Counter[str]:
    """How often each resident's telephone rang."""
    theirs = frozenset(numbers)
    told = (entry for entry in lab.history() if entry["kind"] == "leg" and entry.get("leg") == "ringing")
    return Counter(str(entry["to"]) for entry in told if entry["to"] in theirs)


def failures(lab: Lab) -> int:
    return sum(1 for entry in lab.history() if entry["kind"] == "fault" and entry["do"] in FAILS)


def over_one(rung: Counter[str]) -> int:
    return sum(1 for times in rung.values() if times > 1)
