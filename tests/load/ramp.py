"""More and more calls each second until a menu's slowest hundredth takes longer than a caller should notice.

Open loop: calls begin on time, whatever became of those before. Time runs ten times as fast and talks are short, so
that a step of a few seconds holds whole calls; what a call costs the service does not depend on either.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.load.city import Ages, City, Live
from tests.load.floor import floor_capacity
from tests.load.pace import Pace
from tests.load.residents import Town
from tests.load.told import KINDS, Figures, at, keep, latencies, table
from tests.load.usage import Look, look, megabytes
from tests.load.wire import Timed

BAR_MS = 300.0
STEPS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 11.0, 15.0, 20.0, 27.0, 36.0, 48.0)  # calls a second
RATE, BEGINS = 10.0, "2026-11-24T09:00:00+02:00"
TALKS = (20.0, 60.0)  # business seconds
AGENTS, STAFFING, NUMBERS = 20, 40, 400_000
LEAST_CALLS = 70  # of a step: of fewer the slowest hundredth of their menus is one of them
WARM_SHARE = 0.3  # of a step: what began before it is still under way
QUIET_SECONDS = 120.0
BEYOND = "more calls than the machine carries"


@dataclass(frozen=True)
class Step:
    wanted: float
    calls: int
    seconds: float
    timed: list[Timed]
    cpu: dict[str, float]  # CPU seconds of each process
    oldest: float  # seconds that the oldest due order had waited
    waiting: int  # due orders at the worst moment

    @property
    def menu_p99(self) -> float:
        return at([one.seconds * 1000 for one in self.timed if one.kind == "menu"], 0.99)

    @property
    def webhooks(self) -> float:
        return sum(1 for one in self.timed if one.kind != "page") / self.seconds

    @property
    def late(self) -> float:
        """Milliseconds by which the driver itself was late, its slowest hundredth."""
        return at([one.late * 1000 for one in self.timed if one.kind == "menu"], 0.99)

    @property
    def holds(self) -> bool:
        """Whoever is kept at the door makes the menus of others quick: what keeps anybody there is not carried."""
        carried = all(one.status and one.kind != "door" for one in self.timed)
        return carried and self.menu_p99 <= BAR_MS

    def figures(self) -> Figures:
        per_call = {name: round(used / max(1, self.calls) * 1000, 1) for name, used in self.cpu.items()}
        return {
            "calls_per_second": self.wanted, "webhooks_per_second": round(self.webhooks, 1),
            "latency_ms": latencies(self.timed), "cpu_ms_per_call": per_call,
            "cpu_cores": {name: round(used / self.seconds, 3) for name, used in self.cpu.items()},
            "oldest_due_order_seconds": round(self.oldest, 2), "due_orders_at_most": self.waiting,
            "driver_late_ms_p99": round(self.late, 1), "holds": self.holds,
        }  # fmt: skip


def measure(database: str, seconds: float, agents: int = AGENTS) -> bool:
    root = Path(tempfile.mkdtemp(prefix="onenumber-load-"))
    city = City(root, database, agents, STAFFING)
    try:
        city.start()
        steps, violations, memory = asyncio.run(_climb(city, seconds, agents))
    finally:
        city.stop()
    floor = floor_capacity(BAR_MS, max(2.0, seconds / 3))
    return _told(database, steps, memory, violations, floor)


async def _climb(city: City, seconds: float, agents: int) -> tuple[list[Step], list[str], dict[str, float]]:
    live = Live(city, Pace.starting(BEGINS, RATE), Town(1, NUMBERS, TALKS), 1)
    await live.begin()
    await live.staff(agents)
    await _one(live, STEPS[0], seconds / 2)  # the first calls of a process cost more
    steps: list[Step] = []
    for wanted in STEPS:
        step = await _one(live, wanted, seconds)
        if not step.holds:
            step = await _one(live, wanted, seconds)  # a busy moment of the machine is not its capacity
        steps.append(step)
        print(f"  {city.database}: {wanted:g} calls/s, menu p99 {step.menu_p99:.0f} ms", flush=True)
        if not step.holds:
            break
    memory = megabytes(city.processes())
    rested = await live.quiet(QUIET_SECONDS, lambda: live.under_way == 0)
    await live.quiet(5.0, lambda: False)  # the last news are told
    verdict = live.judged(city.installation.root / "run", () if steps[-1].holds else (BEYOND,))
    violations = [f"{one.rule}: {one.what}" for one in verdict.violations]
    await live.end()
    return steps, violations if rested else [*violations, f"{live.under_way} calls never ended"], memory


async def _one(live: Live, wanted: float, seconds: float) -> Step:
    """Arrivals at even distances; measured is the step without its beginning."""
    loop = asyncio.get_running_loop()
    begun, seconds = loop.time(), max(seconds, LEAST_CALLS / wanted)
    calls, measured, before = 0, 0, look(live.city.processes())
    with Ages(live.city.engine) as ages:
        while (due := begun + calls / wanted) < begun + seconds:
            if due > (now := loop.time()):
                await asyncio.sleep(due - now)
            if not measured and due >= begun + seconds * WARM_SHARE:
                before, measured = look(live.city.processes()), calls
            live.ring(due)
            calls += 1
        await asyncio.sleep(max(0.0, begun + seconds - loop.time()))
    after = look(live.city.processes())
    since = begun + seconds * WARM_SHARE
    timed = [one for one in live.wire.timed if one.due >= since]
    live.wire.timed.clear()
    return _step(wanted, calls - measured, before, after, timed, ages)


def _step(wanted: float, calls: int, before: Look, after: Look, timed: list[Timed], ages: Ages) -> Step:
    seconds = after.at - before.at
    return Step(wanted, calls, seconds, timed, after.since(before), max(ages.oldest, default=0.0), ages.most)


def _told(database: str, steps: list[Step], memory: dict[str, float], violations: list[str], floor: float) -> bool:
    held = [step for step in steps if step.holds]
    best = held[-1] if held else None
    shown = best or steps[0]
    print(f"\nWhole calls on {database}, open loop, until a menu's p99 exceeds {BAR_MS:.0f} ms")
    heads = ("calls/s", "webhooks/s", *(f"{kind} p99" for kind in KINDS), "oldest s", "CPU ms/call", "cores")
    print(table(heads, [_row(step) for step in steps]))
    total = sum(shown.cpu.values())
    print(f"\n  at {shown.wanted:g} calls/s: milliseconds from the due moment, by what was asked")
    rows = [(k, *v.values()) for k, v in latencies(shown.timed).items()]
    print(table(("what", "count", "p50", "p95", "p99"), rows))
    rows = [
        (name, used / max(1, shown.calls) * 1000, used / total * 100, memory.get(name, 0.0))
        for name, used in shown.cpu.items()
    ]
    print("\n" + table(("process", "CPU ms/call", "% of all", "memory MB"), rows))
    print(f"  all processes {sum(memory.values()):.0f} MB after the ramp")
    capacity, webhooks = (best.wanted, best.webhooks) if best else (0.0, 0.0)
    print(f"\n  measured capacity {capacity:g} calls/s = {webhooks:.0f} webhooks/s with {AGENTS} agents' pages open;")
    print(f"  floor (signature, call state in Redis, one document) in the same run: {floor:.0f} webhooks/s")
    for one in violations[:20]:
        print(f"  VIOLATION {one}")
    kept = keep(
        f"ramp-{database}",
        {
            "database": database, "bar_ms": BAR_MS, "capacity_calls_per_second": capacity,
            "capacity_webhooks_per_second": webhooks, "floor_webhooks_per_second": floor, "memory_mb": memory,
            "steps": [step.figures() for step in steps], "violations": violations,
        },
    )  # fmt: skip
    print(f"  {kept}")
    return best is not None and not violations


def _row(step: Step) -> tuple[object, ...]:
    found = latencies(step.timed)
    p99 = [found[kind]["p99"] if kind in found else "-" for kind in KINDS]
    used = sum(step.cpu.values())
    cores = used / step.seconds
    return (step.wanted, step.webhooks, *p99, step.oldest, used / max(1, step.calls) * 1000, f"{cores:.2f}")
