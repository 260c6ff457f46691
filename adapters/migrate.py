"""Brings a database to the shape of ``adapters.schema``, forwards or backwards. The steps are in ``migrations/``.

A revision is one transaction on SQLite too (its driver would otherwise commit after each statement): a migration
that fails leaves the database as it was.

On PostgreSQL it runs beside callers. Whoever waits for a whole table holds up everybody who comes after; so it waits a
moment only, gives all its locks back, lets them through, and tries again. Hosts that start at once do it one by one.
"""

import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from adapters.moved import followed
from adapters.places import ROOT
from adapters.schema import metadata

ONE_BY_ONE = 7158_2114  # of the lock that whoever migrates holds: any number that nobody else uses
LOCK_SECONDS = 1.0  # a webhook that waits behind us has three
PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 90.0  # for a lock that somebody keeps: less than an upgrade waits for its plan
LOST_LOCK = frozenset({"55P03", "40P01"})  # lock_not_available, deadlock_detected


class OfAnotherRelease(Exception):
    """The record has a shape that this release does not know; one sentence that says what to do."""


def upgrade(url: str, revision: str = "head", patience: float = PATIENCE_SECONDS) -> None:
    """Raises OfAnotherRelease, and the driver's error where another holds a table for longer than ``patience``."""
    _patiently(url, lambda config: command.upgrade(config, revision), patience)


def upgrade_within(connection: Connection, revision: str = "head") -> None:
    """In the caller's transaction, which has begun: what comes after it may still undo all of it."""
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    with _quietly():
        command.upgrade(config, revision)


def known_revisions() -> tuple[str, ...]:
    """The oldest first."""
    found = ScriptDirectory.from_config(Config(ROOT / "alembic.ini")).walk_revisions()
    return tuple(reversed([each.revision for each in found]))


def downgrade(url: str, revision: str) -> None:
    _patiently(url, lambda config: command.downgrade(config, revision), PATIENCE_SECONDS)


def _patiently(url: str, work: Callable[[Config], None], patience: float) -> None:
    until = time.monotonic() + patience
    while True:
        try:
            with _connected(url) as (connection, config):
                _take_turn(connection)
                _refuse_unknown(connection)
                work(config)
                connection.commit()
            return
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in LOST_LOCK or time.monotonic() > until:
                raise
        time.sleep(PAUSE_SECONDS)


def _refuse_unknown(connection: Connection) -> None:
    unknown = sorted({*MigrationContext.configure(connection).get_current_heads()} - {*known_revisions()})
    if unknown:
        raise OfAnotherRelease(
            f"The record of DATABASE_URL is at revision {', '.join(unknown)}, which this release does not know: start"
            " the release that made it, or a newer one, or restore a backup of this release's into an empty place."
        )


def _take_turn(connection: Connection) -> None:
    """Until the transaction ends: the next one finds that there is nothing left to do. This wait holds nobody up."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ONE_BY_ONE})")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{int(LOCK_SECONDS * 1000)}ms'")


def differences(url: str) -> list[Any]:
    """What a new revision would have to change; empty where database and schema agree."""
    with _connected(url) as (connection, _config):
        return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata))


def new_revision(url: str, message: str, revision_id: str | None = None) -> None:
    with _connected(url) as (_connection, config):
        command.revision(config, message, autogenerate=True, rev_id=revision_id)


@contextmanager
def _connected(url: str) -> Iterator[tuple[Connection, Config]]:
    engine = create_engine(url, poolclass=NullPool)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _no_hidden_commits)
        event.listen(engine, "begin", _begin)
    config = Config(ROOT / "alembic.ini")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        with _quietly():
            yield connection, config


@contextmanager
def _quietly() -> Iterator[None]:
    """SQLite cannot tell us an index over an expression; the tests compare those by their own look."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*expression-based index")
        yield


def _no_hidden_commits(connection: Any, _record: Any) -> None:
    connection.isolation_level = None


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def main(arguments: list[str]) -> int:
    try:
        return _carried_out(arguments, followed(os.environ.get("DATABASE_URL", "")))
    except OfAnotherRelease as other:
        print(other, file=sys.stderr)
        return 2


def _carried_out(arguments: list[str], url: str) -> int:
    match arguments:
        case ["up"] if url:
            upgrade(url)
        case ["down", revision] if url:
            downgrade(url, revision)
        case ["new", message] if url:
            new_revision(url, message)
        case _:
            print("DATABASE_URL=… python -m adapters.migrate up | down REVISION | new MESSAGE", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
