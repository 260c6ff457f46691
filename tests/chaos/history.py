"""Writes one run down: the tables, what the telephones heard, what was done and when. The judge reads only this."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from adapters.schema import metadata
from tests.chaos.city import ChaosCity
from tests.chaos.plans import Heard
from tests.rig import record

MORE_TABLES = ("outbox", "recording", "audit_event", "watch_run", "test_call", "receipt")
FILE = "chaos.json"


@dataclass(frozen=True)
class Body:
    """What the processes of one name use of the machine."""

    leaders: int | None
    memory: int  # bytes, resident
    files: int
    threads: int


@dataclass(frozen=True)
class Told:
    """What the harness itself knows of a run, beside the record and the lab."""

    fault: str
    database: str
    seed: int
    began: float  # machine seconds of the window, as the webhooks count them
    ended: float
    judged: float
    heard: Sequence[Heard]
    numbers: Sequence[str]
    counts: Mapping[str, int]
    calls: Mapping[str, int]  # by plan, and by how they ended
    drained: float | None  # seconds from the last call until nothing was left to do; None: never
    left: Sequence[str]  # what was not done then
    logs: str
    keys: Sequence[str]  # of the live store
    stretch: float  # of the window: ``machine``
    city_numbers: Sequence[str]  # that stand in the rules
    before: Mapping[str, Body]
    after: Mapping[str, Body]


def write(directory: Path, city: ChaosCity, told: Told) -> None:
    record.write(directory, city.engine, city.lab, city.rate, city.disturbances)
    rows = {}
    with city.engine.connect() as connection:
        for name in MORE_TABLES:
            found = connection.execute(select(metadata.tables[name])).mappings().all()
            rows[name] = [dict(row) for row in found]
    whole = {**asdict(told), "tables": rows, "disturbances": city.disturbances}
    (directory / FILE).write_text(json.dumps(whole, default=str, ensure_ascii=False, indent=1), encoding="utf-8")


def bodies(city: ChaosCity, names: Sequence[str]) -> dict[str, Body]:
    return {name: _body(city, name) for name in names}


def _body(city: ChaosCity, name: str) -> Body:
    sums: Counter[str] = Counter()
    for pid in city.pids(name):
        place = Path("/proc") / str(pid)
        try:
            sums["memory"] += int((place / "statm").read_text().split()[1]) * 4096
            sums["files"] += len(list((place / "fd").iterdir()))
            sums["threads"] += len(list((place / "task").iterdir()))
        except OSError:
            continue
    return Body(city.leader(name), sums["memory"], sums["files"], sums["threads"])
