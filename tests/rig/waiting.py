"""Waiting for a condition, with a deadline in machine time and a failure that tells what was seen instead."""

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")
POLL_SECONDS = 0.02


class NeverHappened(AssertionError):
    """A condition did not come true in time; the message carries the story so far."""


def until(look: Callable[[], Seen | None], within: float, otherwise: Callable[[], str]) -> Seen:
    """The first value of ``look`` that is neither None nor False, within so many machine seconds."""
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if seen is not None and seen is not False:
            return seen
        if time.monotonic() >= deadline:
            raise NeverHappened(otherwise())
        time.sleep(POLL_SECONDS)
