"""A city for each test, closed after it, and the two who sign in most often."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.web.console_rig import Browser, City, make_city


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[City]:
    """Nobody works here yet; a module's own ``city`` hires."""
    made = make_city(tmp_path)
    yield made
    made.services.database.dispose()


@pytest.fixture
def aino(city: City) -> Browser:
    return city.signed_in("aino")


@pytest.fixture
def sirpa(city: City) -> Browser:
    return city.signed_in("sirpa")
