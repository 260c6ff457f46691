"""Publishing the first ruleset and holding what is in force, on a real database file and, for the race, PostgreSQL."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, func, insert, select, update

from adapters.database import Database
from adapters.schema import metadata, ruleset
from routing_rules.document import RulesetInvalid, parse
from routing_rules.service import KEEP_SECONDS, NoRuleset, RulesHolder, publish_first
from routing_rules.store import Publication, insert_published, next_version, published, recent_versions
from tests.unit.published_rules import MACHINE, NOW, RULES, TEXT, holder, publish, record


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    yield from record(request.param, tmp_path)


@contextmanager
def documents_read(database: Database) -> Iterator[list[set[object]]]:
    """For each statement that reads documents: the versions it names."""
    read: list[set[object]] = []

    def note(connection: object, cursor: object, statement: str, given: Any, *_: object) -> None:
        if "ruleset.document" in statement:
            read.append(set(given.values() if isinstance(given, dict) else given))

    event.listen(database.engine, "before_cursor_execute", note)
    yield read
    event.remove(database.engine, "before_cursor_execute", note)


def count_versions(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(ruleset)) or 0


class TestPublishFirst:
    def test_the_document_comes_into_force_as_version_1(self, database: Database) -> None:
        assert publish_first(database, TEXT, "Aino", "first start", NOW) == 1
        with database.read() as connection:
            found = published(connection)
            row = connection.execute(select(ruleset)).one()
        assert found is not None
        assert parse(found[1]) == RULES
        assert (row.author, row.reason, row.published_at, row.state) == ("Aino", "first start", NOW, "published")

    def test_a_second_time_changes_nothing(self, database: Database) -> None:
        publish_first(database, TEXT, "Aino", "first start", NOW)
        assert publish_first(database, "no document at all", "Eero", "again", NOW) == 1
        assert count_versions(database) == 1

    def test_a_later_version_stays_in_force(self, database: Database) -> None:
        publish_first(database, TEXT, "Aino", "first start", NOW)
        publish(database, 2)
        assert publish_first(database, TEXT, "Eero", "restart", NOW) == 2

    def test_a_drafts_number_is_not_taken(self, database: Database) -> None:
        with database.write() as tx:
            draft = {"version": 1, "state": "draft", "published_at": NOW, "author": "", "reason": "", "document": ""}
            tx.connection.execute(insert(ruleset).values(draft))
        assert publish_first(database, TEXT, "Aino", "first start", NOW) == 2

    def test_an_invalid_document_is_refused_and_nothing_is_written(self, database: Database) -> None:
        with pytest.raises(RulesetInvalid):
            publish_first(database, "version: 1", "Aino", "first start", NOW)
        assert count_versions(database) == 0

    def test_two_at_the_same_time_one_wins(self, database: Database) -> None:
        start = threading.Barrier(4)

        def run(author: str) -> int:
            own = Database(database.url)  # as another process has it: no lock of ours between them
            start.wait()
            try:
                return publish_first(own, TEXT, author, "first start", NOW)
            finally:
                own.dispose()

        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(run, ["Aino", "Eero", "Anna", "Olli"])) == [1, 1, 1, 1]
        assert count_versions(database) == 1

    def test_a_taken_version_is_refused_and_the_transaction_lives_on(self, database: Database) -> None:
        publish_first(database, TEXT, "Aino", "first start", NOW)
        with database.write() as tx:
            assert not insert_published(tx.connection, Publication(1, "{}", "Eero", "late", NOW))
            assert next_version(tx.connection) == 2
        assert count_versions(database) == 1


def test_recent_versions_are_those_a_call_may_still_need(database: Database) -> None:
    for version in (1, 2, 3):
        publish(database, version)
    with database.write() as tx:
        long_ago = update(ruleset).where(ruleset.c.version == 1).values(retired_machine=MACHINE - KEEP_SECONDS - 1)
        tx.connection.execute(long_ago)
    with database.read() as connection:
        assert recent_versions(connection, MACHINE - KEEP_SECONDS) == (2, 3)


class TestRulesHolder:
    def test_nothing_published(self, database: Database) -> None:
        rules = holder()
        assert not rules.refresh(database, NOW)
        with pytest.raises(NoRuleset):
            rules.current()
        with pytest.raises(NoRuleset):
            rules.version(1)

    def test_what_is_in_force_and_what_calls_began_with(self, database: Database) -> None:
        rules = holder()
        for version in (1, 2):
            publish(database, version)
            assert rules.refresh(database, NOW)
        assert rules.current().version == 2
        assert rules.version(1).city["en"] == "City 1"
        assert rules.version(2) is rules.current()
        assert rules.version(99) is rules.current()

    def test_a_process_that_starts_later_knows_the_retired_version_too(self, database: Database) -> None:
        for version in (1, 2):
            publish(database, version)
        rules = holder()
        rules.refresh(database, NOW)
        assert rules.version(1).city["en"] == "City 1"

    def test_a_version_is_read_once(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        rules.refresh(database, NOW)
        first = rules.current()
        rules.refresh(database, NOW)
        assert rules.current() is first
        publish(database, 2)
        rules.refresh(database, NOW)
        assert rules.version(1) is first

    def test_a_publication_costs_one_document_not_all_of_the_day(self, database: Database) -> None:
        """Each of a day's versions is hundreds of kilobytes; every process would load them all anew."""
        rules = holder()
        for version in (1, 2, 3):
            publish(database, version)
        rules.refresh(database, NOW)
        publish(database, 4)
        with documents_read(database) as read:
            assert rules.refresh(database, NOW)
        assert read == [{4}]
        assert [rules.version(version).city["en"] for version in (1, 4)] == ["City 1", "City 4"]

    def test_a_retired_version_that_cannot_be_read_keeps_the_new_one_from_nobody(self, database: Database) -> None:
        for version in (1, 2):
            publish(database, version)
        with database.write() as tx:
            tx.connection.execute(update(ruleset).where(ruleset.c.version == 1).values(document="{}"))
        rules = holder()
        assert rules.refresh(database, NOW)
        assert rules.version(1) is rules.current()

    def test_a_version_in_force_that_cannot_be_read_leaves_the_held_one(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        rules.refresh(database, NOW)
        publish(database, 2)
        with database.write() as tx:
            tx.connection.execute(update(ruleset).where(ruleset.c.version == 2).values(document="{}"))
        assert not rules.refresh(database, NOW)
        assert rules.current().version == 1

    def test_a_ruleset_given_at_the_start_serves_until_the_record_speaks(self, database: Database) -> None:
        rules = RulesHolder(RULES, machine=lambda: MACHINE)
        assert rules.current() is RULES
        assert rules.version(7) is RULES
        publish(database, 1)  # the same number, other words
        rules.refresh(database, NOW)
        assert rules.current().city["en"] == "City 1"

    def test_the_record_is_asked_at_most_once_a_second(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        assert rules.refresh_if_stale(database, MACHINE, NOW)
        publish(database, 2)
        rules.refresh_if_stale(database, MACHINE + 0.9, NOW)
        assert rules.current().version == 1
        rules.refresh_if_stale(database, MACHINE + 1.0, NOW)
        assert rules.current().version == 2

    def test_a_machine_clock_set_back_does_not_stop_the_asking(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        rules.refresh_if_stale(database, MACHINE, NOW)
        publish(database, 2)
        rules.refresh_if_stale(database, MACHINE - 3600, NOW)
        assert rules.current().version == 2


def test_with_the_record_down_the_held_ruleset_is_served(tmp_path: Path) -> None:
    path = tmp_path / "city.db"
    working = Database(f"sqlite:///{path}")
    metadata.create_all(working.engine)
    publish(working, 1)
    rules = holder()
    rules.refresh(working, NOW)
    working.dispose()
    gone = Database(f"sqlite:///{tmp_path / 'gone' / 'city.db'}")
    assert not rules.refresh(gone, NOW)
    assert not rules.refresh_if_stale(gone, MACHINE + 10, NOW)
    assert rules.current().version == 1


def test_a_thread_that_looks_does_not_hold_up_the_others(tmp_path: Path) -> None:
    slow = SlowDatabase(f"sqlite:///{tmp_path / 'city.db'}")
    metadata.create_all(slow.engine)
    publish(slow, 1)
    rules = holder()
    rules.refresh(slow, NOW)
    publish(slow, 2)
    slow.hold.clear()
    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(rules.refresh_if_stale, slow, MACHINE, NOW)
        assert slow.asked.wait(5)
        assert rules.refresh_if_stale(slow, MACHINE + 10, NOW)  # would hang here if it waited for the first
        assert rules.current().version == 1
        slow.hold.set()
        assert looking.result(5)
    assert rules.current().version == 2


class SlowDatabase(Database):
    """Reads wait until ``hold`` is set, and say by ``asked`` that they do."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.hold = threading.Event()
        self.hold.set()
        self.asked = threading.Event()

    @contextmanager
    def read(self, until: float | None = None) -> Iterator[Connection]:
        if not self.hold.is_set():
            self.asked.set()
            assert self.hold.wait(5)
        with super().read() as connection:
            yield connection
