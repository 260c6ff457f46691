"""A Monday of one city, simulated in business time with the real dealing code; every draw is shared by all rules.

Twelve agents at three desks with overlapping skills, 8-16, lunches; three of them go on until 20 with what is left.
Callers come by the half-hour with a peak at nine; the weekend's requests hold hours sold within capacity; who is told
a wait of two minutes or more may take a callback that keeps the place. Run as a module it prints the table:
``python -m tests.support.monday --replications 10``.
"""

import argparse
import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from statistics import mean, median
from typing import Literal

from callbacks.model import Window
from callbacks.windows import capacity
from desks.line.dealing import Deal, FreeAgent, InLine, OnDuty, next_deal, order, place, shared_staff, whole_of
from desks.line.expected_wait import expected_wait_minutes
from routing_rules.model import CallbackPolicy
from tests.support.monday_calls import DESKS, HANDLING, RINGS, SHAPE, Draw, draws

EIGHT = datetime(2026, 11, 23, 8, tzinfo=UTC)  # a Monday; hours as if the city lay on the meridian
CLOSES, ENDS = 480.0, 720.0  # minutes after eight: 16.00 and 20.00
AGENTS, EVENING, LUNCH = 12, 3, 30.0
REACHED = (0.77, 0.6, 0.5)  # each ring's chance of an answer
RING_ANSWERED, RING_VAIN = 0.2, 0.58  # minutes an agent is held
POLICY = CallbackPolicy(slot_minutes=60)
PLANNED = AGENTS * (CLOSES - LUNCH)
HISTORY = 50

Kind = Literal["asap", "slot", "retry"]
Rule = Callable[[Sequence[InLine], Sequence[FreeAgent], datetime, Sequence[OnDuty], dict[str, float]], Deal | None]


def first_in_first_out(
    line: Sequence[InLine],
    agents: Sequence[FreeAgent],
    now: datetime,
    on_duty: Sequence[OnDuty],
    handling: dict[str, float],
) -> Deal | None:
    """By line time alone; a slot's is its window's start."""
    plain = [replace(m, kind="live", window_end=None, urgent=False) for m in line]
    found = next_deal(plain, agents, now, on_duty, handling)
    kind = next((m.kind for m in line if found is not None and m.id == found.matter_id), None)
    return replace(found, matter_kind=kind) if found is not None and kind is not None else None


@dataclass
class Told:
    """What came of the day."""

    waits: list[float] = field(default_factory=list)  # of live callers who were answered
    hung_up: int = 0
    kept: int = 0
    broken: int = 0
    passed: int = 0  # live callers who rang later and were dealt before a callback from the line
    callback_waits: list[float] = field(default_factory=list)
    misjudged: list[float] = field(default_factory=list)  # |expected - true| minutes of answered callers

    @property
    def within_three(self) -> float:
        """Share of those who stayed on the line."""
        return sum(1 for wait in self.waits if wait <= 3) / (len(self.waits) + self.hung_up)

    @property
    def promises_kept(self) -> float:
        return self.kept / max(1, self.kept + self.broken)


@dataclass
class Day:
    rule: Rule
    line: dict[str, InLine] = field(default_factory=dict)
    of: dict[str, Draw] = field(default_factory=dict)
    rings: dict[str, int] = field(default_factory=dict)
    expected: dict[str, int] = field(default_factory=dict)
    idle: dict[str, float] = field(default_factory=lambda: {f"a{n:02}": 0.0 for n in range(AGENTS)})
    talks: list[float] = field(default_factory=lambda: [HANDLING] * HISTORY)
    live_dealt: list[tuple[str, datetime]] = field(default_factory=list)
    told: Told = field(default_factory=Told)
    events: list[tuple[float, int, Callable[[float], None]]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def run(self, contacts: Sequence[Draw]) -> Told:
        room = {(desk, hour): self._room(hour) for desk in DESKS for hour in range(8)}
        for n, one in enumerate(contacts):
            name = f"m{n:05}"
            self.of[name] = one
            if one.wanted is None:
                self._then(one.at, partial(self._arrives, name))
            else:
                self._sell(name, one, room)
        for n in range(AGENTS):
            self._then(150.0 + 20 * (n % 6), partial(self._lunch, f"a{n:02}"))
        while self.events:
            now, _, happens = heapq.heappop(self.events)
            happens(now)
            self._deal(now)
        self.told.broken += sum(1 for m in self.line.values() if m.kind in ("asap", "slot"))
        return self.told

    def _then(self, at: float, happens: Callable[[float], None]) -> None:
        heapq.heappush(self.events, (at, next(self.numbers), happens))

    def _room(self, hour: int) -> int:
        """Windows are sold on a forecast that knows no surprise."""
        share = AGENTS / len(DESKS)
        forecast = 0.9 * PLANNED / len(DESKS) * (SHAPE[2 * hour] + SHAPE[2 * hour + 1]) / sum(SHAPE)
        return capacity(Window(_at(60.0 * hour), _at(60.0 * hour + 60)), share * 60, forecast, POLICY)

    def _sell(self, name: str, one: Draw, room: dict[tuple[str, int], int]) -> None:
        hours = [*range(one.wanted or 0, 8), *range(one.wanted or 0)]
        hour = next((h for h in hours if room[one.desk, h] > 0), None)
        if hour is not None:
            room[one.desk, hour] -= 1
            window = (60.0 * hour, 60.0 * hour + 60)
            self._then(window[0], lambda now: self._joins(name, "slot", now, window[1]))

    def _joins(self, name: str, kind: Kind, now: float, end: float, came: float | None = None) -> None:
        one, stands = self.of[name], _at(now if came is None else came)
        self.line[name] = InLine(name, kind, one.desk, one.desk, "fi", False, stands, _at(min(end, ENDS)))

    def _lunch(self, agent: str, now: float) -> None:
        """As soon as she is free."""
        if agent in self.idle:
            del self.idle[agent]
            self._then(now + LUNCH, lambda then: self._free(agent, then))
        else:
            self._then(now + 1, lambda then: self._lunch(agent, then))

    def _free(self, agent: str, now: float) -> None:
        self.idle[agent] = now

    # --- callers ---------------------------------------------------------------------------------------------

    def _arrives(self, name: str, now: float) -> None:
        one = self.of[name]
        self.line[name] = InLine(name, "live", one.desk, one.desk, "fi", False, _at(now))
        self._deal(now)
        if name not in self.line:
            return
        wait = self._expected(name, now)
        self.expected[name] = wait
        chance = 0.75 * (1 - math.exp(-wait / 12)) if wait >= POLICY.offer_from_wait_minutes else 0.0
        soon = wait <= POLICY.asap_stop_share * POLICY.asap_window_minutes
        if soon and one.takes < chance:
            self._joins(name, "asap", now, now + POLICY.asap_window_minutes, came=now)
        else:
            self._then(now + one.patience, lambda then: self._gives_up(name, then))

    def _expected(self, name: str, now: float) -> int:
        handling, staff = self._handling(), shared_staff(_on_duty(now), whole_of(self.line.values()).waiting)
        desk = self.of[name].desk
        placed = order(self.line.values(), _at(now), staff, handling)
        found = expected_wait_minutes(place(placed, name), staff.get(desk, 0.0), handling[desk])
        return found or 0

    def _gives_up(self, name: str, now: float) -> None:
        waiting = self.line.get(name)
        if waiting is None or waiting.kind != "live":
            return
        if self.of[name].rescued < 0.3:
            self._joins(name, "asap", now, now + POLICY.asap_window_minutes, came=self.of[name].at)
        else:
            del self.line[name]
            self.told.hung_up += 1

    # --- dealing ---------------------------------------------------------------------------------------------

    def _handling(self) -> dict[str, float]:
        return dict.fromkeys(DESKS, mean(self.talks[-HISTORY:]))

    def _deal(self, now: float) -> None:
        while self.line:
            free = [_agent(name, now, since) for name, since in self.idle.items() if _works(name, now)]
            on_duty = _on_duty(now)
            dealt = self.rule(list(self.line.values()), free, _at(now), on_duty, self._handling()) if free else None
            if dealt is None:
                return
            self._dealt(dealt, now)

    def _dealt(self, dealt: Deal, now: float) -> None:
        matter, one = self.line.pop(dealt.matter_id), self.of[dealt.matter_id]
        del self.idle[dealt.agent_id]
        takes = one.talk
        if matter.kind == "live":
            self.told.waits.append(now - one.at)
            self.live_dealt.append((matter.desk, matter.line_time))
            self.talks.append(one.talk)
            if matter.id in self.expected:  # whoever was answered at once was told of no wait
                self.told.misjudged.append(abs(self.expected[matter.id] - (now - one.at)))
        else:
            takes = self._rings(matter, one, now)
        self._then(now + takes, lambda then: self._free(dealt.agent_id, then))

    def _rings(self, matter: InLine, one: Draw, now: float) -> float:
        """Kept is the first ring inside its window. How long the agent is held."""
        rung = self.rings.get(matter.id, 0)
        self.rings[matter.id] = rung + 1
        if rung == 0:
            in_time = matter.window_end is not None and _at(now) <= matter.window_end
            self.told.kept, self.told.broken = self.told.kept + in_time, self.told.broken + (not in_time)
        if matter.kind == "asap":
            later = [1 for desk, came in self.live_dealt if desk == matter.desk and came > matter.line_time]
            self.told.passed += len(later)
            self.told.callback_waits.append(now - one.at)
        if one.reached[rung] < REACHED[rung]:
            self.talks.append(one.talk)
            return RING_ANSWERED + one.talk
        if rung + 1 < RINGS:
            due = now + POLICY.spacing_minutes
            self._then(due, lambda then: self._joins(matter.id, "retry", then, due + POLICY.retry_window_minutes))
        return RING_VAIN


def _at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def _works(agent: str, now: float) -> bool:
    return now < CLOSES + 10 or int(agent[1:]) < EVENING


def _desks(agent: str, now: float) -> frozenset[str]:
    n = int(agent[1:])
    if now >= CLOSES:
        return frozenset(DESKS)
    return frozenset({DESKS[n % 3], DESKS[(n + 1) % 3]} if n % 2 else {DESKS[n % 3]})


def _agent(name: str, now: float, since: float) -> FreeAgent:
    return FreeAgent(name, _desks(name, now), frozenset({"fi"}), _at(since))


def _on_duty(now: float) -> list[OnDuty]:
    names = (f"a{n:02}" for n in range(AGENTS))
    return [OnDuty(name, _desks(name, now), frozenset({"fi"})) for name in names if _works(name, now)]


def simulate(seed: int, load: float, rule: Rule) -> Told:
    return Day(rule).run(draws(seed, load * PLANNED))


RULES: dict[str, Rule] = {"first in, first out": first_in_first_out, "as decided": next_deal}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.support.monday", description=__doc__)
    parser.add_argument("--replications", type=int, default=5)
    days = range(parser.parse_args().replications)
    print(" load  rule                 <= 3 min  hung up    kept  passed  callback  wait error (min)")
    for load in (0.75, 0.9, 1.0, 1.1):
        for name, rule in RULES.items():
            told = [simulate(seed, load, rule) for seed in days]
            print(
                f"{load:>5}  {name:<20}{mean(t.within_three for t in told):>9.1%}{mean(t.hung_up for t in told):>9.1f}"
                f"{mean(t.promises_kept for t in told):>8.1%}{sum(t.passed for t in told):>8}"
                f"{mean(w for t in told for w in t.callback_waits or [0.0]):>10.1f}"
                f"{median(m for t in told for m in t.misjudged):>12.1f}"
            )


if __name__ == "__main__":
    main()
