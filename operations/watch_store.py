"""The watchdog in SQL: the night's run, once a day whoever begins it; and the sample's own throw-away record."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from adapters.database import Database, insert_once
from adapters.ids import new_id
from adapters.schema import agent, metadata, presence, route_decision, watch_run
from routing_rules.routes import StaffedDesk
from routing_rules.watching.model import CODES, Seen

BROKEN_AFTER = timedelta(minutes=30)  # a run that has not ended by then is begun again


@dataclass(frozen=True)
class Run:
    day: str
    version: int
    began_at: datetime
    ended_at: datetime | None
    looked: int
    tried: int
    seen: tuple[Seen, ...]


def claim(database: Database, day: str, version: int, now: datetime) -> bool:
    """True: this night's run is ours. False: somebody has begun it, and it has ended or may still go on."""
    row = {"id": new_id(), "day": day, "ruleset_version": version, "began_at": now}
    with database.write() as tx:
        if insert_once(tx.connection, watch_run, row, ("day",)):
            return True
        broken = (watch_run.c.day == day, watch_run.c.ended_at.is_(None), watch_run.c.began_at < now - BROKEN_AFTER)
        again = update(watch_run).where(*broken).values(began_at=now, ruleset_version=version)
        return tx.connection.execute(again).rowcount == 1


def is_open(connection: Connection, day: str, now: datetime) -> bool:
    """Nobody has begun this night's run, or whoever did has not ended it in time."""
    row = connection.execute(select(watch_run).where(watch_run.c.day == day)).mappings().first()
    return row is None or (row["ended_at"] is None and row["began_at"] < now - BROKEN_AFTER)


def end(connection: Connection, run: Run) -> None:
    written = json.dumps([_written(one) for one in run.seen], ensure_ascii=False)
    values = {"ended_at": run.ended_at, "looked": run.looked, "tried": run.tried, "findings": written}
    connection.execute(update(watch_run).where(watch_run.c.day == run.day).values(**values))


def unfinished(connection: Connection, day: str) -> Run | None:
    """The night's run that somebody has begun and nobody has ended."""
    query = select(watch_run).where(watch_run.c.day == day, watch_run.c.ended_at.is_(None))
    row = connection.execute(query).mappings().first()
    return None if row is None else _run(row)


def latest(connection: Connection, before: str | None = None) -> Run | None:
    """The last night's that has ended; ``before``: of an earlier day than this one."""
    query = select(watch_run).where(watch_run.c.ended_at.is_not(None))
    if before is not None:
        query = query.where(watch_run.c.day < before)
    row = connection.execute(query.order_by(watch_run.c.day.desc()).limit(1)).mappings().first()
    return None if row is None else _run(row)


def _written(one: Seen) -> dict[str, object]:
    return asdict(one) | {"first_at": one.first_at.isoformat() if one.first_at else None, "values": dict(one.values)}


def _run(row: RowMapping) -> Run:
    seen = tuple(found for one in json.loads(row["findings"]) if (found := _read(one)) is not None)
    return Run(
        row["day"], row["ruleset_version"], row["began_at"], row["ended_at"], row["looked"], row["tried"], seen
    )  # fmt: skip


def _read(one: dict[str, object]) -> Seen | None:
    """None: a code that this release no longer knows."""
    code = next((known for known in CODES if known == one["code"]), None)
    values = one["values"]
    if code is None or not isinstance(values, dict):
        return None
    first_at = datetime.fromisoformat(str(one["first_at"])) if one["first_at"] else None
    return Seen(code, str(one["place"]), first_at, tuple((str(k), str(v)) for k, v in sorted(values.items())))


# --- the sample's own record -------------------------------------------------------------------------------------


def make_tables(url: str) -> None:
    database = Database(url)
    with database.write() as tx:
        metadata.create_all(tx.connection)
    database.dispose()


def put_on_duty(database: Database, staffed: Iterable[StaffedDesk], now: datetime, machine: float) -> None:
    """One agent at each desk, who speaks what is spoken there; nobody else."""
    with database.write() as tx:
        tx.connection.execute(delete(presence))
        tx.connection.execute(delete(agent))
        for n, one in enumerate(staffed):
            tx.connection.execute(insert(agent).values(**_agent(f"watch_{n}", one)))
            here = {"state": "available", "since_at": now, "idle_since_at": now, "heartbeat_machine": machine}
            tx.connection.execute(insert(presence).values(agent_id=f"watch_{n}", **here))


def _agent(id_: str, one: StaffedDesk) -> dict[str, object]:
    return {
        "id": id_,
        "sign_in": id_,
        "name": id_,
        "password_hash": "-",
        "role": "agent",
        "departments": json.dumps([one.desk]),
        "languages": json.dumps(sorted(one.languages)),
        "demo": False,
    }


def decided(database: Database, call_sid: str) -> tuple[str, str | None] | None:
    """How the call's latest decision was kept: the kind of answer, and whose."""
    query = select(route_decision.c.route, route_decision.c.desk).where(route_decision.c.call_sid == call_sid)
    with database.read() as connection:
        row = connection.execute(query.order_by(route_decision.c.id.desc()).limit(1)).first()
    return None if row is None else (row.route, row.desk)
