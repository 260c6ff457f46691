"""What the storm did, as a table: by tenth of its time, by kind of webhook, and what was shed."""

from collections import Counter
from typing import TYPE_CHECKING

from tests.load.told import at, keep, table
from tests.load.wire import Timed
from tests.storm import flood

if TYPE_CHECKING:
    from tests.storm.run import Storm

SLICES = 10
BAR_MS = 1000.0
SHED_NEVER = ("sign of life", "deed", "card, in hand")


def told(storm: "Storm") -> bool:
    hooks = [one for one in storm.timed if one.kind != "page"]
    plan = storm.plan
    print(f"\nA water cut on {plan.database}: {storm.calls} calls, {len(hooks)} webhooks in {plan.seconds:.0f} s,")
    killed = "" if plan.times else ", Valkey killed in the middle"
    print(f"  {plan.agents} desks and {plan.boards} boards open{killed};")
    for line in flood.lines(storm) if plan.times else _scaled(storm):
        print(f"  {line}")
    print("\n" + table(("second", "webhooks/s", "menu p50", "menu p99", "all p99", "pages", "shed"), _slices(storm)))
    rows = [(kind, *_figures([one for one in hooks if one.kind == kind])) for kind in _kinds(hooks)]
    print("\n" + table(("webhook", "count", "p50 ms", "p95 ms", "p99 ms"), rows))
    failed = Counter((one.kind, one.status) for one in hooks if one.status == 0 or one.status >= 500)
    print("  first tries that failed: " + (", ".join(f"{k} {s} x{n}" for (k, s), n in failed.items()) or "none"))
    print("\n" + table(("page", "served", "shed", "failed"), _pages(storm)))
    print(f"\n  oldest due order {max(storm.oldest, default=0.0):.1f} s, at most {storm.most_due} due at once")
    late = at([one.late * 1000 for one in hooks], 0.99)
    print(f"  the residents' side was itself late by {late:.0f} ms (p99), not counted above")
    print("  " + ", ".join(f"{what} {n}" for what, n in storm.checked.items()))
    bars = bars_of(storm, hooks)
    for what, holds in bars:
        print(f"  {what}   {'holds' if holds else 'DOES NOT HOLD'}")
    for one in storm.violations[:20]:
        print(f"  VIOLATION {one}")
    form = "storm-open" if plan.times else "storm"
    print(f"  {keep(f'{form}-{plan.database}', _kept(storm, hooks))}")
    return all(holds for _, holds in bars)


def _scaled(storm: "Storm") -> list[str]:
    return [
        f"scale {storm.scale:.2f}: {storm.asked_for:.0f} webhooks/s of {storm.plan.webhooks:.0f} (measured capacity",
        f"{storm.capacity:.0f} webhooks/s with the residents' side on the same machine, share {storm.plan.share:g})",
    ]


def bars_of(storm: "Storm", hooks: list[Timed]) -> list[tuple[str, bool]]:
    return [*(flood.bars if storm.plan.times else _bars)(storm, hooks), _shed(storm)]


def _bars(storm: "Storm", hooks: list[Timed]) -> list[tuple[str, bool]]:
    menu, kept = _ms([one for one in hooks if one.kind == "menu"], 0.99), sum(one.kind == "door" for one in hooks)
    return [
        (f"menu p99 {menu:.0f} ms, bar {BAR_MS:.0f}", menu <= BAR_MS),
        (f"{kept} times somebody kept at the door", not kept),  # less than is carried is asked for
        flood.refused(hooks),
        (f"{storm.unanswered} webhooks of calls unanswered after the second try", storm.unanswered == 0),
        (f"{len(storm.violations)} violations found by the checker", not storm.violations),
        (f"{storm.checked.get('promises heard', 0)} promises heard", storm.checked.get("promises heard", 0) > 0),
    ]


def _shed(storm: "Storm") -> tuple[str, bool]:
    shed = sum(storm.counts[what, "shed"] for what in SHED_NEVER)
    return f"{shed} signs of life, deeds and live cards shed", shed == 0


def _slices(storm: "Storm") -> list[tuple[object, ...]]:
    length = storm.plan.seconds / SLICES
    rows: list[tuple[object, ...]] = []
    for n in range(SLICES):
        begin = storm.begun + n * length
        here = [one for one in storm.timed if begin <= one.sent < begin + length]
        hooks, pages = [one for one in here if one.kind != "page"], [one for one in here if one.kind == "page"]
        menus = [one for one in hooks if one.kind == "menu"]
        shed = sum(1 for one in pages if one.status == 503)
        figures = (len(hooks) / length, _ms(menus, 0.5), _ms(menus, 0.99), _ms(hooks, 0.99), len(pages) - shed, shed)
        rows.append((f"{n * length:.0f}", *figures))
    return rows


def _pages(storm: "Storm") -> list[tuple[object, ...]]:
    names = sorted({what for what, _ in storm.counts})
    return [(name, *(storm.counts[name, came] for came in ("served", "shed", "failed"))) for name in names]


def _kinds(hooks: list[Timed]) -> list[str]:
    return sorted({one.kind for one in hooks})


def _figures(timed: list[Timed]) -> tuple[object, ...]:
    return len(timed), _ms(timed, 0.5), _ms(timed, 0.95), _ms(timed, 0.99)


def _ms(timed: list[Timed], part: float) -> float:
    """From the moment the webhook left: what the driver was late itself is told apart."""
    return at([(one.done - one.sent) * 1000 for one in timed], part)


def _kept(storm: "Storm", hooks: list[Timed]) -> dict[str, object]:
    return {
        "seconds": storm.plan.seconds, "database": storm.plan.database, "calls": storm.calls, "webhooks": len(hooks),
        "scale": round(storm.scale, 3), "capacity_webhooks_per_second": round(storm.capacity, 1),
        "by_kind": {kind: _figures([one for one in hooks if one.kind == kind]) for kind in _kinds(hooks)},
        "pages": _pages(storm), "oldest_due_order_seconds": max(storm.oldest, default=0.0),
        "checker": storm.checked, "violations": storm.violations,
        "bars": dict(bars_of(storm, hooks)), "lines": flood.lines(storm) if storm.plan.times else _scaled(storm),
    }  # fmt: skip
