"""Ten thousand past calls under two rulesets, read from the record and told: what a supervisor waits for."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from sqlalchemy import insert

from adapters.database import Database
from adapters.schema import route_decision
from routing_rules.comparing import compare
from routing_rules.model import RoutingRule, Ruleset, When
from routing_rules.past import store as past_store
from tests.bench.form import call_sid
from tests.support.services import empty_record, sample_rules

CALLS, BAR_SECONDS = 10_000, 10.0
FIRST = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)
STAFFED = {"housing": ["fi", "sv"], "streets": ["fi"], "extended": ["en", "fi", "sv"], "advice": ["fi"]}


def measure() -> bool:
    rules = sample_rules()
    rule = RoutingRule("evening", {}, When(topics=("parking", "housing")), department="advice")
    draft = replace(rules, rules=(rule,))
    with TemporaryDirectory() as directory:
        holds = [_one(kind, Path(directory), rules, draft) for kind in ("sqlite", "postgresql")]
    return all(holds)


def _one(kind: str, directory: Path, live: Ruleset, draft: Ruleset) -> bool:
    database = Database(empty_record(kind, directory), deadline=60.0)
    with database.write() as tx:
        tx.connection.execute(insert(route_decision), [_row(live, n) for n in range(CALLS)])
    begun = monotonic()
    with database.read() as connection:
        kept = past_store.since(connection, FIRST, CALLS)
    found = compare(live, draft, (one.past for one in kept), {"housing": 4.0})
    took = monotonic() - begun
    database.dispose()
    holds = took <= BAR_SECONDS and found.looked == CALLS and found.elsewhere > 0
    print(f"\n{found.looked} calls compared ({kind}): {found.elsewhere} elsewhere, {found.lost} would reach nobody")
    print(f"  {took:.2f} s   bar {BAR_SECONDS:.0f} s   {'holds' if holds else 'DOES NOT HOLD'}")
    return holds


def _row(rules: Ruleset, n: int) -> dict[str, object]:
    leaves = [topic.id for topic in rules.topics if topic.department is not None]
    return {
        "call_sid": call_sid(n),
        "at": FIRST + timedelta(minutes=3 * n),
        "ruleset_version": 1,
        "topic": leaves[n % len(leaves)],
        "language": ("fi", "fi", "sv", "en")[n % 4],
        "route": "line",
        "desk": "housing",
        "facts": json.dumps({"staffed": STAFFED, "wait": n % 20, "areas": ["+35840"]}),
    }
