"""Scenario 10, one moment for each fault; ``make crash`` runs the whole matrix."""

import pytest

from tests.crash.faults import Case, run
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite

OUTAGE_SECONDS = 5.0
CASES = [
    Case("valkey flushed", "attempt_stored", 3),
    Case("valkey down", "claimed", 4),
    Case("worker killed", "rest_created", 3),
    Case("dispatcher killed", "claimed", 3),
    Case("web killed", "accepted", 3),
]


@on_sqlite
@pytest.mark.parametrize("case", CASES, ids=str)
def test_scenario_10_the_resident_notices_nothing(city: City, case: Case) -> None:
    run(city, case, OUTAGE_SECONDS)
