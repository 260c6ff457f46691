"""A city of real processes moves from SQLite to PostgreSQL between a promise and its ring; one try before is killed."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from adapters.moved import followed
from adapters.places import ROOT
from operations.processes import Fleet
from operations.specs import specs_for
from tests.calls.promise_scenarios import the_promise_is_kept
from tests.rig.city import City
from tests.rig.waiting import until
from tests.support.postgres import fresh_database

MOVING = ("web", "worker-1", "worker-2", "clock")
SECONDS = 180.0  # machine time, on a starved machine


@pytest.fixture
def own_city() -> Iterator[City]:
    """Nobody else's: its record goes away."""
    root = Path(tempfile.mkdtemp(prefix="onenumber-"))
    city = City(root, f"sqlite:///{root / 'service.db'}")
    processes = specs_for(city.settings, root, emulator=True)
    city.fleet = Fleet(city.installation.environment, root, processes, ready_seconds=SECONDS)
    yield city.start()
    city.stop()
    shutil.rmtree(root, ignore_errors=True)


def test_a_promise_of_the_old_record_is_kept_by_the_new_one(own_city: City) -> None:
    the_promise_is_kept(own_city, lambda: moves(own_city))
    seen = own_city.judged()
    assert (seen["promises heard"], seen["requests"], seen["residents' telephones rung"]) == (1, 1, 1)
    assert own_city.engine.dialect.name == "postgresql"


def moves(city: City) -> None:
    source, target = city.settings.database_url, fresh_database()
    city.hold.arm("move_copied")
    killed = moving(city, target)
    os.kill(city.hold.reached(SECONDS).pid, signal.SIGKILL)
    assert killed.wait(SECONDS) == -signal.SIGKILL
    city.hold.clear()
    assert followed(source) == source
    kept = city.one("SELECT state FROM callback_request")
    assert kept["state"] == "requested", "the old record goes on"
    starts = {name: city.fleet.starts(name) for name in MOVING}
    workers = set(city.fleet.members("web")) - {city.fleet.pid("web")}
    done = moving(city, target)
    assert done.wait(SECONDS) == 0
    city.engine.dispose()
    city.engine = create_engine(target)
    until(lambda: begun_anew(city, starts, workers), SECONDS, lambda: f"not every process began anew: {starts}")
    for name in MOVING:
        city.fleet.wait_ready(name, SECONDS)


def moving(city: City, target: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, **city.installation.environment}
    root = ["--root", str(city.installation.root)]
    command = [sys.executable, "-m", "operations.move_command", "--to", target, *root]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def begun_anew(city: City, starts: dict[str, int], workers: set[int]) -> bool:
    """Each by itself: the clock by its next tick, the web's workers by their look at the rules. A worker that waits for
    a job meets the closed record at its next one; the clock does that work meanwhile."""
    now = set(city.fleet.members("web")) - {city.fleet.pid("web")}
    return city.fleet.starts("clock") > starts["clock"] and bool(now) and not now & workers
