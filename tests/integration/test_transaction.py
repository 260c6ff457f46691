"""One unit of work is written whole or not at all, however few round trips it takes."""

import time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from adapters.database import Database, DatabaseError, Transaction
from adapters.schema import metadata, phone_number
from callbacks.store import add_number, new_number_id
from tests.support.services import Town
from tests.support.statements import asked_of

FIRST, SECOND = "+358401111111", "+358402222222"


def known(town: Town) -> int:
    with town.services.database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(phone_number)) or 0)


def test_rows_that_wait_are_seen_by_every_later_question_of_the_same_unit(town: Town) -> None:
    now = town.services.clock.now()

    def work(tx: Transaction) -> int:
        add_number(tx, FIRST, now)
        return int(tx.glance.scalar(select(func.count()).select_from(phone_number)) or 0)

    assert town.within(work) == 1


@pytest.mark.parametrize("glances", [False, True])
def test_a_unit_that_fails_leaves_nothing(town: Town, glances: bool) -> None:
    now = town.services.clock.now()

    def work(tx: Transaction) -> None:
        add_number(tx, FIRST, now)
        if glances:  # what waited is written, and still belongs to this unit alone
            tx.glance.execute(select(phone_number.c.id))
        add_number(tx, SECOND, now)
        tx.connection.execute(select(phone_number.c.id))
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        town.within(work)
    assert known(town) == 0


def test_statements_before_and_after_a_violation_are_one_unit(town: Town) -> None:
    now = town.services.clock.now()

    def work(tx: Transaction) -> None:
        new_number_id(tx.connection, FIRST, now)
        add_number(tx, SECOND, now)
        add_number(tx, SECOND, now)

    with pytest.raises(IntegrityError):
        town.within(work)
    assert known(town) == 0


def test_what_is_written_in_one_statement_needs_no_round_trip_to_begin(town: Town) -> None:
    now = town.services.clock.now()

    def work(tx: Transaction) -> None:
        tx.glance.execute(select(phone_number.c.id))
        add_number(tx, FIRST, now)

    with asked_of(town.services.database) as seen:
        town.within(work)
    assert (len(seen.statements), seen.begins) == (2, 1 if town.services.database.is_sqlite else 0)
    assert known(town) == 1


def test_a_note_does_not_wait_for_others_writing(tmp_path: Path) -> None:
    """What is only noted must not cost a caller seconds of silence."""
    database = Database(f"sqlite:///{tmp_path}/record.db")
    with database.write() as tx:
        metadata.create_all(tx.connection)
    other = Database(f"sqlite:///{tmp_path}/record.db")
    begun = time.monotonic()
    with other.write() as held, pytest.raises(DatabaseError), database.write(patience=0.05):
        raise AssertionError(held)
    assert time.monotonic() - begun < 1.0
    with database.write() as tx:
        assert tx.connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 2500
