"""A record whose host is cut off in the middle of a unit: whoever waits is told, and nobody else stands still."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from sqlalchemy.engine import make_url

from adapters.places import ROOT
from tests.support.cable import Cable
from tests.support.postgres import fresh_database

TICKS_SECONDS = 1.0  # one that stands still does so until the host is back, or for two minutes
PROGRAM = """
import sys, time
from adapters.database import Database, DatabaseError
database, longest = Database(sys.argv[1], deadline=0.2), 0.0
with database.write() as tx:
    tx.connection.exec_driver_sql("SELECT 1")
print("ready", flush=True)
sys.stdin.readline()
try:
    with database.write() as tx:
        tx.connection.exec_driver_sql("SELECT 2")
except DatabaseError:
    begun = last = time.monotonic()
    while last - begun < 1.5:
        time.sleep(0.02)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    print(longest, flush=True)
"""


@pytest.fixture
def cable() -> Iterator[Cable]:
    made = Cable()
    yield made
    made.close()


def test_a_process_goes_on_while_it_calls_its_work_off_at_a_host_that_is_cut_off(cable: Cable) -> None:
    url = make_url(fresh_database()).set(host="127.0.0.1", port=cable.port, query={"sslmode": "disable"})
    command = [sys.executable, "-c", PROGRAM, url.render_as_string(hide_password=False)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            assert process.stdout.readline().strip() == "ready"
            cable.cut.set()
            told, _ = process.communicate("cut\n", timeout=30)
        finally:
            process.kill()
    assert float(told) < TICKS_SECONDS
