"""``python -m tests.day``: one Tuesday of a city, 7.50 to 22.10 at 60 times the speed, then the checker's table.

Forty residents with their own habits (seeded), four agents who use the whole desk, and a supervisor; a worker, a web
process and the dispatcher are killed with -9, the queue's memory is flushed. The checker judges promises, rings, order
and words; every card is compared with the record of its moment. Exit code 1 where either objects. A quarter of an hour.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tests.checker import cards as card_rule
from tests.checker.judge import judge, table
from tests.checker.read import read
from tests.checker.verdict import Verdict
from tests.rig import record
from tests.rig.cards import Cards
from tests.rig.city import City
from tests.rig.habits import live_a_day
from tests.rig.robot import Shift
from tests.rig.supervising import Supervisor
from tests.rig.working import WorkingRobot

RATE = 60.0
BEGINS = "2026-11-24T07:50:00+02:00"
ENDS = "2026-11-24T22:10:00+02:00"
RESIDENTS = 40
LONGEST_MACHINE_SECONDS = 16 * 60.0
DUTY = ("+358175550999", "+358175550998")  # somebody answers there at night
PARTNERS = ("+358175550170", "+358175550140")  # the waste company and the county: asked into talks


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
SHIFTS = (
    Shift("oili", "07:55", "16:00"),
    Shift("aino", "08:00", "15:00"),
    Shift("paavo", "11:00", "21:58"),
    Shift("liisa", "12:00", "21:58"),
)


@dataclass(frozen=True)
class Plan:
    """A day, or an hour of it."""

    begins: str = BEGINS
    ends: str = ENDS
    rate: float = RATE
    residents: int = RESIDENTS
    happenings: tuple[Happening, ...] = HAPPENINGS
    shifts: tuple[Shift, ...] = SHIFTS


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    parser.add_argument("--until", default=ENDS, help="business time at which the day ends")
    options = parser.parse_args(arguments)
    plan = Plan(ends=options.until, rate=options.rate, residents=options.residents)
    root = Path(tempfile.mkdtemp(prefix="onenumber-day-"))
    city = City(root, f"sqlite:///{root / 'service.db'}")
    try:
        city.start()
        place, done = day(city, random.Random(options.seed), plan)
    finally:
        city.stop()
    verdict = judged(place)
    print(f"\nseed {options.seed}, {plan.residents} residents, {len(plan.shifts)} agents; the run lies in {place}")
    print(f"the agents: {', '.join(f'{what} {count}' for what, count in sorted(done.items()))}")
    print(f"\n{table(verdict)}")
    return 1 if verdict.violations else 0


def judged(place: Path) -> Verdict:
    """The checker's rules, and the cards against the record."""
    rules, cards = judge(read(place)), card_rule.judge(place)
    return Verdict((*rules.counts, *cards.counts), (*rules.violations, *cards.violations))


def day(city: City, luck: random.Random, plan: Plan) -> tuple[Path, Counter[str]]:
    city.reset()
    city.clock(plan.begins, plan.rate)
    for number in (*DUTY, *PARTNERS):
        city.lab.behave(number, "answer", after=5, talk=90)
    over = threading.Event()
    supervisor, cards = Supervisor(city, random.Random(luck.random())), Cards(city)
    robots = [
        WorkingRobot(city.agent(shift.agent_id), shift, city.business_moment, random.Random(luck.random()), cards)
        for shift in plan.shifts
    ]
    residents = [
        threading.Thread(target=live_a_day, args=(city, n, random.Random(luck.random()), over), daemon=True)
        for n in range(plan.residents)
    ]
    for resident in residents:
        resident.start()
    watch(city, plan, supervisor)
    over.set()
    for resident in residents:
        resident.join(60)
    for robot in robots:
        robot.stops()
    place = record.write(city.installation.root / "day", city.engine, city.lab, plan.rate, city.disturbances)
    cards.write(place)
    return place, sum((Counter(robot.done) for robot in robots), supervisor.done)


def watch(city: City, plan: Plan, supervisor: Supervisor) -> None:
    """Until the evening: does what happens at its hour, and lets the supervisor have her turns."""
    waiting, ends = list(plan.happenings), datetime.fromisoformat(plan.ends)
    deadline = time.monotonic() + LONGEST_MACHINE_SECONDS
    hour = ""
    while (now := city.business_moment()) < ends and time.monotonic() < deadline:
        if waiting and f"{now:%H:%M}" >= waiting[0].at:
            print(f"{now:%H.%M} {waiting[0].what}", flush=True)
            waiting.pop(0).do(city)
        if f"{now:%H}" != hour:
            hour = f"{now:%H}"
            print(f"{now:%H.%M} {supervisor.looks()}", flush=True)
        supervisor.turn(now)
        time.sleep(30 / plan.rate)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
