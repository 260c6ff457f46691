"""The fleet: every process of the service, started in order, kept alive, and ended together.

A process that dies, whatever its exit code, is started again after a short pause (a worker that loses its Redis
leaves with code 0). When we die, they die. Nothing here knows what the processes do: see ``specs``.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from adapters.places import Places
from operations.child import Child, ProcessSpec, Replacement
from operations.sessions import end_leftovers, members, nobody_left

LOG = logging.getLogger("fleet")
READY_SECONDS = 30.0
GENTLE_SECONDS = 4.5  # after SIGTERM, for work in hand: longer than any webhook may take
FOUNDATION_SECONDS = 1.2
KILLED_SECONDS = 0.7
GONE_SECONDS = 0.3  # for whoever they had forked, once killed: a stop of both groups stays within its 8 seconds
_LOOK_SECONDS = 0.03
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "PYTHONPATH", "VIRTUAL_ENV")

__all__ = ["Fleet", "NotStarted", "ProcessSpec"]


class NotStarted(Exception):
    """A process did not become ready; ``log`` is the end of what it said."""

    def __init__(self, name: str, why: str, log: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name
        self.log = log


def _whole(environment: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return {**inherited, "PYTHONUNBUFFERED": "1", **environment}


def _silent(words: str) -> None:
    """No progress is told."""


class Fleet:
    """``environment`` is given to every process, with only PATH and the like from our own.

    Files lie under ``root``: ``var/log/<name>.log``, ``var/run/<name>.pid``.
    """

    def __init__(
        self,
        environment: Mapping[str, str],
        root: Path,
        specs: tuple[ProcessSpec, ...],
        ready_seconds: float = READY_SECONDS,
    ) -> None:
        self._places = Places(root)
        self._ready_seconds = ready_seconds
        whole = _whole(environment)
        self._children = {spec.name: Child(spec, whole, self._places) for spec in specs}
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self, progress: Callable[[str], None] = _silent) -> None:
        """Returns when every process is ready. Raises NotStarted, with nothing left running."""
        self._places.make()
        self._hold_ports()
        self._closing.clear()
        self._watcher = threading.Thread(target=self._watch, name="fleet", daemon=True)
        self._watcher.start()
        try:
            for foundation in (True, False):
                group = [child for child in self._children.values() if child.spec.foundation is foundation]
                self._bring_up(group, progress)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """SIGTERM, work in hand finishes, then SIGKILL; within 8 seconds nothing of ours is left."""
        if self._watcher is None:
            return
        for child in self._children.values():
            child.wanted = False
        self._end([c for c in self._children.values() if not c.spec.foundation], GENTLE_SECONDS)
        self._end([c for c in self._children.values() if c.spec.foundation], FOUNDATION_SECONDS)
        self._closing.set()
        self._watcher.join(timeout=1)
        self._watcher = None
        self._release_ports()

    def replace(self, spec: ProcessSpec, environment: Mapping[str, str], seconds: float = READY_SECONDS) -> None:
        """A newer process in the place of the one of this name: it serves first, then the older finishes its work in
        hand and leaves. Raises NotStarted, and the older serves on."""
        child = self._children[spec.name]
        wanted = child.replacement = Replacement(spec, _whole(environment), seconds)
        if not wanted.done.wait(seconds + GENTLE_SECONDS) or not wanted.serves:
            raise NotStarted(spec.name, "did not become ready, the older one serves on", child.log_tail())

    def pid(self, name: str) -> int | None:
        """None while it is down."""
        return self._children[name].pid

    def members(self, name: str) -> list[int]:
        """The process and everything it forked (web workers, jobs)."""
        pid = self.pid(name)
        return [] if pid is None else members(pid)

    def starts(self, name: str) -> int:
        return self._children[name].starts

    def log_file(self, name: str) -> Path:
        return self._children[name].log_file

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """One signal to the process itself. It is started again, unless its restart is paused."""
        self._children[name].signal(number)

    def pause_restart(self, name: str) -> None:
        """Its next death is for as long as we say."""
        self._children[name].wanted = False

    def resume(self, name: str) -> None:
        child = self._children[name]
        child.forget_pause()
        child.wanted = True

    def wait_ready(self, name: str, seconds: float = READY_SECONDS) -> None:
        """Raises NotStarted."""
        child = self._children[name]
        end = time.monotonic() + seconds
        while not child.ready:
            if time.monotonic() > end:
                raise NotStarted(name, f"was not ready within {seconds:.0f} seconds", child.log_tail())
            time.sleep(_LOOK_SECONDS)

    def _hold_ports(self) -> None:
        for child in self._children.values():
            try:
                child.hold_port()
            except OSError as error:
                self._release_ports()
                raise NotStarted(child.spec.name, f"has no port: {error.strerror}", "") from None

    def _release_ports(self) -> None:
        for child in self._children.values():
            child.release_port()

    def _watch(self) -> None:
        # every start happens on this thread: a child is tied to the thread that started it
        while not self._closing.wait(_LOOK_SECONDS):
            for child in self._children.values():
                self._look_at(child)

    @staticmethod
    def _look_at(child: Child) -> None:
        """Whatever goes wrong with one (a full disk, no descriptors), the others are still watched."""
        try:
            child.look()
        except Exception:
            LOG.exception("%s could not be looked after", child.spec.name)

    def _bring_up(self, group: list[Child], progress: Callable[[str], None]) -> None:
        before = {child.spec.name: child.starts for child in group}
        for child in group:
            child.wanted = True
        waiting, end = list(group), time.monotonic() + self._ready_seconds
        while waiting:
            for child in group:
                _refuse_if_dead(child, before[child.spec.name])
            for child in list(waiting):
                if child.ready:
                    waiting.remove(child)
                    progress(child.spec.name)
            if waiting and time.monotonic() > end:
                late = waiting[0]
                raise NotStarted(
                    late.spec.name, f"was not ready within {self._ready_seconds:.0f} seconds", late.log_tail()
                )
            time.sleep(_LOOK_SECONDS)
        for child in group:
            _refuse_if_dead(child, before[child.spec.name])

    def _end(self, group: list[Child], seconds: float) -> None:
        leaders = [pid for child in group for pid in child.everyone()]
        for child in group:
            child.signal(signal.SIGTERM)
        if not _all_down(group, seconds):
            for child in group:
                child.end_at_once()
            _all_down(group, KILLED_SECONDS)
        for child in group:
            child.end_at_once()  # and whoever was just being replaced
        for leader in leaders:
            end_leftovers(leader)
        nobody_left(leaders, GONE_SECONDS)


def _refuse_if_dead(child: Child, starts_before: int) -> None:
    """During the start a death is not mended: the same thing would only happen again."""
    died = child.starts > starts_before + 1 or (child.starts > starts_before and child.pid is None)
    if died:
        raise NotStarted(child.spec.name, f"ended at once with code {child.last_exit}", child.log_tail())


def _all_down(group: list[Child], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while any(child.pid is not None for child in group):
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_SECONDS)
    return True
