"""The storm itself: what the machine carries, then as much of a water cut as that, then whether anybody was lost."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from adapters.schema import notice
from tests.load.city import Ages, City, Live
from tests.load.leg import Leg
from tests.load.network import kind_of
from tests.load.pace import Pace
from tests.load.residents import Town
from tests.load.told import at
from tests.load.wire import Timed
from tests.storm import flood
from tests.storm.pages import Page
from tests.storm.told import told

RATE, BEGINS = 1.0, "2026-11-24T09:00:00+02:00"  # in real time: who waits longer, or presses faster, is another storm
TALKS = (20.0, 60.0)  # seconds
SHARES = {"hangs up": 60, "callback": 20, "waits": 12, "withheld": 4, "message": 4}  # most only wanted to hear it
STAFFING, NUMBERS = 40, 400_000
TRIED = (80, 120, 180, 270, 400, 560, 750, 1000)  # residents on the line at once
BEGIN_SECONDS, TRY_SECONDS, CALM_SECONDS = 20.0, 10.0, 45.0
BAR_SECONDS = 1.0
LOOK_SECONDS, STEP_SECONDS = 5.0, 0.02
MOST_AT_A_LOOK = 1.15  # as many more or fewer may be on the line from one look to the next
GIVES_UP_SECONDS, QUIET_SECONDS = (2.0, 20.0), 240.0  # who talks already says it all, with two agents perhaps
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
    times: float = 0.0  # what is carried, in calls that come whatever became of earlier ones; 0: the closed form
    calls: float = 0.0  # a second that are carried; 0: measured first


@dataclass
class Storm:
    plan: Plan
    capacity: float = 0.0  # webhooks a second
    carried: int = TRIED[0]  # residents on the line meanwhile
    begun: float = 0.0  # the loop's time
    calls: int = 0
    carried_calls: float = 0.0  # a second
    door: flood.Door = field(default_factory=flood.Door)
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
    def disturbance(self) -> str:
        return "more calls than are carried" if self.plan.times else "valkey killed"

    @property
    def calls_asked_for(self) -> float:
        """A second, in the open form."""
        return self.plan.times * self.carried_calls

    @property
    def scale(self) -> float:
        return self.asked_for / self.plan.webhooks


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
    live = Live(city, Pace.starting(BEGINS, RATE), Town(1, NUMBERS, TALKS, SHARES), 1)
    await live.begin()
    boards = await _staff(live, storm)
    if plan.calls:
        storm.carried_calls = plan.calls
    else:
        await _find_capacity(live, storm)
        print(f"  capacity {storm.capacity:.0f} webhooks/s, {storm.carried_calls:.1f} calls/s", flush=True)
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
        legs = await flood.rages(live, storm) if plan.times else await _rage(live, storm)
        await flood.is_over(live, legs)
    storm.oldest, storm.most_due = list(ages.oldest), ages.most
    storm.timed, storm.door = list(live.wire.timed), flood.at_the_door(live, legs, before)
    live.all_give_up(GIVES_UP_SECONDS)
    rested = await live.quiet(QUIET_SECONDS, lambda: live.under_way == 0)
    await live.quiet(5.0, lambda: False)  # the last news are told
    storm.unanswered = sum(map(_for_good, live.network.webhooks[before:]))
    verdict = live.judged(city.installation.root / "storm", (storm.disturbance,))
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
    """More residents each time until a menu takes longer than the bar, or somebody is kept at the door; pages of agents
    open, no boards."""
    for residents in TRIED:
        await _on_the_line(live, residents, BEGIN_SECONDS)
        live.wire.timed.clear()
        before = len(live.network.webhooks)
        calls = await _on_the_line(live, residents, TRY_SECONDS)
        beyond = _menu_p99(live.wire.timed) > BAR_SECONDS or is_kept_at_the_door(live.wire.timed)
        if storm.capacity and beyond:
            break
        storm.capacity, storm.carried = (len(live.network.webhooks) - before) / TRY_SECONDS, residents
        storm.carried_calls = calls / TRY_SECONDS
    await _on_the_line(live, int(storm.carried * storm.plan.share / 2), CALM_SECONDS)


async def _rage(live: Live, storm: Storm) -> list[Leg]:
    """In the middle Valkey is killed; whoever watches the processes starts it again. As the line grows, in which a
    resident asks for less than in the menus, there are more of them, so that the webhooks do not grow fewer."""
    loop = asyncio.get_running_loop()
    storm.begun, residents = loop.time(), storm.carried * storm.plan.share
    killed = False
    while (gone := loop.time() - storm.begun) < storm.plan.seconds:
        if gone >= storm.plan.seconds / 2 and not killed:
            killed = True
            live.city.fleet.kill("valkey")
            print(f"  {gone:.0f} s: Valkey killed", flush=True)
        before, told = len(live.network.webhooks), len(live.wire.timed)
        storm.calls += await _on_the_line(live, int(residents), LOOK_SECONDS)
        came = max(1, len(live.network.webhooks) - before) / LOOK_SECONDS
        here = live.wire.timed[told:]
        if _menu_p99(here) < BAR_SECONDS / 2 and not is_kept_at_the_door(here):  # who is kept there asks for less
            residents *= min(MOST_AT_A_LOOK, max(1 / MOST_AT_A_LOOK, storm.asked_for / came))
    return []


async def _on_the_line(live: Live, residents: int, seconds: float) -> int:
    """As many as that are on the line: whoever hangs up is followed by somebody else. How many rang in."""
    loop = asyncio.get_running_loop()
    begun, calls = loop.time(), 0
    a_second = max(1.0, residents / BEGIN_SECONDS)
    while (now := loop.time()) < begun + seconds:
        if live.under_way < residents and calls < a_second * (now - begun):
            live.ring(now)
            calls += 1
        else:
            await asyncio.sleep(STEP_SECONDS)
    return calls


def is_kept_at_the_door(timed: Sequence[Timed]) -> bool:
    return any(one.kind == "door" for one in timed)


def _menu_p99(timed: list[Timed]) -> float:
    """Seconds."""
    return at([one.done - one.sent for one in timed if one.kind == "menu"], 0.99)
