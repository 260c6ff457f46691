"""One moment for each fault; ``make crash`` runs the whole matrix."""

import pytest

from tests.crash.faults import KEPT, MISSED, Case, run
from tests.rig.city import City
from tests.rig.fixtures import on_sqlite

OUTAGE_SECONDS = 5.0
CASES = [
    Case("valkey flushed", "attempt_stored", KEPT),
    Case("valkey down", "claimed", MISSED),
    Case("worker killed", "rest_created", KEPT),
    Case("dispatcher killed", "claimed", KEPT),
    Case("web killed", "accepted", KEPT),
]


@on_sqlite
@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_resident_notices_nothing(city: City, case: Case) -> None:
    run(city, case, OUTAGE_SECONDS)
