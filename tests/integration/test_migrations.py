"""The migrations lead to exactly the schema that the code is written against, on both databases, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from adapters.migrate import differences, downgrade, upgrade
from adapters.schema import metadata
from tests.support.postgres import fresh_database

INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
}
CONSTRAINTS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name",
    "postgresql": "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace ORDER BY conname",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def two_databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of a kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/one.db", f"sqlite:///{tmp_path}/two.db"
    else:
        yield fresh_database(), fresh_database()


def shape(url: str, question: dict[str, str]) -> list[tuple[str, str]]:
    engine = create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(text(question[engine.dialect.name])).all()
    engine.dispose()
    return [(name, " ".join(sql.split())) for name, sql in rows if "alembic" not in name]


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names - {"alembic_version"}


def make_all(url: str) -> None:
    engine = create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


def test_the_newest_revision_is_the_schema(two_databases: tuple[str, str]) -> None:
    url, _ = two_databases
    upgrade(url)
    assert differences(url) == []


def test_every_index_with_its_condition_is_as_declared(two_databases: tuple[str, str]) -> None:
    migrated, declared = two_databases
    upgrade(migrated)
    make_all(declared)
    indexes = shape(migrated, INDEXES)
    assert indexes == shape(declared, INDEXES)
    partial = [name for name, sql in indexes if " WHERE " in sql]
    assert {"uq_callback_request_one_open", "uq_waiting_caller_one_stay", "uq_offer_open_agent_id"} <= set(partial)


def test_every_constraint_is_as_declared(two_databases: tuple[str, str]) -> None:
    migrated, declared = two_databases
    upgrade(migrated)
    make_all(declared)
    names = [name for name, _ in shape(declared, CONSTRAINTS)]
    assert [name for name, _ in shape(migrated, CONSTRAINTS)] == names
    if migrated.startswith("postgresql"):
        assert shape(migrated, CONSTRAINTS) == shape(declared, CONSTRAINTS)


def test_a_downgrade_leaves_nothing_and_can_be_undone(two_databases: tuple[str, str]) -> None:
    url, _ = two_databases
    upgrade(url)
    downgrade(url, "base")
    assert tables(url) == set()
    upgrade(url)
    assert tables(url) == set(metadata.tables)


def test_upgrading_twice_changes_nothing(two_databases: tuple[str, str]) -> None:
    url, _ = two_databases
    upgrade(url)
    before = shape(url, INDEXES) + shape(url, CONSTRAINTS)
    upgrade(url)
    assert shape(url, INDEXES) + shape(url, CONSTRAINTS) == before


def test_a_migration_that_fails_halfway_leaves_the_database_as_it_was(two_databases: tuple[str, str]) -> None:
    url, _ = two_databases
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE waiting_caller (stray integer)"))  # in the way of the revision
    engine.dispose()
    with pytest.raises(Exception, match="waiting_caller"):
        upgrade(url)
    assert tables(url) == {"waiting_caller"}


def test_what_a_running_city_holds_survives_the_upgrade_and_the_way_back(two_databases: tuple[str, str]) -> None:
    """On SQLite the table of promises is made anew: its rows, and those that point at them, must still be there."""
    url, _ = two_databases
    upgrade(url, "0001")
    _run(url, *A_PROMISE)
    upgrade(url)
    asked = "SELECT e.event, r.state, r.contact FROM callback_event e JOIN callback_request r ON r.id = e.request_id"
    assert _run(url, asked) == [("request", "requested", "ring")]
    with pytest.raises(IntegrityError):
        _run(url, A_PROMISE[1].replace("'r1'", "'r2'"))  # still one open request for each number and topic
    downgrade(url, "0001")
    assert _run(url, "SELECT id FROM callback_request") == [("r1",)]


A_PROMISE = (
    "INSERT INTO phone_number (id, e164, created_at) VALUES ('n1', '+358401234567', '2026-11-24 08:00:00.000000')",
    "INSERT INTO callback_request (id, code, number_id, topic, language, department, desk, ruleset_version, urgent,"
    " state, kind, line_time_at, due_at, window_start_at, window_end_at, promise_words, told, keyed_in, created_at)"
    " VALUES ('r1', '123456', 'n1', 'housing', 'fi', 'housing', 'housing', 1, false, 'requested', 'slot',"
    " '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000', '2026-11-24 08:00:00.000000',"
    " '2026-11-24 10:00:00.000000', 'told', true, false, '2026-11-24 08:00:00.000000')",
    "INSERT INTO callback_event (request_id, at, event, from_state, to_state, fence, who)"
    " VALUES ('r1', '2026-11-24 08:00:00.000000', 'request', '', 'requested', 0, 'caller')",
)


def _run(url: str, *statements: str) -> list[tuple[object, ...]]:
    """What the last statement answers."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            results = [connection.execute(text(one)) for one in statements]
            return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
    finally:
        engine.dispose()
