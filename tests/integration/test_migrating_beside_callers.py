"""The schema of a running city is changed: nobody stands in line behind the migration, and several hosts do it once."""

import os
import subprocess
import sys
import threading
import time

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from adapters import migrate
from adapters.migrate import known_revisions, upgrade
from adapters.places import ROOT
from tests.rig.waiting import until
from tests.support.postgres import fresh_database

REVISION = "SELECT version_num FROM alembic_version"
LOOK = "SELECT count(*) FROM line_event"
MIGRATES = (sys.executable, "-m", "adapters.migrate", "up")


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.2)
    monkeypatch.setattr(migrate, "PAUSE_SECONDS", 0.2)


@pytest.fixture
def older() -> str:
    url = fresh_database()
    upgrade(url, "0005")
    return url


def connected(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


def test_callers_go_on_while_a_migration_waits_for_a_table_that_somebody_reads(older: str, hurried: None) -> None:
    """A backup reads for hours: whoever waited behind the migration that waits for it would be cut off meanwhile."""
    with connected(older) as backup, connected(older) as caller:
        backup.execute(LOOK)  # and stays in its transaction
        migrating = threading.Thread(target=upgrade, args=(older,))
        migrating.start()
        waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'"
        caller.autocommit = True
        caller.execute("SET statement_timeout = 4000")
        until(lambda: caller.execute(waiting).fetchone(), 10, lambda: "the migration waits for nothing")
        begun = time.monotonic()
        caller.execute(LOOK)
        assert time.monotonic() - begun < 2
        assert caller.execute(REVISION).fetchone() == ("0005",)
        backup.rollback()
        migrating.join(30)
        assert caller.execute(REVISION).fetchone() == (known_revisions()[-1],)


def test_a_table_that_is_never_free_is_told_and_nothing_has_changed(older: str, hurried: None) -> None:
    with connected(older) as backup:
        backup.execute(LOOK)
        with pytest.raises(OperationalError, match="lock timeout"):
            upgrade(older, patience=0.1)
        assert backup.execute(REVISION).fetchone() == ("0005",)


def test_hosts_that_start_at_once_migrate_once() -> None:
    url = fresh_database()
    told = {**os.environ, "DATABASE_URL": url}
    hosts = [subprocess.Popen(MIGRATES, cwd=ROOT, env=told, stderr=subprocess.PIPE) for _ in range(2)]
    assert [(host.communicate(timeout=60)[1].decode()[-300:], host.returncode) for host in hosts] == [("", 0)] * 2
