"""Cities for pytest: one of each database for the whole test process, emptied before each scenario, judged after it."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.rig.asked import database_of
from tests.rig.city import City, logs
from tests.rig.resident import stories_of
from tests.support.postgres import fresh_database

_running: dict[str, City] = {}
_failed: set[str] = set()  # with these something failed: their logs stay where they lie


def running(engine: str) -> City:
    if engine not in _running:
        root = Path(tempfile.mkdtemp(prefix="onenumber-"))
        url = fresh_database() if engine == "postgresql" else f"sqlite:///{root / 'service.db'}"
        _running[engine] = City(root, url)
        _running[engine].start()
    return _running[engine]


def stop_all(keep: bool) -> None:
    """``keep``: something failed, so the logs and the run stay where they lie."""
    for engine in list(_running):
        _stop(engine, keep)


def _stop(engine: str, keep: bool) -> None:
    city = _running.pop(engine)
    city.stop()
    if not keep and engine not in _failed:
        shutil.rmtree(city.installation.root, ignore_errors=True)


def emptied(city: City) -> Iterator[City]:
    """The city for one scenario. What it left behind is judged, and written down where the checker objects."""
    city.reset()
    yield city
    with suppress(AssertionError):
        city.hold.let_go()
    city.judged()


@pytest.fixture(params=["sqlite", "postgresql"])
def city(request: pytest.FixtureRequest) -> Iterator[City]:
    yield from emptied(running(request.param))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None, Any, Any]:
    """A city that the next test does not ask for ends: its processes take a twentieth of a core only to wait. The tests
    of one database follow each other (tests/conftest.py)."""
    done = yield
    for engine in [each for each in _running if each != database_of(nextitem)]:
        _stop(engine, keep=False)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failed call is told as a story: every telephone, the open matters, the processes' last words."""
    report = yield
    if report.failed:
        _failed.update(_running)
    for city in list(_running.values()) if report.when == "call" and report.failed else ():
        with suppress(Exception):
            report.sections.append(("the calls", stories_of(city.lab)))
            report.sections.append(("the record", city.state()))
            report.sections.append(("the processes", logs(city)))
    return report


on_sqlite = pytest.mark.parametrize("city", ["sqlite"], indirect=True)
