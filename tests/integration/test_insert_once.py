"""Once for each key, and the caller of it knows on both databases whether it was she who made the row."""

from adapters.database import insert_once
from adapters.schema import outbox, phone_number
from tests.support.services import Town


def test_the_first_makes_the_row_and_the_second_knows_that_it_did_not(town: Town) -> None:
    def add(id_: str) -> bool:
        row = {"id": id_, "e164": "+358401234567", "created_at": town.clock.now()}
        return bool(town.within(lambda tx: insert_once(tx.connection, phone_number, row, ("e164",))))

    assert add("a") is True
    assert add("b") is False
    assert [row["id"] for row in town.every(phone_number)] == ["a"]


def test_an_order_is_hinted_once(town: Town) -> None:
    hinted: list[str] = []

    def hint(outbox_id: str) -> bool:
        hinted.append(outbox_id)
        return True

    orders = type(town.services.outbox)(town.clock, hint)
    for _ in range(2):
        town.within(lambda tx: orders.order(tx, "end_leg", "CA" + "1" * 32))
    assert hinted == [row["id"] for row in town.every(outbox)]
