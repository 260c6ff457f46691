"""What is asked at each scrape and at each look for lost callers is read by indexes: past calls cost it nothing."""

import re
from collections.abc import Callable

import pytest

from ivr import provider_alert_store
from operations.figures import figures
from operations.watching.watch import count_hours, looked
from tests.support.plans import plans
from tests.support.services import Town

GROWING = (
    "callback_request",
    "route_decision",
    "offer",
    "waiting_caller",
    "outbox",
    "recording",
    "promise_told",
    "call",
)
THROUGH = re.compile(rf"\b(?:SCAN|Seq Scan on) ({'|'.join(GROWING)})\b(?!.*\bUSING\b)")
STEPS = re.compile(r"\), \(")  # of one plan


def complaints(town: Town) -> object:
    with town.services.database.read() as connection:
        return provider_alert_store.by_code(connection, town.clock.now())


ASKED: dict[str, Callable[[Town], object]] = {
    "a scrape": lambda town: figures(town.services),
    "lost callers": lambda town: looked(town.services),
    "usual traffic": lambda town: count_hours(town.services),
    "complaints": complaints,
}


@pytest.mark.parametrize("what", ASKED)
def test_no_history_is_walked_through(town: Town, what: str) -> None:
    town.agent("aino")
    town.caller()
    town.request()
    found = plans(town.services.database, lambda: ASKED[what](town))
    assert found
    assert [step for plan in found for step in STEPS.split(plan) if THROUGH.search(step)] == []


def test_a_walk_through_a_history_would_be_seen() -> None:
    plan = "[(2, 0, 0, 'SCAN offer'), (3, 0, 0, 'SEARCH agent USING INDEX x')]"
    assert [step for step in STEPS.split(plan) if THROUGH.search(step)]
