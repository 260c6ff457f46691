"""Writes docs/reliability.md from the rows that were kept: what was done to the city, what became of promises."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.chaos import baseline, guards_kept
from tests.chaos.faults import every_fault
from tests.chaos.stakes import without
from tests.chaos.table import publish, rows

Row = Mapping[str, Any]
RUNS = "reliability-runs.json"  # beside the page: the rows it is made of
WORDS = Path(__file__).with_name("reliability_head.md")
COLUMNS = (
    *(
        "Fault",
        "What happens",
        "Database",
        "Seeds",
        "Calls",
        "Webhooks",
        "p99",
        "Machine",
        "Latency",
        "Unanswered",
        "Promised",
        "Rings",
        "Twice",
        "Lost",
    ),
    *("To a person", "Done to it", "Violations"),
)


def write(document: Path, place: Path) -> None:
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows(place):
        groups.setdefault((str(row["fault"]), str(row["database"])), []).append(row)
    lines = [f"| {' | '.join(COLUMNS)} |", "|---|---|---|" + "---:|" * 5 + "---|" + "---:|" * 6 + "---|---|"]
    lines += [_line(fault, database, group) for (fault, database), group in sorted(groups.items())]
    every = [row for group in groups.values() for row in group]
    parts = {
        "{table}": "\n".join(lines),
        "{sums}": _sums(every),
        "{not run}": "\n\n".join(filter(None, (not_run(groups), nothing_at_stake(every)))),
        "{naive}": baseline.told(place) + guards_kept.told(place),
    }
    page = WORDS.read_text(encoding="utf-8")
    for name, words in parts.items():
        page = page.replace(name, words)
    document.write_text(page, encoding="utf-8")
    publish(place, document.with_name(RUNS))


def not_run(groups: Collection[tuple[str, str]]) -> str:
    """Each fault on each of its databases of which there is no row: nothing is known of it."""
    missing = [
        f"- {fault.id} on {database}: {fault.says}"
        for fault in every_fault()
        for database in fault.databases
        if (fault.id, database) not in groups
    ]
    return "\n".join(["Not run, and nothing is shown of them:", "", *missing]) if missing else "Every fault was run."


def nothing_at_stake(every: Sequence[Row]) -> str:
    idle = without(((row["fault"], row["figures"]) for row in every), every_fault())
    return f"In no run of {', '.join(idle)} was anybody promised anything or rung: they show nothing." if idle else ""


def _latency(group: Sequence[Row]) -> str:
    found = Counter(str(row["latency"]) for row in group)
    return ", ".join(f"{what} {times}" for what, times in sorted(found.items()))


def _line(fault: str, database: str, group: Sequence[Row]) -> str:
    done: Counter[str] = sum((Counter(row["counts"]) for row in group), Counter())
    told = ", ".join(f"{what} {times}" for what, times in sorted(done.items()))
    p99 = max(row["figures"]["p99"] for row in group)
    stretch = max(row["figures"]["stretch"] for row in group)
    which = sorted({str(what).partition(":")[0] for row in group for what in row["violations"]})
    red = f"{sum(1 for row in group if row['violations'])} ({', '.join(which)})" if which else "none"
    sums = [_sum(group, name) for name in ("heard", "rings", "twice", "lost", "asked")]
    numbers = " | ".join(str(n) for n in sums)
    first = f"| {fault} | {group[0]['says']} | {database} | {len(group)} | {_sum(group, 'calls')} "
    machine = f"{p99:.0f} ms | {stretch:.1f} | {_latency(group)} | {_where_counted(group, 'unheard')}"
    return f"{first}| {_sum(group, 'webhooks')} | {machine} | {numbers} | {told} | {red} |"


def _sum(group: Sequence[Row], name: str) -> int:
    return int(sum(row["figures"][name] for row in group))


def _where_counted(group: Sequence[Row], name: str) -> str:
    """A figure that earlier rows do not have."""
    counted = [row for row in group if name in row["figures"]]
    return str(_sum(counted, name)) if counted else "not counted"


def _sums(every: Sequence[Row]) -> str:
    promised, rings = _sum(every, "heard"), _sum(every, "rings")
    return (
        f"{len(every)} runs, {_sum(every, 'calls')} calls, {_sum(every, 'webhooks')} webhooks, {promised} promises "
        f"heard, {rings} rings to residents: {_sum(every, 'twice')} rung twice, {_sum(every, 'lost')} promises lost."
    )
