"""What is only noted of a stay: the provider's name of its queue, and place and wait as the caller last heard them."""

from collections.abc import Iterator

import pytest

from desks.line import heard_store, stay_store
from tests.support.services import Town

FIRST, SECOND = "QU" + "1" * 32, "QU" + "2" * 32


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record)
    yield one
    one.services.database.dispose()


def test_the_first_name_of_a_queue_stands(town: Town) -> None:
    line, other = town.caller(), town.caller()
    town.within(lambda tx: stay_store.name_queue(tx.connection, line, FIRST))
    town.within(lambda tx: stay_store.name_queue(tx.connection, line, SECOND))
    assert (town.stay(line)["queue_sid"], town.stay(other)["queue_sid"]) == (FIRST, None)


def test_a_place_that_is_not_told_anew_stands_as_she_last_heard_it(town: Town) -> None:
    line = town.caller()
    town.within(lambda tx: heard_store.note_told(tx.connection, line, 3, 9))
    town.within(lambda tx: heard_store.note_told(tx.connection, line, None, None))
    assert (town.stay(line)["place_told"], town.stay(line)["wait_told_minutes"]) == (3, None)
