"""The open form of the storm: calls come whatever became of earlier ones, more of them than the machine carries.

Nobody's patience and no slow answer keeps the next caller from ringing, so what is asked is not whether everybody is
served at once, but whether the service bends: callers wait at the door, and none of them is lost there.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.load.city import Live
from tests.load.leg import Leg
from tests.load.told import at
from tests.load.wire import Timed

if TYPE_CHECKING:
    from tests.storm.run import Storm

INSIDE = frozenset({"language", "topic", "information"})  # menus of callers who were let in
LET_IN_SECONDS = 360.0  # the longest that anybody stands at the door (adapters/door.py), and her last turn there
BAR_MS = 1000.0
UNANSWERED_BAR = 0.001  # of all webhooks: the provider asks again, but its caller hears nothing for fifteen seconds


@dataclass
class Door:
    """What became of those who rang. Seconds from the ring to the first question with keys."""

    let_in: list[float] = field(default_factory=list)
    hung_up: int = 0  # of her own will, before she was let in
    cut_off: int = 0  # by us: nothing could be had
    left_standing: int = 0
    knocks: Counter[int] = field(default_factory=Counter)  # webhooks at the door, by how often she had knocked
    music: int = 0  # turns of waiting that followed one answered from memory


async def rages(live: Live, storm: "Storm") -> list[Leg]:
    """Calls at random moments, so many a second on average. Then nobody comes any more, and whoever stayed is let in.
    Whose calls they were."""
    loop = asyncio.get_running_loop()
    storm.begun = due = loop.time()
    legs: list[Leg] = []
    while due < storm.begun + storm.plan.seconds:
        await asyncio.sleep(max(0.0, due - loop.time()))
        legs.append(live.ring(due))
        due += live.luck.expovariate(storm.calls_asked_for)
    storm.calls = len(legs)
    return legs


async def is_over(live: Live, legs: Sequence[Leg]) -> None:
    await live.quiet(LET_IN_SECONDS, lambda: all(leg.over or let_in_at(leg) is not None for leg in legs))


def let_in_at(leg: Leg) -> float | None:
    """Machine time of the first question with keys: the door asks none."""
    return next((float(event["machine"]) for event in leg.events if event["kind"] == "gather"), None)


def at_the_door(live: Live, legs: Sequence[Leg], before: int) -> Door:
    """Looked at before those who are still on the line hang up. ``before``: webhooks of the search for the capacity."""
    door, failed = Door(), {str(one["call_sid"]) for one in live.network.errors_found if one["code"] != 15003}
    for leg in legs:
        moment = let_in_at(leg)
        if moment is not None:
            door.let_in.append(moment - leg.begun)
        elif not leg.over:
            door.left_standing += 1
        elif leg.sid in failed:
            door.cut_off += 1
        else:
            door.hung_up += 1
    for webhook in live.network.webhooks[before:]:
        parts = urlsplit(webhook["url"])
        spared = int(parse_qs(parts.query).get("d", ["0"])[0])
        if spared and parts.path.endswith("/incoming"):
            door.knocks[spared] += 1
        door.music += bool(spared and parts.path.endswith("/wait"))
    return door


def refused(hooks: Sequence[Timed]) -> tuple[str, bool]:
    count = sum(1 for one in hooks if one.status >= 500)
    return f"{count} webhooks answered with a failure", count == 0


def bars(storm: "Storm", hooks: Sequence[Timed]) -> list[tuple[str, bool]]:
    door, promises = storm.door, storm.checked.get("promises heard", 0)
    inside = at([(one.done - one.sent) * 1000 for one in hooks if one.step in INSIDE], 0.99)
    silent = sum(1 for one in hooks if one.status == 0) / max(1, len(hooks))
    return [
        refused(hooks),
        (f"{silent:.2%} of webhooks unanswered in 15 s, bar {UNANSWERED_BAR:.1%}", silent <= UNANSWERED_BAR),
        (f"{storm.unanswered} webhooks of calls unanswered after the second try", storm.unanswered == 0),
        (f"menu p99 of callers let in {inside:.0f} ms, bar {BAR_MS:.0f}", inside <= BAR_MS),
        (f"{door.left_standing} left at the door, {door.cut_off} cut off there", not door.left_standing + door.cut_off),
        (f"{len(storm.violations)} violations found by the checker", not storm.violations),
        (f"{promises} promises heard", promises > 0),
    ]


def lines(storm: "Storm") -> list[str]:
    door = storm.door
    waited = ", ".join(f"{name} {at(door.let_in, part):.0f}" for name, part in (("p50", 0.5), ("p95", 0.95)))
    knocks = ", ".join(f"{knocks}: {count}" for knocks, count in sorted(door.knocks.items())) or "none"
    return [
        f"{storm.calls_asked_for:.1f} calls/s for {storm.plan.seconds:.0f} s, {storm.plan.times:g} times the"
        f" {storm.carried_calls:.1f} that are carried, whatever became of earlier ones",
        f"let in {len(door.let_in)}, after {waited}, at most {max(door.let_in, default=0):.0f} s;"
        f" {door.hung_up} hung up before",
        f"asked at the door again, by knocks: {knocks}; {door.music} turns of waiting after one from memory",
    ]
