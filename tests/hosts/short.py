"""The stores' failover alone, without a service: ``python -m tests.hosts.short``. What connections meet, and how long.

Prints one line of JSON, in seconds from the cut: when the record could be written to again, when the live store could,
the longest that anybody was kept waiting by each on the way there.
"""

import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import redis

from adapters.database import Database, DatabaseError
from adapters.redis_live import connect
from adapters.store_places import one_form
from operations.processes import Fleet
from tests.hosts import stores
from tests.hosts.alone import NOT_HERE, become_first, cannot
from tests.hosts.network import Network, NotHere
from tests.rig.waiting import until

INSIDE = "ONE_NUMBER_STORES"
GIVEN_UP_SECONDS = 40.0


@dataclass(frozen=True)
class Seen:
    record: float
    store: float
    record_longest: float
    store_longest: float


def main() -> int:
    if os.environ.get(INSIDE):
        try:
            print(json.dumps(asdict(_failover())), flush=True)
        except NotHere as refused:
            print(refused, file=sys.stderr)
            return NOT_HERE
        return 0
    why = cannot()
    if why:
        print(why, file=sys.stderr)
        return NOT_HERE
    return become_first("tests.hosts.short", INSIDE)


def _failover() -> Seen:
    root, network = Path(tempfile.mkdtemp(prefix="onenumber-stores-")), Network()
    keeps = [network.host("keep1", 31), network.host("keep2", 32)]
    watches = [*keeps, network.host("watch", 33)]
    primary, standby = (stores.Record(host, root / f"record-{host.name}") for host in keeps)
    primary.made()
    specs = [stores.valkey(host, root / f"valkey-{host.name}", keeps[0]) for host in keeps]
    specs += [stores.sentinel(host, root / f"sentinel-{host.name}", keeps[0]) for host in watches]
    first, second = Fleet({}, root, (*specs, primary.spec())), Fleet({}, root, (standby.spec(),))
    try:
        first.start()
        primary.sql(f"CREATE DATABASE {stores.DATABASE}")
        standby.copied_from(primary)
        second.start()
        database, store = Database(one_form(stores.database_url(keeps))), connect(stores.redis_url(watches))
        _both_follow(database, store)
        primary.keeps_no_promise_alone()
        until(lambda: _written(database), GIVEN_UP_SECONDS, lambda: "the record cannot be written to")
        network.cut(keeps[0])
        cut = time.monotonic()
        first.pause_restart(primary.spec().name)
        first.kill(primary.spec().name)
        standby.promote()
        standby.keeps_promises_alone()
        record, record_longest = _again(cut, lambda: _written(database))
        live, store_longest = _again(cut, lambda: _hinted(store))
        return Seen(record, live, record_longest, store_longest)
    finally:
        second.stop()
        first.stop()
        network.end()
        shutil.rmtree(root, ignore_errors=True)


def _both_follow(database: Database, store: redis.Redis) -> None:
    """A replica that had not begun to follow when its master was lost would be no heir."""

    def both() -> bool:
        try:
            with database.read() as connection:
                looked = "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'"
                follows = bool(connection.exec_driver_sql(looked).scalar())
            return follows and "online" in str(store.info("replication"))
        except (DatabaseError, redis.RedisError):
            return False

    until(both, GIVEN_UP_SECONDS, lambda: "nobody follows")


def _again(cut: float, works: Callable[[], bool]) -> tuple[float, float]:
    """Asked on and on, as callers do: when it worked again, and the longest that one was kept waiting."""
    longest = 0.0
    while time.monotonic() - cut < GIVEN_UP_SECONDS:
        begun = time.monotonic()
        worked = works()
        longest = max(longest, time.monotonic() - begun)
        if worked:
            return time.monotonic() - cut, longest
        time.sleep(0.1)
    return GIVEN_UP_SECONDS, longest


def _written(database: Database) -> bool:
    try:
        with database.write() as tx:
            tx.connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS told (n int)")
            tx.connection.exec_driver_sql("INSERT INTO told VALUES (1)")
    except DatabaseError:
        return False
    return True


def _hinted(store: redis.Redis) -> bool:
    try:
        return bool(store.set("hint", "1"))
    except redis.RedisError:
        return False


if __name__ == "__main__":
    sys.exit(main())
