"""After a failover our connections lead to a host that may only be read (25006): as if the record were away, once."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest

from adapters.database import Database, DatabaseError
from adapters.schema import callback_request
from tests.support.services import Town
from tests.support.telephone import Telephone

TO_THE_QUESTION = ("1", "1", "1", "1")  # whether this number is right: the next key makes the promise
CONNECTIONS = 3
on_postgres = pytest.mark.parametrize("record", ["postgresql"], indirect=True)


@pytest.fixture
def database(town: Town) -> Iterator[Database]:
    one = Database(town.services.database.url)
    yield one
    one.dispose()


def its_host_is_demoted(database: Database) -> None:
    """All connections that there are lead to a host that may only be read; new ones lead to who is in charge."""
    with ExitStack() as all_of_them:
        for _ in range(CONNECTIONS):
            connection = all_of_them.enter_context(database.engine.connect())
            connection.exec_driver_sql("SET default_transaction_read_only = on")


@on_postgres
def test_the_first_who_writes_is_told_so_and_the_next_ones_write(database: Database) -> None:
    its_host_is_demoted(database)
    with pytest.raises(DatabaseError, match="may only be read"), database.write() as tx:
        tx.connection.execute(callback_request.delete())
    for _ in range(CONNECTIONS):
        with database.write() as tx:
            tx.connection.execute(callback_request.delete())


@on_postgres
def test_a_caller_is_put_through_and_is_promised_when_she_asks_again(town: Town, database: Database) -> None:
    telephone = Telephone.at(replace(town, services=replace(town.services, database=database)))
    telephone.rings()
    for key in TO_THE_QUESTION:
        telephone.presses(key)
    question = telephone.next_url()
    its_host_is_demoted(database)
    said = telephone.post(question, Digits="1")
    assert "<Dial" in said, "put through to a person instead"
    assert "Soitamme" in telephone.post(question, Digits="1")
    assert len(town.every(callback_request)) == 1
