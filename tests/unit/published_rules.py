"""Versions of the sample ruleset in a record of their own, and who holds them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update

from adapters.database import Database
from adapters.schema import ruleset
from routing_rules.document import dump, parse
from routing_rules.service import RulesHolder
from routing_rules.store import Publication, insert_published
from tests.support.services import empty_record

TEXT = (Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml").read_text(encoding="utf-8")
RULES = parse(TEXT)
NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MACHINE = 1_000_000.0


def record(kind: str, directory: Path) -> Iterator[Database]:
    """sqlite or postgresql, empty."""
    made = Database(empty_record(kind, directory))
    yield made
    made.dispose()


def publish(database: Database, version: int) -> None:
    """A later version comes into force, and the one before is retired now."""
    document = dump(replace(RULES, version=version, city={**RULES.city, "en": f"City {version}"}))
    with database.write() as tx:
        older = ruleset.c.version < version, ruleset.c.state == "published"
        tx.connection.execute(update(ruleset).where(*older).values(state="retired", retired_machine=MACHINE))
        assert insert_published(tx.connection, Publication(version, document, "Aino", "a new name", NOW))


def holder() -> RulesHolder:
    return RulesHolder(machine=lambda: MACHINE)
