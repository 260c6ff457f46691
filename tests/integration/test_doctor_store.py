"""The record looked at by the doctor, on both databases: written, read, and told what it holds."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from adapters.database import Database
from adapters.migrate import upgrade
from adapters.schema import process_start
from ivr.doctor import store
from ivr.doctor.model import NoAnswer, Record
from routing_rules.service import publish_first
from tests.support.services import SAMPLE

AT = 1_795_000_000.0


def look(url: str, now: float = AT) -> Record:
    found = store.look(url, now)
    assert isinstance(found, Record), found
    return found


def test_a_record_is_written_and_read_again_and_again(record: str) -> None:
    assert look(record).ruleset is None
    look(record, AT + 60)
    database = Database(record)
    with database.read() as connection:
        rows = connection.execute(select(process_start.c.kind, process_start.c.beat_machine)).all()
    database.dispose()
    assert [tuple(row) for row in rows] == [(store.MINE, AT + 60)]


def test_what_is_published_is_read(record: str) -> None:
    database = Database(record)
    publish_first(database, SAMPLE.read_text(encoding="utf-8"), "Aino", "first", datetime(2026, 11, 24, tzinfo=UTC))
    database.dispose()
    published = look(record).ruleset
    assert published is not None
    assert published[0] == 1


def test_tables_that_nothing_has_migrated_have_no_revision(record: str) -> None:
    found = look(record)
    assert found.revision == ""
    assert found.head != ""


def test_a_migrated_record_is_at_head(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    upgrade(url)
    found = look(url)
    assert found.revision == found.head


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    assert isinstance(store.look("postgresql+psycopg://nobody@127.0.0.1:1/nothing", AT), NoAnswer)
    assert isinstance(store.look(f"sqlite:///{tmp_path}/none.db", AT), NoAnswer)
    assert list(tmp_path.iterdir()) == []
