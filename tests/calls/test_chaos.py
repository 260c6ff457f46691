"""Eight faults of the suite, one seed each, in a short window, and three that take long (``make long``); ``make chaos``
runs every one of them, and longer."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.city import ChaosCity
from tests.chaos.faults import chosen
from tests.chaos.load import Pace
from tests.chaos.suite import Window, one

WINDOW = Window(seconds=5.0, warm=2.0)
CALLS_PER_SECOND = 1.0
CASES = [
    ("T01", "sqlite"),
    ("T03", "sqlite"),
    ("T08", "sqlite"),
    ("T20", "sqlite"),
    ("T05", "postgresql"),
    ("T18", "postgresql"),
    ("T15", "postgresql"),
    ("T35", "postgresql"),
    ("T13", "sqlite"),
    ("T10", "postgresql"),
    ("T02", "postgresql"),
]


class Cities:
    """Begun when a case asks for one, one of each database."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._running: dict[str, ChaosCity] = {}

    def on(self, database: str) -> ChaosCity:
        if database not in self._running:
            root = Path(tempfile.mkdtemp(prefix="onenumber-chaos-"))
            self._stack.callback(shutil.rmtree, root, ignore_errors=True)
            city = ChaosCity(root, database)
            self._stack.callback(city.stop)
            self._running[database] = city.start()
        return self._running[database]


@pytest.fixture(scope="module")
def cities() -> Iterator[Cities]:
    with ExitStack() as stack:
        yield Cities(stack)


@pytest.mark.parametrize(("fault", "database"), CASES, ids=[f"{fault} on {database}" for fault, database in CASES])
def test_no_promise_is_lost_and_nobody_is_rung_twice(cities: Cities, fault: str, database: str, tmp_path: Path) -> None:
    if fault == "T13" and shutil.which("cc") is None:
        pytest.skip("this machine has no C compiler: the power cannot be cut")
    (case,) = chosen(fault)
    pace = Pace(CALLS_PER_SECOND, 700 + CASES.index((fault, database)))
    result = one(cities.on(database), case, 1, WINDOW, pace, tmp_path)
    assert result.counts, "nothing was done to the city"
    assert result.figures["heard"] + result.figures["rings"], "nobody was promised anything or rung"
    assert not result.violations, "\n".join(result.violations)
