"""One supervised process: started, watched, started again after a death, replaced, ended. The fleet decides when."""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from adapters.places import ROOT, Places
from adapters.serving import READY_FILE, SOCKET
from operations.listening import HeldPort
from operations.ready import Ready, Started, is_ready
from operations.sessions import dies_with, end_leftovers

LOG = logging.getLogger("fleet")
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 2.0
STANDING_SECONDS = 0.5
STEADY_SECONDS = 10.0  # alive for so long: the next death counts as the first
LEAVING_SECONDS = 6.0  # for one that has been replaced to finish its work in hand
_LOG_BYTES = 5_000_000


@dataclass(frozen=True)
class ProcessSpec:
    name: str
    argv: tuple[str, ...]
    ready: Ready = field(default_factory=Started)
    environment: Mapping[str, str] = field(default_factory=dict)
    foundation: bool = False  # the others need it: started before them, stopped after them
    listens: tuple[str, int] | None = None  # a port that we hold open for it, so that it never refuses
    replaced: bool = False  # it tells when it is ready, and a newer one may serve beside it for a while


class Replacement:
    """A newer process for an older one's place; ``serves`` tells how it went, once ``done`` is set."""

    def __init__(self, spec: ProcessSpec, environment: Mapping[str, str], seconds: float) -> None:
        self.spec, self.environment = spec, environment
        self.until = time.monotonic() + seconds
        self.successor: subprocess.Popen[bytes] | None = None
        self.ready_file: Path | None = None  # the successor's own: the older one may be started anew meanwhile
        self.done = threading.Event()
        self.serves = False

    def finish(self, *, serves: bool) -> None:
        self.serves = serves
        self.done.set()


class Child:
    """Used by the fleet's watching thread only, except for reading ``pid``, ``starts`` and ``last_exit``, and asking
    for a replacement."""

    def __init__(self, spec: ProcessSpec, environment: Mapping[str, str], places: Places) -> None:
        self.spec = spec
        self.wanted = False
        self.replacement: Replacement | None = None
        self.starts = 0
        self.last_exit: int | None = None
        self.log_file = places.log / f"{spec.name}.log"
        self._run = places.run
        self._pid_file = places.run / f"{spec.name}.pid"
        self._environment = environment
        self._port = HeldPort(*spec.listens) if spec.listens else None
        self._leaving: list[tuple[subprocess.Popen[bytes], float]] = []
        self._spawns = 0
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
        self._see_off()
        if self.wanted and self._process is None and time.monotonic() >= self._not_before:
            try:
                self._start()
            except OSError:  # its port was taken while it was meant to be down
                self._not_before = time.monotonic() + LONGEST_PAUSE_SECONDS
        if self.replacement is not None:
            self._replace(self.replacement)

    def hold_port(self) -> None:
        """Raises OSError where another program has it."""
        if self._port is not None:
            self._port.open()

    def release_port(self) -> None:
        if self._port is not None:
            self._port.close()

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
        for pid in self.everyone():
            end_leftovers(pid)

    def everyone(self) -> list[int]:
        """It, its successor, and whom it has replaced and who has not left yet."""
        successor = self.replacement.successor if self.replacement else None
        known = (self._process, successor, *(one for one, _ in self._leaving))
        return [process.pid for process in known if process is not None]

    def forget_pause(self) -> None:
        self._not_before = 0.0

    def log_tail(self, lines: int = 12) -> str:
        with suppress(OSError):
            return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def _start(self) -> None:
        process = self._spawned(self.spec, self._environment, self._next_ready_file())
        self._started = time.monotonic()
        self._process = process
        self._tell_pid(process)
        self.starts += 1  # last: whoever sees the start sees the process too

    def _spawned(
        self, spec: ProcessSpec, environment: Mapping[str, str], ready_file: Path
    ) -> "subprocess.Popen[bytes]":
        _shorten(self.log_file)
        ready_file.unlink(missing_ok=True)  # of an earlier run
        told = {"PROCESS_KIND": spec.name, READY_FILE: str(ready_file)}
        inherited: tuple[int, ...] = ()
        if self._port is not None:
            inherited = (self._port.open(),)
            told[SOCKET] = str(inherited[0])
        with open(self.log_file, "ab") as log:
            return subprocess.Popen(
                spec.argv,
                cwd=ROOT,
                env={**environment, **told, **spec.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=inherited,
                preexec_fn=dies_with(os.getpid()),  # noqa: PLW1509  one prctl, no lock is taken
            )

    def _next_ready_file(self) -> Path:
        """Each has a file of its own: the older one's must not speak for the newer."""
        last = self._run / f"{self.spec.name}.{self._spawns}.ready"
        if self.replacement is None or self.replacement.ready_file != last:
            last.unlink(missing_ok=True)
        self._spawns += 1
        return self._run / f"{self.spec.name}.{self._spawns}.ready"

    def _tell_pid(self, process: "subprocess.Popen[bytes]") -> None:
        fresh = self._pid_file.with_suffix(".part")
        try:
            fresh.write_text(f"{process.pid}\n")
            fresh.replace(self._pid_file)
        except OSError as error:  # a full disk: it serves all the same
            LOG.warning("the pid of %s could not be written: %s", self.spec.name, error.strerror)

    def _replace(self, wanted: "Replacement") -> None:
        """A newer one beside ours; ours is asked to leave once the newer serves, and stays where it never does."""
        if wanted.successor is None:
            wanted.ready_file = self._next_ready_file()
            try:
                wanted.successor = self._spawned(wanted.spec, wanted.environment, wanted.ready_file)
            except OSError as error:  # a program that is not there, no memory, no descriptors: the older one serves on
                LOG.warning("%s could not be started anew: %s", wanted.spec.name, error.strerror)
                self.replacement = None
                wanted.finish(serves=False)
                return
        newer, serves = wanted.successor, wanted.ready_file is not None and wanted.ready_file.exists()
        lives = newer.poll() is None and self.wanted
        if lives and not serves and time.monotonic() < wanted.until:
            return
        self.replacement = None
        if lives and serves:
            self._hand_over(wanted, newer)
        else:
            end_leftovers(newer.pid)
        wanted.finish(serves=lives and serves)

    def _hand_over(self, wanted: "Replacement", newer: "subprocess.Popen[bytes]") -> None:
        older, self._process, self._started = self._process, newer, time.monotonic()
        self.spec, self._environment = wanted.spec, wanted.environment
        self._tell_pid(newer)
        self.starts += 1
        if older is not None:
            with suppress(ProcessLookupError):
                os.kill(older.pid, signal.SIGTERM)
            self._leaving.append((older, time.monotonic() + LEAVING_SECONDS))

    def _see_off(self) -> None:
        """Who has been replaced finishes its work in hand, and is ended if that takes longer than any work may."""
        for older, until in list(self._leaving):
            if older.poll() is not None or time.monotonic() > until:
                end_leftovers(older.pid)
                if older.poll() is not None:
                    self._leaving.remove((older, until))

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
        if not self.wanted:
            self.release_port()  # who is meant to be down refuses, so that the provider turns elsewhere at once


def _shorten(log: Path) -> None:
    with suppress(OSError):
        if log.stat().st_size > _LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
