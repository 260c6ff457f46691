"""The storm itself: what the machine carries, then as much of a water cut as that, then whether anybody was lost."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from adapters.schema import notice
from tests.load.city import Ages, City, Live
from tests.load.network import kind_of
from tests.load.pace import Pace
from tests.load.residents import Town
from tests.load.told import at
from tests.load.wire import Timed
from tests.storm.pages import Page
from tests.storm.told import told

RATE, BEGINS = 10.0, "2026-11-24T09:00:00+02:00"  # ten times as fast: a short run holds whole calls
TALKS = (20.0, 60.0)  # business seconds
STAFFING, NUMBERS = 40, 400_000
TRIED = (1.5, 2.5, 4.0, 6.0, 9.0, 13.0, 19.0, 28.0)  # calls a second
TRY_SECONDS, WARM_SECONDS = 6.0, 5.0
BAR_SECONDS = 1.0
QUIET_SECONDS = 150.0
WATER_CUT = (
    '{"fi": "Petosen alueella on vesikatko kello kahdeksaantoista asti.",'
    ' "sv": "I Petonen är det vattenavbrott till klockan arton.",'
    ' "en": "There is a water cut in Petonen until six in the evening."}'
)


@dataclass(frozen=True)
class Plan:
    seconds: float
    database: str
    agents: int
    boards: int
    webhooks: float
    share: float


@dataclass
class Storm:
    plan: Plan
    capacity: float = 0.0  # webhooks a second
    per_call: float = 1.0  # webhooks
    begun: float = 0.0  # the loop's time
    calls: int = 0
    timed: list[Timed] = field(default_factory=list)
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    unanswered: int = 0  # webhooks of calls, after the provider's second try
    oldest: list[float] = field(default_factory=list)
    most_due: int = 0
    checked: dict[str, int] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)

    @property
    def asked_for(self) -> float:
        """Webhooks a second."""
        return min(self.plan.webhooks, self.plan.share * self.capacity)

    @property
    def scale(self) -> float:
        return self.asked_for / self.plan.webhooks

    @property
    def calls_per_second(self) -> float:
        return self.asked_for / self.per_call


def measure(plan: Plan) -> bool:
    root = Path(tempfile.mkdtemp(prefix="onenumber-storm-"))
    city = City(root, plan.database, plan.agents + plan.boards, STAFFING)
    try:
        city.start()
        with city.engine.begin() as connection:  # the last ones only watch
            for n in range(plan.agents, plan.agents + plan.boards):
                connection.execute(text("UPDATE agent SET role = 'supervisor' WHERE id = :id"), {"id": f"w{n}"})
        storm = asyncio.run(_storm(city, plan))
    finally:
        city.stop()
    return told(storm)


async def _storm(city: City, plan: Plan) -> Storm:
    storm = Storm(plan)
    live = Live(city, Pace.starting(BEGINS, RATE), Town(1, NUMBERS, TALKS), 1)
    await live.begin()
    boards = await _staff(live, storm)
    await _find_capacity(live, storm)
    print(
        f"  capacity {storm.capacity:.0f} webhooks/s, {storm.per_call:.1f} a call; the storm: {storm.asked_for:.0f}"
        f" webhooks/s, scale {storm.scale:.2f} of {plan.webhooks:.0f}",
        flush=True,
    )
    for board in boards:
        await board.shows_the_board()
    with city.engine.begin() as connection:
        now = live.pace.now()
        row = {"id": "watercut", "words": WATER_CUT, "topics": "[]", "made_at": now, "author": "storm"}
        connection.execute(insert(notice).values(**row))
    live.wire.timed.clear()
    storm.counts.clear()
    before = len(live.network.webhooks)
    with Ages(city.engine) as ages:
        await _rage(live, storm)
    storm.oldest, storm.most_due = list(ages.oldest), ages.most
    storm.timed = list(live.wire.timed)
    rested = await live.quiet(QUIET_SECONDS, lambda: live.under_way == 0)
    await live.quiet(5.0, lambda: False)  # the last news are told
    storm.unanswered = sum(map(_for_good, live.network.webhooks[before:]))
    verdict = live.judged(city.installation.root / "storm", ("valkey killed",))
    storm.checked = dict(verdict.counts)
    storm.violations = [f"{one.rule}: {one.what}" for one in verdict.violations]
    storm.violations += [] if rested else [f"{live.under_way} calls never ended"]
    for board in boards:
        board.present = False
    await live.end()
    return storm


def _for_good(webhook: Mapping[str, Any]) -> bool:
    """Nobody answered the second try either; news come a third time, and are no caller's."""
    failed = webhook["status"] is None or webhook["status"] >= 500
    return bool(failed and webhook["attempt"] > 0 and kind_of(webhook["url"]) != "news")


async def _staff(live: Live, storm: Storm) -> list[Page]:
    """Agents on duty; the boards are signed in, and opened when the storm begins."""
    boards = []
    for n in range(storm.plan.agents + storm.plan.boards):
        one = Page(f"w{n}", f"w{n}@city.example", live.wire, live.network, live.town).counting(storm.counts)
        await one.signs_in()
        if n < storm.plan.agents:
            live.agents[one.id] = one
            await one.is_available()
        else:
            boards.append(one)
    return boards


async def _find_capacity(live: Live, storm: Storm) -> None:
    """More calls each time until a menu takes longer than the bar; pages of agents open, no boards."""
    await _calls(live, TRIED[0], WARM_SECONDS)
    for wanted in TRIED:
        live.wire.timed.clear()
        calls, seconds = await _calls(live, wanted, TRY_SECONDS)
        hooks = [one for one in live.wire.timed if one.kind != "page"]
        menus = [one.done - one.sent for one in hooks if one.kind == "menu"]
        if at(menus, 0.99) > BAR_SECONDS and storm.capacity:
            break
        storm.capacity, storm.per_call = len(hooks) / seconds, max(1.0, len(hooks) / max(1, calls))
    await live.quiet(20.0, lambda: live.under_way < 20)


async def _rage(live: Live, storm: Storm) -> None:
    """In the middle Valkey is killed; whoever watches the processes starts it again."""
    storm.begun = asyncio.get_running_loop().time()
    half = storm.plan.seconds / 2
    first, _ = await _calls(live, storm.calls_per_second, half)
    live.city.fleet.kill("valkey")
    print(f"  {half:.0f} s: Valkey killed", flush=True)
    second, _ = await _calls(live, storm.calls_per_second, half)
    storm.calls = first + second


async def _calls(live: Live, per_second: float, seconds: float) -> tuple[int, float]:
    """Open loop, at even distances. How many were begun, and in how many seconds it all went."""
    loop = asyncio.get_running_loop()
    begun, calls = loop.time(), 0
    while (due := begun + calls / per_second) < begun + seconds:
        if due > (now := loop.time()):
            await asyncio.sleep(due - now)
        live.ring(due)
        calls += 1
    await asyncio.sleep(max(0.0, begun + seconds - loop.time()))
    return calls, loop.time() - begun
