"""Holding a process still at a named point of the service's work, to do harm at exactly that moment."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.rig.waiting import until

REACHED_SECONDS = 60.0


@dataclass(frozen=True)
class Reached:
    pid: int
    process: str  # as the fleet names it


class Hold:
    """Armed once; the first process that comes to the point stands there until ``let_go`` (or ten seconds)."""

    def __init__(self, fault_file: Path) -> None:
        self._file = fault_file

    def arm(self, point: str) -> None:
        self.clear()
        part = self._mark(".part")
        part.write_text(json.dumps({"point": point, "id": point}))
        part.rename(self._file)

    def reached(self, within: float = REACHED_SECONDS) -> Reached:
        return until(self._reached, within, lambda: f"nobody came to the point in {self._file.name}")

    def let_go(self) -> None:
        self._mark(".go").touch()

    def clear(self) -> None:
        for path in (self._file, *(self._mark(end) for end in (".taken", ".reached", ".go", ".part"))):
            path.unlink(missing_ok=True)

    def _mark(self, end: str) -> Path:
        return self._file.with_name(self._file.name + end)

    def _reached(self) -> Reached | None:
        try:
            seen = json.loads(self._mark(".reached").read_text())
        except (OSError, ValueError):
            return None
        return Reached(int(seen["pid"]), str(seen["process"]))


class Saboteur:
    """Waits beside a scenario for the point, does the harm, lets the process go; ``join`` tells what went wrong."""

    def __init__(self, hold: Hold, point: str, harm: Callable[[Reached], None]) -> None:
        self._hold = hold
        self._harm = harm
        self._trouble: Exception | None = None
        self._thread = threading.Thread(target=self._work, daemon=True)
        hold.arm(point)
        self._thread.start()

    def _work(self) -> None:
        try:
            self._harm(self._hold.reached())
        except Exception as trouble:  # noqa: BLE001  told in join, on the test's own thread
            self._trouble = trouble
        finally:
            self._hold.let_go()

    def join(self) -> None:
        """Raises what happened on the way: a point that was never reached is a failed test, not a passed one."""
        self._thread.join(REACHED_SECONDS + 80)
        if self._trouble:
            raise self._trouble
