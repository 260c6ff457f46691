"""A worker of its own that is held at a named point, and killed without a word."""

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

from adapters import fault_points
from tests.rig.waiting import until


def killed(point: str, place: Path, work: Callable[[], object]) -> None:
    """``work`` connects to everything by itself: what it opens dies with it."""
    place.mkdir(exist_ok=True)
    fault = place / "fault"
    fault.write_text(json.dumps({"point": point}))
    child = os.fork()
    if child == 0:
        _work_until_killed(fault, work)
    try:
        until(fault.with_name("fault.reached").exists, 15.0, lambda: f"{point} was not reached")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _work_until_killed(fault: Path, work: Callable[[], object]) -> None:
    try:
        fault_points._FILE = str(fault)
        work()
    finally:
        os._exit(1)
