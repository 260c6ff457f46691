"""A record whose host is cut off in the middle of a unit: whoever waits for it is told, and nobody else stands still."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy.engine import make_url

from adapters.places import ROOT
from tests.support.postgres import cluster, fresh_database

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
    while last - begun < 3:
        time.sleep(0.02)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    print(longest, flush=True)
"""


class Cable:
    """From a port of this machine to the server; once it is cut it takes connections, and nothing comes through."""

    def __init__(self) -> None:
        self.cut = threading.Event()
        self._place = f"{make_url(cluster().server.get_uri()).query['host']}/.s.PGSQL.5432"
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                one, _ = self._listening.accept()
                other = socket.socket(socket.AF_UNIX)
                other.connect(self._place)
                for way in ((one, other), (other, one)):
                    threading.Thread(target=self._carry, args=way, daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while said := one.recv(65536):
                if not self.cut.is_set():
                    other.sendall(said)


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
            assert process.stdout and process.stdin
            assert process.stdout.readline().strip() == "ready"
            cable.cut.set()
            told, _ = process.communicate("cut\n", timeout=30)
        finally:
            process.kill()
    assert float(told) < TICKS_SECONDS
