"""What the commit does not take in is not announced. The disk is full at the very last moment."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from adapters.database import Database, DatabaseError
from adapters.schema import callback_request
from tests.support.services import Town
from tests.support.telephone import Telephone

TO_THE_QUESTION = ("1", "1", "1", "1")  # whether this number is right: the next key makes the promise


@contextmanager
def nothing_is_committed(town: Town) -> Iterator[None]:
    engine = town.services.database.engine
    event.listen(engine, "commit", _full)
    try:
        yield
    finally:
        event.remove(engine, "commit", _full)


def _full(connection: object) -> None:
    raise OperationalError("COMMIT", None, OSError("no space left on device"))


def test_a_promise_that_was_not_committed_is_not_spoken_and_may_be_asked_for_again(town: Town) -> None:
    telephone = Telephone.at(town)
    telephone.rings()
    for key in TO_THE_QUESTION:
        telephone.presses(key)
    question = telephone.next_url()
    with nothing_is_committed(town):
        said = telephone.post(question, Digits="1")
    assert "Dial" in said, "put through to a person instead"
    assert "Soitamme" not in said
    again = telephone.post(question, Digits="1")
    assert "Soitamme" in again
    assert len(town.every(callback_request)) == 1


def test_a_commit_that_failed_holds_no_other_writer_up(town: Town) -> None:
    """A connection that went back to the pool with its transaction open would hold the whole record's write lock."""
    with nothing_is_committed(town):
        telephone = Telephone.at(town)
        telephone.rings()
        for key in (*TO_THE_QUESTION, "1"):
            telephone.presses(key)
    neighbour = Database(town.services.database.url, deadline=0.2)
    try:
        with neighbour.write() as tx:
            tx.connection.execute(callback_request.delete().where(callback_request.c.id == "nobody"))
    finally:
        neighbour.dispose()


def test_nobody_is_hinted_at_what_was_not_committed(town: Town) -> None:
    hinted: list[str] = []
    with nothing_is_committed(town), suppress(DatabaseError), town.services.database.write() as tx:
        tx.after_commit(lambda: hinted.append("order"))
        tx.connection.execute(callback_request.delete().where(callback_request.c.id == "nobody"))
    assert hinted == []
