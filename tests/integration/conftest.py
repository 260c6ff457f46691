"""A town on each of the two databases, for the tests of the use cases."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.services import Town, empty_record


@pytest.fixture(params=["sqlite", "postgresql"])
def record(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return empty_record(request.param, tmp_path)


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    """Without a sender of text messages: nothing may depend on them."""
    one = Town.over(record)
    yield one
    one.services.database.dispose()


@pytest.fixture
def texting_town(record: str) -> Iterator[Town]:
    one = Town.over(record, SMS_SENDER="+358175550100")
    yield one
    one.services.database.dispose()
