"""One supervised process: started, watched, started again after a death, ended. The fleet decides when."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.places import ROOT, Places
from operations.ready import Ready, Started, is_ready
from operations.sessions import dies_with, end_leftovers

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
STANDING_SECONDS = 0.5
STEADY_SECONDS = 10.0  # alive for so long: the next death counts as the first
_LOG_BYTES = 5_000_000


@dataclass(frozen=True)
class ProcessSpec:
    name: str
    argv: tuple[str, ...]
    ready: Ready = field(default_factory=Started)
    environment: Mapping[str, str] = field(default_factory=dict)
    foundation: bool = False  # the others need it: started before them, stopped after them


class Child:
    """Used by the fleet's watching thread only, except for reading ``pid``, ``starts`` and ``last_exit``."""

    def __init__(self, spec: ProcessSpec, environment: Mapping[str, str], places: Places) -> None:
        self.spec = spec
        self.wanted = False
        self.starts = 0
        self.last_exit: int | None = None
        self.log_file = places.log / f"{spec.name}.log"
        self._pid_file = places.run / f"{spec.name}.pid"
        self._environment = {**environment, "PROCESS_KIND": spec.name, **spec.environment}
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0
        self._pause = FIRST_PAUSE_SECONDS

    @property
    def pid(self) -> int | None:
        process = self._process
        return None if process is None else process.pid

    def look(self) -> None:
        """Notices a death, and starts the process if it is wanted and its pause is over."""
        self._notice_death()
        if self.wanted and self._process is None and time.monotonic() >= self._not_before:
            self._start()

    @property
    def ready(self) -> bool:
        """It answers; one that has nothing to answer counts once it has lived long enough to have failed."""
        if self.pid is None:
            return False
        if isinstance(self.spec.ready, Started):
            return time.monotonic() - self._started >= STANDING_SECONDS
        return is_ready(self.spec.ready)

    def signal(self, number: signal.Signals) -> None:
        process = self._process
        if process is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def end_at_once(self) -> None:
        process = self._process
        if process is not None:
            end_leftovers(process.pid)

    def forget_pause(self) -> None:
        self._not_before = 0.0

    def log_tail(self, lines: int = 12) -> str:
        with suppress(OSError):
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _start(self) -> None:
        _shorten(self.log_file)
        with open(self.log_file, "ab") as log:
            process = subprocess.Popen(
                self.spec.argv,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=dies_with(os.getpid()),  # noqa: PLW1509  one prctl, no lock is taken
            )
        self._started = time.monotonic()
        fresh = self._pid_file.with_suffix(".part")
        fresh.write_text(f"{process.pid}\n")
        fresh.replace(self._pid_file)
        self._process = process
        self.starts += 1  # last: whoever sees the start sees the process too

    def _notice_death(self) -> None:
        process = self._process
        if process is None or process.poll() is None:
            return
        end_leftovers(process.pid)  # a forked job of a killed worker must not run beside its successor
        self.last_exit = process.returncode
        now = time.monotonic()
        steady = now - self._started >= STEADY_SECONDS
        self._pause = FIRST_PAUSE_SECONDS if steady else self._pause
        self._not_before = now + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE_SECONDS)
        self._process = None
        self._pid_file.unlink(missing_ok=True)


def _shorten(log: Path) -> None:
    with suppress(OSError):
        if log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
