"""The record's figures, as ``/metrics`` tells them: names, what each means, and where it is read. Ages are in seconds.

A count of today begins at local midnight. Figures of the record are the same whichever web process tells them: take the
greatest, never the sum. One whose record is silent tells so, and no old figures.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from adapters.database import DatabaseError
from adapters.meters import Figure
from adapters.settings import Settings
from adapters.tariff import TariffSettings
from callbacks import limit_store
from callbacks.limits import HOUR, OfCity, cents
from desks import store as desks
from desks.supervision import overview_store as board
from ivr.own_call_store import WALKED
from operations import figures_store as store
from operations import readiness
from operations.watching.model import KINDS
from queue_workers.effects import LONG
from queue_workers.trouble import WHYS
from routing_rules.model import Ruleset
from routing_rules.opening_hours import is_open

if TYPE_CHECKING:
    from bootstrap import Services

LIMITS = ("requests", "rings", "spend")
WORK = ("quick", "texts", "long")
VERDICTS = ("kept", "late", "broken")
Samples = Mapping[tuple[str, ...], float]  # values of the labels, and what they have


def figures(services: "Services") -> tuple[Figure, ...]:
    """Everything that is told beside the web processes' own measures."""
    begun = time.perf_counter()
    ready = readiness.judge(readiness.look(services))
    try:
        told = _of_record(services)
    except DatabaseError:
        told = ()
    took = time.perf_counter() - begun
    up = _one("one_number_record_up", "1: the record answered this scrape in time.", bool(told))
    cost = _one("one_number_figures_seconds", "What reading these figures took.", took)
    return (*told, up, cost, *_of_readiness(ready))


def _of_readiness(found: readiness.Readiness) -> Iterable[Figure]:
    seen = found.seen
    yield _one("one_number_ready", "1: this process can take calls.", found.ready)
    reasons: tuple[readiness.Reason, ...] = readiness.REASONS
    yield _each(
        "one_number_wrong", "1: what readiness finds wrong (docs/runbook.md).", ("reason",),
        {(one,): float(one in found.reasons) for one in reasons},
    )  # fmt: skip
    yield _one("one_number_disk_free_bytes", "Free where the data is kept.", seen.free_bytes)
    yield _one("one_number_redis_up", "1: Redis answers.", seen.redis)
    yield _one("one_number_workers", "Workers of the queue that give signs of life.", seen.workers or 0)
    yield _one("one_number_ruleset_version", "The published rules; 0: none.", seen.ruleset or 0)
    if seen.clock is not None:
        yield _one("one_number_clock_beat_age_seconds", "Since the clock's last sign of life.", seen.clock)


def _of_record(services: "Services") -> tuple[Figure, ...]:
    rules, now, machine = services.rules.current(), services.clock.now(), services.clock.machine()
    with services.database.read() as connection:
        parts = (
            _promises(connection, rules, now),
            _could_be_dealt(connection, rules, now, machine),
            _line(connection, now, machine),
            _orders(connection, machine),
            _limits(connection, rules, services.settings, now),
            _sound(connection, now),
            _counted(connection, now),
            _own_calls(connection, services.settings, machine),
        )
        return tuple(chain.from_iterable(parts))


def _promises(connection: Connection, rules: Ruleset, now: datetime) -> Iterable[Figure]:
    every = [one.id for one in rules.departments]
    states = {"due": 0.0, "overdue": 0.0, "next_hour": 0.0}
    for row in board.callbacks(connection, None, every, now):
        for state in states:
            states[state] += float(row[state] or 0)
    yield _each(
        "one_number_promises", "Callbacks not rung yet: due in their window, past it, or due within the hour.",
        ("state",), {(name,): value for name, value in states.items()},
    )  # fmt: skip
    first = store.oldest_due(connection, every, now)
    yield _one("one_number_oldest_due_seconds", "How long the longest waiting callback has been due.", _age(first, now))
    judged = dict.fromkeys(VERDICTS, 0.0)
    for one in board.verdicts(connection, None, _midnight(rules, now)):
        judged[one["verdict"]] = judged.get(one["verdict"], 0.0) + float(one["n"])
    yield _each(
        "one_number_promises_judged_today", "Promises whose time is over since midnight.", ("verdict",),
        {(name,): value for name, value in judged.items()},
    )  # fmt: skip


def _could_be_dealt(connection: Connection, rules: Ruleset, now: datetime, machine: float) -> Iterable[Figure]:
    """What nobody free can take waits for people; what somebody free could take and is not dealt waits for us."""
    zone, served = ZoneInfo(rules.time_zone), defaultdict[str, set[str]](set)
    for one in desks.duty(connection, machine, now).free:
        for desk in one.desks & {open_one.id for open_one in rules.departments if is_open(open_one.hours, now, zone)}:
            served[desk] |= one.languages
    first = store.oldest_to_deal(connection, served, now)
    said = "How long the longest waiting callback that somebody free could take has been due."
    yield _one("one_number_oldest_to_deal_seconds", said, _age(first, now))


def _line(connection: Connection, now: datetime, machine: float) -> Iterable[Figure]:
    waiting = board.waiting(connection, None)
    first = min((row["longest_since"] for row in waiting if row["longest_since"] is not None), default=None)
    count = sum(row["waiting"] for row in waiting)
    yield _one("one_number_line_waiting", "Callers in the line whom nobody has answered.", count)
    yield _one("one_number_line_longest_seconds", "How long the first of them has waited.", _age(first, now))
    duty = desks.duty(connection, machine, now)
    yield _each(
        "one_number_agents", "Agents who give signs of life: on duty, and free.", ("state",),
        {("on_duty",): float(len(duty.all)), ("free",): float(len(duty.free))},
    )  # fmt: skip


def _orders(connection: Connection, machine: float) -> Iterable[Figure]:
    had = store.orders(connection, LONG, machine)
    found = {work: had.get(work, (0, None)) for work in WORK}
    counts: Samples = {(work,): float(count) for work, (count, _) in found.items()}
    said = "Orders to the provider that should be done by now; texts wait for their pace, long: sound and deletions."
    yield _each("one_number_orders_due", said, ("work",), counts)
    ages: Samples = {(work,): _since(oldest, machine) for work, (_, oldest) in found.items()}
    yield _each("one_number_orders_oldest_seconds", "How long the oldest of them has waited.", ("work",), ages)
    yield _one("one_number_orders_failing", "Orders that were tried again and again.", store.failing(connection, LONG))


def _limits(connection: Connection, rules: Ruleset, prices: TariffSettings, now: datetime) -> Iterable[Figure]:
    limits, since = rules.limits, limit_store.counted_from
    midnight = _midnight(rules, now)
    cost = limit_store.used_since(connection, midnight, now).cents(prices)
    rung_out = cents(limit_store.legs_since(connection, midnight, now), limits)
    had = OfCity(
        requests=limit_store.requests_since(connection, since(connection, "requests", now - HOUR)),
        rings=limit_store.rings_since(connection, since(connection, "rings", now - HOUR)),
        spend=rung_out + cost["browser"],
    )
    most = {"requests": limits.requests_per_hour, "rings": limits.rings_per_hour, "spend": limits.spend_per_day_cents}
    yield _each(
        "one_number_limit_counted", "What the city's limits count: the hour's requests and rings, the day's cents.",
        ("limit",), {(name,): float(getattr(had, name)) for name in LIMITS},
    )  # fmt: skip
    yield _each("one_number_limit", "The limits.", ("limit",), {(name,): float(most[name]) for name in LIMITS})
    stopped = store.stopped(connection)
    yield _each(
        "one_number_stopped", "1: this limit keeps promises or rings back.", ("limit",),
        {(name,): float(name in stopped) for name in LIMITS},
    )  # fmt: skip
    yield _one("one_number_spend_today_cents", "Estimated, of minutes rung out since midnight.", had.spend)
    charged: Samples = {(kind,): float(taken) for kind, taken in {"telephones": rung_out, **cost}.items()}
    said = "Estimated, of all that the provider charges for since midnight."
    yield _each("one_number_cost_today_cents", said, ("kind",), charged)


def _sound(connection: Connection, now: datetime) -> Iterable[Figure]:
    count, first = store.unfinished_sound(connection)
    yield _one("one_number_recordings_unfinished", "Recorded, and not in the vault yet.", count)
    yield _one("one_number_recordings_oldest_seconds", "How long ago the oldest of them began.", _age(first, now))


def _counted(connection: Connection, now: datetime) -> Iterable[Figure]:
    routes = store.routes_since(connection, now - HOUR)
    yield _each(
        "one_number_routed_last_hour", "Callers led somewhere in the last hour, by kind of route.", ("route",),
        {(name,): float(count) for name, count in routes.items()},
    )  # fmt: skip
    items = store.open_items(connection)
    yield _each(
        "one_number_items_open", "What a supervisor must look at.", ("kind",),
        {(name,): float(count) for name, count in items.items()},
    )  # fmt: skip
    alarms = store.alarms(connection)
    yield _each(
        "one_number_alarm", "1: the service itself has noticed that callers are lost.", ("alarm",),
        {(name,): float(name in alarms) for name in KINDS},
    )  # fmt: skip
    tallies = store.tallies(connection)
    for name, (family, text, labels, always) in TALLIES.items():
        known = dict.fromkeys(always, 0) | {label: n for (of, label), n in tallies.items() if of == name}
        mine = {tuple(label.split(" ", len(labels) - 1)): float(n) for label, n in known.items()}
        yield _each(family, text, labels, mine, "counter")


# The last of each: told as nothing before anything has happened. An increase is counted from there, or the first burst
# of a new installation would be none.
TALLIES: Mapping[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "provider_alerts": (
        "one_number_provider_alerts_total", "Errors and warnings that the provider's debugger told.", ("level", "code"),
        ("error 11200", "warning 11200"),
    ),
    "provider_errors": (
        "one_number_provider_errors_total", "Orders that the provider refused, put off or left without an answer.",
        ("order", "why"), tuple(f"ring_agent {why}" for why in WHYS),
    ),
    "test_calls": ("one_number_test_calls_total", "Our own calls to our own number.", ("result",), (WALKED,)),
}  # fmt: skip


def _own_calls(connection: Connection, settings: Settings, machine: float) -> Iterable[Figure]:
    """Nothing where none are made: the last of former days would grow old for ever."""
    if not settings.test_call_from:
        return
    last = store.last_test_call(connection)
    if last is None:
        since = store.clock_since(connection)
        yield _one("one_number_test_call_age_seconds", "How long one could have been made.", _since(since, machine))
        return
    age = _since(last["asked_machine"], machine)
    yield _one(
        "one_number_test_call_ok", "1: the last call to our own number came to the menu.", last["result"] == WALKED
    )
    yield _one("one_number_test_call_age_seconds", "How long ago that was.", age)
    if last["arrived_machine"] is not None:
        took = last["arrived_machine"] - last["asked_machine"]
        yield _one("one_number_test_call_arrival_seconds", "From its order to the greeting.", took)


def _one(name: str, text: str, value: float | int | bool) -> Figure:
    return Figure(name, text, (((), float(value)),))


def _each(name: str, text: str, labels: tuple[str, ...], values: Samples, kind: Any = "gauge") -> Figure:
    return Figure(name, text, tuple(sorted(values.items())), labels, kind)


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since) / timedelta(seconds=1))


def _since(machine_then: float | None, machine: float) -> float:
    return 0.0 if machine_then is None else max(0.0, machine - machine_then)


def _midnight(rules: Ruleset, now: datetime) -> datetime:
    """The last local one."""
    local = now.astimezone(ZoneInfo(rules.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)
