"""``python -m tests.day``: one Tuesday of a small city, 7.50 to 22.10 at 60 times the speed, then the checker's table.

Ten residents with their own habits (seeded), two agents and a supervisor; a web process is killed with -9 at noon and
the queue's memory is flushed at two. Exit code 1 where the checker objects. Takes about a quarter of an hour.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.checker.judge import judge, table
from tests.checker.read import read
from tests.rig import record
from tests.rig.city import City
from tests.rig.habits import live_a_day
from tests.rig.robot import Robot, Shift

RATE = 60.0
BEGINS = "2026-11-24T07:50:00+02:00"
ENDS = "2026-11-24T22:10:00+02:00"
RESIDENTS = 10
LONGEST_MACHINE_SECONDS = 25 * 60.0


@dataclass(frozen=True)
class Happening:
    at: str  # business time of the day
    what: str
    do: Callable[[City], None]


HAPPENINGS = (
    Happening("10:30", "one RQ worker is killed with -9", lambda city: city.kill("worker-1")),
    Happening("12:00", "a web process is killed with -9", lambda city: city.kill_web_process(None)),
    Happening("14:00", "the queue's memory is flushed", lambda city: city.flush()),
    Happening("16:00", "the dispatcher is killed with -9", lambda city: city.kill("clock")),
)
SHIFTS = (Shift("oili", "07:55", "16:00"), Shift("paavo", "11:00", "21:58"))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--rate", type=float, default=RATE)
    options = parser.parse_args(arguments)
    root = Path(tempfile.mkdtemp(prefix="onenumber-day-"))
    city = City(root, f"sqlite:///{root / 'service.db'}")
    try:
        city.start()
        place = day(city, random.Random(options.seed), options.rate)
    finally:
        city.stop()
    verdict = judge(read(place))
    print(f"\nseed {options.seed}, {RESIDENTS} residents, {len(SHIFTS)} agents; the run lies in {place}")
    print(f"\n{table(verdict)}")
    return 1 if verdict.violations else 0


def day(city: City, luck: random.Random, rate: float) -> Path:
    city.reset()
    city.clock(BEGINS, rate)
    over = threading.Event()
    supervisor = city.agent("sirkka")
    robots = [Robot(city.agent(shift.agent_id), shift=shift, now=city.business_moment) for shift in SHIFTS]
    residents = [
        threading.Thread(target=live_a_day, args=(city, n, random.Random(luck.random()), over), daemon=True)
        for n in range(RESIDENTS)
    ]
    for resident in residents:
        resident.start()
    watch(city, rate, supervisor.line)
    over.set()
    for resident in residents:
        resident.join(60)
    for robot in robots:
        robot.stops()
    return record.write(city.installation.root / "day", city.engine, city.lab, rate, city.disturbances)


def watch(city: City, rate: float, looks: Callable[[], str]) -> None:
    """Until the evening: does what happens at its hour, and has the supervisor look at the line every hour."""
    waiting, ends = list(HAPPENINGS), datetime.fromisoformat(ENDS)
    deadline = time.monotonic() + LONGEST_MACHINE_SECONDS
    hour = ""
    while (now := city.business_moment()) < ends and time.monotonic() < deadline:
        if waiting and f"{now:%H:%M}" >= waiting[0].at:
            print(f"{now:%H.%M} {waiting[0].what}", flush=True)
            waiting.pop(0).do(city)
        if f"{now:%H}" != hour:
            hour = f"{now:%H}"
            print(f"{now:%H.%M} {looks()}", flush=True)
        time.sleep(30 / rate)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
