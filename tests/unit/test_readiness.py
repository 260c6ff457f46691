"""Readiness told as it is: what takes an instance out of service, what is only named, and what each means."""

from dataclasses import replace

import pytest

from console.words import PAGE_LANGUAGES, page_words
from operations.readiness import FILLING_BYTES, REASONS, Reason, Seen, judge

WELL = Seen(
    record=True, ruleset=3, clock=4.0, free_bytes=50 * 1024**3, on_this_disk=True, fallback=True, redis=True, workers=2
)


def test_all_is_well() -> None:
    assert (judge(WELL).state, judge(WELL).reasons) == ("ready", ())


@pytest.mark.parametrize(
    ("seen", "reason", "state"),
    [
        (replace(WELL, record=False, clock=None), "record", "not ready"),
        (replace(WELL, ruleset=None), "ruleset", "not ready"),
        (replace(WELL, free_bytes=1024), "disk_full", "not ready"),
        (replace(WELL, free_bytes=1024, on_this_disk=False), "disk_filling", "degraded"),
        (replace(WELL, free_bytes=FILLING_BYTES - 1), "disk_filling", "degraded"),
        (replace(WELL, clock=None), "clock_never", "degraded"),
        (replace(WELL, clock=61.0), "clock_silent", "degraded"),
        (replace(WELL, fallback=False), "fallback", "degraded"),
        (replace(WELL, workers=0), "workers", "degraded"),
        (replace(WELL, redis=False, workers=None), "redis", "ready"),
    ],
)
def test_each_thing_that_is_missing(seen: Seen, reason: Reason, state: str) -> None:
    found = judge(seen)
    assert (found.reasons, found.state) == ((reason,), state)
    assert found.ready == (state != "not ready")


def test_every_reason_is_told_in_every_language() -> None:
    for language in PAGE_LANGUAGES:
        assert {f"ready.{one}" for one in REASONS} == set(page_words(language).starting("ready."))
