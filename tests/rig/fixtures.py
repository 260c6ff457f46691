"""Cities for pytest: one of each database for the whole test process, emptied before each scenario, judged after it."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.rig.city import City, logs
from tests.rig.resident import stories_of
from tests.support.postgres import fresh_database

_running: list[City] = []


@cache
def running(engine: str) -> City:
    root = Path(tempfile.mkdtemp(prefix="onenumber-"))
    url = fresh_database() if engine == "postgresql" else f"sqlite:///{root / 'service.db'}"
    city = City(root, url)
    _running.append(city)
    return city.start()


def stop_all(keep: bool) -> None:
    """``keep``: something failed, so the logs and the run stay where they lie."""
    while _running:
        city = _running.pop()
        city.stop()
        if not keep:
            shutil.rmtree(city.installation.root, ignore_errors=True)
    running.cache_clear()


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
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """A failed call is told as a story: every telephone, the open matters, the processes' last words."""
    report = yield
    for city in _running if report.when == "call" and report.failed else ():
        with suppress(Exception):
            report.sections.append(("the calls", stories_of(city.lab)))
            report.sections.append(("the record", city.state()))
            report.sections.append(("the processes", logs(city)))
    return report


on_sqlite = pytest.mark.parametrize("city", ["sqlite"], indirect=True)
