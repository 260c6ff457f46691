"""A town on each of the two databases, for the tests of the use cases."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hosts.alone import cannot
from tests.support.services import Town, empty_record

# where nothing may be skipped, a machine that allows no hosts leaves their one test out, and says so
_NO_HOSTS = cannot() if os.environ.get("NOTHING_MAY_BE_SKIPPED") else ""
if _NO_HOSTS:
    sys.stderr.write(f"{_NO_HOSTS} Left out: test_hosts.py\n")
collect_ignore = ["test_hosts.py"] if _NO_HOSTS else []


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
