"""Cities for pytest: one of each database for the whole test process, emptied before each scenario, judged after it."""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest

from tests.rig.city import City
from tests.support.postgres import fresh_database

_running: list[City] = []


@cache
def running(engine: str) -> City:
    root = Path(tempfile.mkdtemp(prefix="onenumber-"))
    url = fresh_database() if engine == "postgresql" else f"sqlite:///{root / 'service.db'}"
    city = City(root, url)
    _running.append(city)
    return city.start()


def stop_all() -> None:
    while _running:
        _running.pop().stop()
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


on_sqlite = pytest.mark.parametrize("city", ["sqlite"], indirect=True)
