"""Why a call went where is noted beside its answer: within an effect's own commit, and else never at the answer's cost.

The note's table is held, the disk is full, all our connections are in use, or the note itself is at fault: the caller
hears the very words that she hears otherwise.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import create_engine, event
from sqlalchemy.exc import OperationalError

from adapters.database import Database
from adapters.engines import POOL
from adapters.schema import route_decision
from ivr.answering import NOTE_PATIENCE
from tests.support.services import Town
from tests.support.statements import asked_of
from tests.support.telephone import Telephone

DEADLINE = 1.0  # as in service
TO_THE_OFFER = ("1", "1", "1")  # nobody is on duty: no effect, and a decision that is worth a note
Harm = Callable[[Database], AbstractContextManager[None]]


def harm_when_noting(database: Database, harm: Callable[[], object]) -> AbstractContextManager[None]:
    """Strikes between what the answer needs and the note."""

    @contextmanager
    def struck() -> Iterator[None]:
        def before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            if statement.startswith("INSERT INTO route_decision"):
                harm()

        event.listen(database.engine, "before_cursor_execute", before)
        try:
            yield
        finally:
            event.remove(database.engine, "before_cursor_execute", before)

    return struck()


def disk_full(database: Database) -> AbstractContextManager[None]:
    def harm() -> None:
        raise OperationalError("INSERT", {}, OSError(28, "No space left on device"))

    return harm_when_noting(database, harm)


def a_fault_of_ours(database: Database) -> AbstractContextManager[None]:
    def harm() -> None:
        raise KeyError("a column that nobody filled")

    return harm_when_noting(database, harm)


@contextmanager
def table_held(database: Database) -> Iterator[None]:
    """By somebody else's connection: the note would wait for it."""
    engine = create_engine(database.url)
    with engine.connect() as other:
        if database.is_sqlite:
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            other.exec_driver_sql(f"LOCK TABLE {route_decision.name} IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()
    engine.dispose()


@pytest.mark.parametrize("harm", [disk_full, a_fault_of_ours, table_held], ids=lambda one: one.__name__)
def test_the_answer_is_the_same_and_in_time(town: Town, harm: Harm) -> None:
    database = Database(town.services.database.url, DEADLINE)
    served = replace(town, services=replace(town.services, database=database))
    as_ever = _offered(Telephone.at(served), nullcontext())
    assert len(town.every(route_decision)) == 1
    begun = monotonic()
    under_harm = _offered(Telephone.at(served, sid="CA" + "2" * 32), harm(database))
    assert monotonic() - begun < 3 * DEADLINE
    assert under_harm.count("<Say") == as_ever.count("<Say") > 0
    assert "<Gather" in under_harm
    assert len(town.every(route_decision)) == 1
    database.dispose()


def _offered(telephone: Telephone, harm: AbstractContextManager[None]) -> str:
    telephone.rings()
    for key in TO_THE_OFFER[:-1]:
        telephone.presses(key)
    with harm:
        return telephone.presses(TO_THE_OFFER[-1])


def test_a_note_waits_for_no_connection_of_ours(town: Town) -> None:
    """All are in use: it is left out at once, and does not open the breaker for those who need the record."""
    database = Database(town.services.database.url, DEADLINE)
    with ExitStack() as held:
        for _ in range(sum(POOL)):
            held.enter_context(database.engine.connect())
        begun = monotonic()
        with pytest.raises(Exception, match="in use"), database.write(NOTE_PATIENCE):
            raise AssertionError("there was one more")
        assert monotonic() - begun < DEADLINE
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    database.dispose()


def test_with_an_effect_the_reason_is_in_its_one_commit(town: Town) -> None:
    """And costs no statement of its own on PostgreSQL: it is written with other rows (what a promise's step asks in
    all: ``test_promise_cost``)."""
    town.agent("aino")
    telephone = Telephone.at(town)
    telephone.rings()
    for key in TO_THE_OFFER[:-1]:
        telephone.presses(key)
    with asked_of(town.services.database) as seen:
        assert "<Enqueue" in telephone.presses(TO_THE_OFFER[-1])
    [writing] = [one for one in seen.statements if "route_decision" in one]
    assert (seen.commits, len(town.every(route_decision))) == (1, 1)
    assert town.services.database.is_sqlite or writing.startswith("WITH row_0 AS (INSERT")
