"""Eight faults of the suite, one seed each, in a short window; ``make chaos`` runs every one of them, and longer."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.chaos.city import ChaosCity
from tests.chaos.faults import chosen
from tests.chaos.load import Pace
from tests.chaos.suite import one

SECONDS = 6.0
CALLS_PER_SECOND = 0.6
CASES = [
    ("T01", "sqlite"),
    ("T02", "postgresql"),
    ("T03", "sqlite"),
    ("T05", "postgresql"),
    ("T08", "sqlite"),
    ("T10", "postgresql"),
    ("T13", "sqlite"),
    ("T15", "postgresql"),
]


@pytest.mark.parametrize(("fault", "database"), CASES, ids=[f"{fault} on {database}" for fault, database in CASES])
def test_no_promise_is_lost_and_nobody_is_rung_twice(fault: str, database: str) -> None:
    root = Path(tempfile.mkdtemp(prefix="onenumber-chaos-"))
    city = ChaosCity(root, database)
    try:
        city.start()
        (case,) = chosen(fault)
        result = one(city, case, 1, SECONDS, Pace(CALLS_PER_SECOND), root / "run")
        assert result.counts, "nothing was done to the city"
        assert not result.violations, "\n".join(result.violations)
    finally:
        city.stop()
        shutil.rmtree(root, ignore_errors=True)
