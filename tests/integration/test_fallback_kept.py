"""The fallback document in DATA_DIR follows what is published: at the first start, at each start, at each publish."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.database import Database
from adapters.places import Places
from adapters.settings import Settings, load_settings
from ivr import fallback
from operations import trial
from operations.setup import Refused, prepare
from queue_workers.scheduler import Dispatcher
from routing_rules import store
from routing_rules.document import dump
from tests.support.services import Town, empty_record, sample_rules


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    Places(tmp_path).make()
    return load_settings(trial.environment(tmp_path, {}))


def publish(database: Database, version: int, extended_desks_number: str) -> None:
    rules = sample_rules()
    moved = replace(rules.department(rules.extended_desk), fallback_number=extended_desks_number)
    changed = replace(
        rules, version=version, departments=tuple(moved if d.id == moved.id else d for d in rules.departments)
    )
    with database.write() as tx:
        publication = store.Publication(
            version, dump(changed), "Aino", "a new number", datetime(2026, 11, 24, tzinfo=UTC)
        )
        assert store.insert_published(tx.connection, publication)


def test_it_is_there_after_the_first_start_and_again_after_it_was_lost(settings: Settings) -> None:
    kept = settings.data_dir / fallback.PLACE
    prepare(settings, True, lambda _: None)
    first = kept.read_text(encoding="utf-8")
    assert "ruleset version 1 " in first
    kept.write_text("<Response/>")
    prepare(settings, True, lambda _: None)
    assert kept.read_text(encoding="utf-8") == first


def of_a_city(settings: Settings) -> Settings:
    """Of real residents, in the folder in which a trial was."""
    return settings.model_copy(update={"database_url": f"sqlite:///{settings.data_dir}/city.db"})


def test_what_a_trial_left_does_not_keep_a_city_from_beginning(settings: Settings) -> None:
    city = of_a_city(settings)
    prepare(settings, True, lambda _: None)
    prepare(city, False, lambda _: None)
    (city.data_dir / "city.db").unlink()
    with pytest.raises(Refused, match="there was one here"):  # the document is the city's now
        prepare(city, False, lambda _: None)


def test_a_trial_does_not_make_a_citys_lost_record_forgotten(settings: Settings) -> None:
    kept = settings.data_dir / fallback.PLACE
    kept.parent.mkdir()
    kept.write_text("<Response/>")
    prepare(settings, True, lambda _: None)
    with pytest.raises(Refused, match="there was one here"):
        prepare(of_a_city(settings), False, lambda _: None)


def test_a_start_finds_what_was_published_meanwhile(settings: Settings) -> None:
    prepare(settings, True, lambda _: None)
    database = Database(settings.database_url)
    publish(database, 2, "+358171112223")
    database.dispose()
    prepare(settings, True, lambda _: None)
    assert "ruleset version 2 " in (settings.data_dir / fallback.PLACE).read_text(encoding="utf-8")


def test_the_clock_follows_a_publication(tmp_path: Path) -> None:
    town = Town.over(empty_record("sqlite", tmp_path), DATA_DIR=str(tmp_path))
    publish(town.services.database, 5, "+358171112223")
    Dispatcher(town.services).slow()
    assert "ruleset version 5 " in (tmp_path / fallback.PLACE).read_text(encoding="utf-8")
    town.services.database.dispose()


def test_the_clock_writes_nothing_that_the_record_has_not_said(tmp_path: Path) -> None:
    """With the record away a process holds the file of the first start, which may be years old."""
    town = Town.over(f"sqlite:///{tmp_path}/nowhere/record.db", DATA_DIR=str(tmp_path))
    Dispatcher(town.services).slow()
    assert not (tmp_path / fallback.PLACE).exists()
