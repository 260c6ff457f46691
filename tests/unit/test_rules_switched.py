"""The ruleset that is held while quick switches are on, on both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from adapters.database import Database
from routing_rules.model import Ruleset
from routing_rules.switches.model import Switch
from routing_rules.switches.store import Kept, add, end
from tests.unit.published_rules import NOW, holder, publish, record


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    yield from record(request.param, tmp_path)


class TestSwitches:
    def test_they_are_in_force_while_they_run_and_the_published_rules_stay(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        switched(database, "one", NOW + timedelta(hours=1))
        rules.refresh(database, NOW)
        assert closures(rules.current()) == {"housing": ((NOW, NOW + timedelta(hours=1)),)}
        assert closures(rules.plain()) == {}
        rules.refresh(database, NOW + timedelta(hours=1))
        assert rules.current() is rules.plain()

    def test_one_that_a_person_ends_is_gone_at_the_next_look(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        switched(database, "one", NOW + timedelta(hours=1))
        rules.refresh(database, NOW)
        with database.write() as tx:
            end(tx.connection, "one", "aino", NOW)
        rules.refresh(database, NOW)
        assert closures(rules.current()) == {}

    def test_a_call_on_an_older_version_meets_them_too(self, database: Database) -> None:
        rules = holder()
        for version in (1, 2):
            publish(database, version)
        switched(database, "one", NOW + timedelta(hours=1))
        rules.refresh(database, NOW)
        assert rules.version(1).city["en"] == "City 1"
        assert set(closures(rules.version(1))) == set(closures(rules.version(99))) == {"housing"}

    def test_they_outlive_a_publication(self, database: Database) -> None:
        rules = holder()
        publish(database, 1)
        switched(database, "one", NOW + timedelta(hours=1))
        rules.refresh(database, NOW)
        publish(database, 2)
        rules.refresh(database, NOW)
        assert rules.current().version == 2
        assert set(closures(rules.current())) == {"housing"}

    def test_what_is_held_is_the_same_until_something_changes(self, database: Database) -> None:
        """What is kept beside a ruleset (pages written once) is kept for as long as it holds."""
        rules = holder()
        publish(database, 1)
        switched(database, "one", NOW + timedelta(hours=1))
        rules.refresh(database, NOW)
        before = rules.current()
        rules.refresh(database, NOW + timedelta(minutes=1))
        assert rules.current() is before


def switched(database: Database, name: str, until: datetime) -> None:
    with database.write() as tx:
        add(tx.connection, Kept(Switch(name, "close", "housing", None, None, NOW, until), "aino", "training"))


def closures(rules: Ruleset) -> dict[str, tuple[tuple[datetime, datetime], ...]]:
    return {one.id: one.hours.closures for one in rules.departments if one.hours.closures}
