"""At most 8 MB for a job, however long the sound: shown with four hours of it on a disk, and one in a bucket."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.places import ROOT
from tests.support.byte_stores import object_storage

MOST_MB = 8.0
FOUR_HOURS_MB = 220  # 8 kHz, 16 bit, mono
BUCKET_MB = 60  # the test's storage copies the whole file for each range: four hours would take it six minutes


def measured(store: str, megabytes: int, place: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.support.vault_memory", store, str(megabytes), place]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True).stdout
    found: dict[str, float] = json.loads(told)
    assert found["read"] == found["bytes"] > megabytes * 1_000_000
    return found


@pytest.mark.parametrize("megabytes", [40, pytest.param(FOUR_HOURS_MB, marks=pytest.mark.long)])
def test_on_a_disk_a_sound_takes_no_more_memory_than_its_bound(megabytes: int, tmp_path: Path) -> None:
    assert measured("local", megabytes, str(tmp_path))["grown"] <= MOST_MB


@pytest.mark.parametrize("megabytes", [24, pytest.param(BUCKET_MB, marks=pytest.mark.long)])
def test_in_a_bucket_a_sound_takes_no_more_memory_than_its_bound(megabytes: int) -> None:
    with object_storage() as address:
        assert measured("bucket", megabytes, address)["grown"] <= MOST_MB
