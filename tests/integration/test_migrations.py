"""The migrations lead to exactly the schema that the code is written against, on both databases, and back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

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
