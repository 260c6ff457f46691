"""Looks at this machine: disk, time zones, the live store, the kept fallback document. Nothing is judged here."""

import shutil
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import redis

from adapters.redis_live import connect
from ivr import fallback
from ivr.doctor.model import NoAnswer, RedisSays
from routing_rules.document import RulesetInvalid, parse
from routing_rules.model import Ruleset

WORKERS = "rq:workers"  # RQ's own list; a worker's entry disappears when it stops giving signs of life


def live_store(url: str) -> RedisSays | NoAnswer:
    try:
        client = connect(url)
        client.ping()
        names = client.smembers(WORKERS)
        alive = sum(bool(client.exists(name)) for name in names)
        kept = {"0": "no", "1": "yes"}.get(_told(client, "persistence", "aof_enabled"), "")
        return RedisSays(kept, _told(client, "memory", "maxmemory_policy"), alive)
    except (redis.RedisError, ValueError) as error:
        return NoAnswer(type(error).__name__)


def _told(client: "redis.Redis", section: str, name: str) -> str:
    """Of what the store tells about itself: its settings are not shown to the service. Empty where it tells nothing."""
    try:
        return str(client.info(section).get(name, ""))
    except redis.RedisError:
        return ""


def free_mb(path: Path) -> int:
    existing = next(p for p in (path, *path.parents) if p.exists())
    return shutil.disk_usage(existing).free // (1024 * 1024)


def zone_known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return False
    return True


def ruleset(published: tuple[int, str] | None) -> Ruleset | None | NoAnswer:
    if published is None:
        return None
    try:
        return replace(parse(published[1]), version=published[0])
    except RulesetInvalid as invalid:
        return NoAnswer(invalid.problems[0])


def kept_fallback(data_dir: Path) -> str | None:
    try:
        return (data_dir / fallback.PLACE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
