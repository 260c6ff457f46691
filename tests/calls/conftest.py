"""The running cities for this folder, and a place for the files of other releases."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig.fixtures import city, pytest_runtest_makereport, pytest_runtest_teardown, stop_all

__all__ = ["city", "pytest_runtest_makereport", "pytest_runtest_teardown"]


@pytest.fixture
def files() -> Iterator[Path]:
    """For whole releases, which nobody wants to keep: gone with the test, however it went."""
    with tempfile.TemporaryDirectory(prefix="onenumber-releases-") as place:
        yield Path(place)


def pytest_sessionfinish(exitstatus: int) -> None:
    stop_all(keep=exitstatus != 0)
