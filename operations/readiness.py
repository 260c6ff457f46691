"""Whether this process can take calls, and what else would fail callers soon: looked at and judged, in codes.

*Not ready*: nobody could be served well from here (no record, no rules). *Degraded*: calls are taken, and something
that they will need is missing. An instance is taken out of service for the first alone: the second is every instance's,
and callers are served better by us than by nobody. What each code means for callers: ``docs/runbook.md``.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from adapters.database import DatabaseError
from ivr.fallback import PLACE
from operations import figures_store

if TYPE_CHECKING:
    from bootstrap import Services

Reason = Literal[
    "record", "ruleset", "disk_full", "clock_never", "clock_silent", "disk_filling", "fallback", "workers", "redis"
]
REASONS: tuple[Reason, ...] = get_args(Reason)
NOT_READY: tuple[Reason, ...] = ("record", "ruleset", "disk_full")
BEAT_SECONDS = 60.0  # the clock gives a sign of life every fifteen
FULL_BYTES, FILLING_BYTES = 50 * 1024 * 1024, 1024 * 1024 * 1024


@dataclass(frozen=True)
class Seen:
    """``clock``: seconds since its last sign of life; None: never one, or the record is silent."""

    record: bool
    ruleset: int | None
    clock: float | None
    free_bytes: int
    on_this_disk: bool  # the record is a file here: it cannot grow where the disk is full
    fallback: bool
    redis: bool
    workers: int | None


@dataclass(frozen=True)
class Readiness:
    seen: Seen
    reasons: tuple[Reason, ...]  # what is wrong, the worst first

    @property
    def ready(self) -> bool:
        return not set(self.reasons) & set(NOT_READY)

    @property
    def state(self) -> Literal["ready", "degraded", "not ready"]:
        wrong = [one for one in self.reasons if one != "redis"]  # named, and nobody is served worse without it
        return "not ready" if not self.ready else "degraded" if wrong else "ready"


def judge(seen: Seen) -> Readiness:
    full = seen.free_bytes < FULL_BYTES
    rules: tuple[tuple[bool, Reason], ...] = (
        (not seen.record, "record"),
        (seen.ruleset is None, "ruleset"),
        (full and seen.on_this_disk, "disk_full"),
        (seen.record and seen.clock is None, "clock_never"),
        (seen.clock is not None and seen.clock > BEAT_SECONDS, "clock_silent"),
        (seen.free_bytes < FILLING_BYTES and not (full and seen.on_this_disk), "disk_filling"),
        (not seen.fallback, "fallback"),
        (seen.redis and seen.workers == 0, "workers"),
        (not seen.redis, "redis"),
    )
    return Readiness(seen, tuple(reason for wrong, reason in rules if wrong))


def look(services: "Services") -> Seen:
    known, clock = _record(services)
    workers = services.live.workers()
    return Seen(
        record=known,
        ruleset=_version(services) if known else None,
        clock=clock,
        free_bytes=free_bytes(services.settings.data_dir),
        on_this_disk=services.database.is_sqlite,
        fallback=(services.settings.data_dir / PLACE).is_file(),
        redis=workers is not None,
        workers=workers,
    )


def _record(services: "Services") -> tuple[bool, float | None]:
    """Read as a webhook reads it, with a webhook's deadlines."""
    try:
        with services.database.read() as connection:
            beats = figures_store.beats(connection)
    except DatabaseError:
        return False, None
    return True, services.clock.machine() - max(beats.values()) if beats else None


def _version(services: "Services") -> int | None:
    """Of the published rules; None: none are published, or this release cannot read them."""
    if not services.rules.refresh(services.database, services.clock.now()):
        return None
    return services.rules.plain().version or None


def free_bytes(place: Path) -> int:
    existing = next(one for one in (place, *place.parents) if one.exists())
    return shutil.disk_usage(existing).free
