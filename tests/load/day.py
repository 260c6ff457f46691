"""A city's day of thousands of calls at speed, through the real processes, judged by the checker like any other run.

Residents of three languages with every topic and habit (residents.py) ring by the hours of a weekday; agents come and
go by shifts. The clock goes slower in busy hours, so that no more calls a second come than one machine carries (the
ramp finds how many), and faster in idle ones. Nothing is harmed: what the rules find is the service's own. Promises are
counted by the ledger.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from tests.checker.verdict import Verdict
from tests.load.city import Ages, City, Live
from tests.load.pace import HELSINKI, Pace
from tests.load.residents import Town
from tests.load.told import Figures, keep, latencies, table
from tests.load.usage import look, megabytes

BEGINS, OPENS = "2026-11-24T07:45:00+02:00", datetime(2026, 11, 24, 8, 0, tzinfo=HELSINKI)
HOURS = (13, 14, 12, 10, 10, 10, 9, 7, 5, 3, 3, 2, 1, 1)  # shares of the calls, from eight o'clock
BUSIEST = OPENS.hour + HOURS.index(max(HOURS))
STAYS = timedelta(minutes=12)  # after the last hour: what is under way comes to its end
CALLS = 6_000
FASTEST = 30.0  # times the speed of a real clock, in hours of few calls
AT_MOST = 3.0  # calls a second
TALKING_HOURS_A_CALL = 0.5 * 212 / 3600  # half of the calls come to a talk, with what is around it
EVENING = 16  # from when on a quarter of the agents is enough
QUIET_SECONDS = 90.0
LATE_SHARE = 0.02  # of the promises: more than this rung late is a service that cannot keep up


@dataclass(frozen=True)
class Plan:
    calls: int = CALLS
    fastest: float = FASTEST
    at_most: float = AT_MOST
    seed: int = 20261124

    @property
    def agents(self) -> int:
        """Enough for the busiest hour with some in hand; never so few that a language has nobody."""
        busiest = self.calls * max(HOURS) / sum(HOURS) * TALKING_HOURS_A_CALL
        return max(6, round(busiest * 1.25))

    def rate(self, hour: int) -> float:
        """Of the clock in that hour of the day; an hour without calls of its own goes as the nearest that has some."""
        share = HOURS[min(max(0, hour - OPENS.hour), len(HOURS) - 1)]
        calls_a_second = self.calls * share / sum(HOURS) / 3600
        return min(self.fastest, self.at_most / calls_a_second)

    @property
    def longest_seconds(self) -> float:
        """Machine time after which it is over whatever still goes on."""
        hours = range(OPENS.hour - 1, OPENS.hour + len(HOURS) + 1)
        return sum(3600 / self.rate(hour) for hour in hours) + QUIET_SECONDS


def moments(plan: Plan) -> list[datetime]:
    """When each call begins, in order: business time, drawn from the hours' shares."""
    luck, ends = Random(plan.seed), list(accumulate(HOURS))
    found = []
    for _ in range(plan.calls):
        drawn = luck.uniform(0, ends[-1])
        hour = next(at for at, end in enumerate(ends) if drawn <= end)
        found.append(OPENS + timedelta(hours=hour, seconds=luck.uniform(0, 3600)))
    return sorted(found)


@dataclass
class Day:
    live: Live
    verdict: Verdict
    seconds: float
    oldest: list[float]
    cpu: dict[str, float]
    memory: dict[str, float]
    open_calls: int


def measure(database: str, plan: Plan) -> bool:
    root = Path(tempfile.mkdtemp(prefix="onenumber-load-"))
    city = City(root, database, plan.agents, max(1, plan.agents // 3))
    try:
        city.start()
        done = asyncio.run(_day(city, plan))
    finally:
        city.stop()
    return _told(database, plan, done)


async def _day(city: City, plan: Plan) -> Day:
    live = Live(city, Pace.starting(BEGINS, plan.rate(OPENS.hour)), Town(plan.seed, plan.calls * 8), plan.seed)
    await live.begin()
    await live.staff(plan.agents)
    begun, before = time.monotonic(), look(city.processes())
    with Ages(city.engine) as ages:
        await _calls(live, plan)
        await live.quiet(QUIET_SECONDS, lambda: live.under_way == 0)
        over = OPENS + timedelta(hours=len(HOURS)) + STAYS
        await live.quiet(plan.longest_seconds - (time.monotonic() - begun), lambda: live.pace.now() > over)
    cpu, memory = look(city.processes()).since(before), megabytes(city.processes())
    seconds = time.monotonic() - begun
    verdict, left = live.judged(city.installation.root / "day"), live.under_way
    await live.end()
    return Day(live, verdict, seconds, ages.oldest, cpu, memory, left)


async def _calls(live: Live, plan: Plan) -> None:
    """Each begins at its moment, whatever became of those before; the evening's agents stay alone at their hour."""
    loop, hour, gone = asyncio.get_running_loop(), -1, False
    for moment in moments(plan):
        left = live.pace.machine((moment - live.pace.now()).total_seconds())
        due = loop.time() + left
        if left > 0:
            await asyncio.sleep(left)
        if moment.hour != hour:
            hour = moment.hour
            live.goes_at(plan.rate(hour))
            under_way = f"{live.calls} calls, {live.under_way} under way"
            print(f"  {moment:%H.%M} {under_way}; {live.pace.rate:.0f} times the speed", flush=True)
        if hour >= EVENING and not gone:
            gone = True
            for one in list(live.agents.values())[max(4, plan.agents // 4) :]:
                await one.leaves()
        live.ring(due)


def _told(database: str, plan: Plan, day: Day) -> bool:
    live, counts = day.live, dict(day.verdict.counts)
    hooks = [one for one in live.wire.timed if one.kind != "page"]
    print(f"\nA day of {plan.calls} calls on {database}, {plan.agents} agents; no more than {plan.at_most:g} calls/s,")
    print(f"  so at {plan.rate(BUSIEST):.0f} times the speed in the busiest hour, at most {plan.fastest:g} times")
    print(f"  {day.seconds:.0f} s, {len(hooks)} webhooks ({len(hooks) / day.seconds:.0f}/s), {live.rest.asked} orders")
    print(table(("what", "count", "p50", "p95", "p99"), [(k, *v.values()) for k, v in latencies(hooks).items()]))
    print("  " + ", ".join(f"{what} {n}" for what, n in live.town.counted.most_common()))
    print("\n" + table(("the checker", ""), [*counts.items(), ("violations", len(day.verdict.violations))]))
    troubles = [f"{one.id}: {trouble}" for one in live.agents.values() for trouble in one.trouble]
    found = problems(day.verdict, day.open_calls, troubles)
    for one in found[:20]:
        print(f"  VIOLATION {one}")
    kept = keep(f"day-{database}", _figures(database, plan, day, counts, found))
    lost = sum(one.taken_for_lost for one in live.agents.values())
    print(f"  agents taken for lost by a service too busy for their signs of life: {lost}")
    print(f"  oldest due order {max(day.oldest, default=0.0):.1f} s; {kept}")
    return not found


def problems(verdict: Verdict, open_calls: int, troubles: Sequence[str]) -> list[str]:
    """What the checker found, and what it cannot see: calls without an end, agents whose page refused them."""
    counts = dict(verdict.counts)
    found = [f"{one.rule}: {one.what}" for one in verdict.violations] + list(troubles)
    if open_calls:
        found.append(f"{open_calls} calls never ended")
    told = Counter({name: n for name, n in counts.items() if name.startswith("promises ")})
    judged = sum(told[f"promises {verdict}"] for verdict in ("kept", "late", "broken"))
    if told["promises broken"]:
        found.append(f"{told['promises broken']} promises broken")
    if told["promises late"] > LATE_SHARE * max(50, judged):
        found.append(f"{told['promises late']} of {judged} promises rung late")
    if counts.get("promises heard", 0) == 0 or counts.get("talks", 0) == 0:
        found.append("nobody was promised anything, or nobody talked: this was no day")
    return found


def _figures(database: str, plan: Plan, day: Day, counts: Mapping[str, int], found: list[str]) -> Figures:
    calls = max(1, day.live.calls)
    return {
        "database": database, "calls": day.live.calls, "agents": plan.agents,
        "rate": plan.fastest, "busiest_rate": round(plan.rate(BUSIEST), 1),
        "seconds": round(day.seconds), "residents": dict(day.live.town.counted), "checker": dict(counts),
        "latency_ms": latencies(day.live.wire.timed), "webhooks": len(day.live.network.webhooks),
        "webhooks_per_call": round(len(day.live.network.webhooks) / calls, 1),
        "orders_per_call": round(day.live.rest.asked / calls, 2),
        "cpu_ms_per_call": {name: round(used / calls * 1000, 1) for name, used in day.cpu.items()},
        "agents_taken_for_lost": sum(one.taken_for_lost for one in day.live.agents.values()),
        "memory_mb": day.memory,
        "oldest_due_order_seconds": round(max(day.oldest, default=0.0), 2),
        "provider": {kind: round(n) for kind, n in day.live.network.spent.items()}, "violations": found,
    }  # fmt: skip
