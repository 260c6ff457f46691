"""Counters have no end: the rows of the histories are numbered on past 2^31, and past what a float can tell apart."""

from functools import partial

import pytest
from sqlalchemy import Table, text, update

from adapters.database import Transaction
from adapters.schema import audit_event, callback_event, line_event, route_decision, sign_in_failure
from tests.support.services import Town

HISTORIES = (line_event, callback_event, route_decision, audit_event, sign_in_failure)


def numbered_from(town: Town, first: int) -> None:
    """As if so many rows had been written before."""
    for table in HISTORIES:
        town.within(partial(_numbered_from, table, first))


def _numbered_from(table: Table, first: int, tx: Transaction) -> None:
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(text(f"ALTER SEQUENCE {table.name}_id_seq RESTART {first}"))
    else:  # the next number is the highest one's successor
        tx.connection.execute(update(table).values(id=table.c.id + first))


@pytest.mark.parametrize("first", [2**31 - 1, 2**53])
def test_promises_are_made_dealt_and_kept_past_the_end_of_small_numbers(town: Town, first: int) -> None:
    town.agent("aino")
    town.request()
    town.caller()
    numbered_from(town, first)
    request, line = town.request(), town.caller()
    assert min(row["id"] for row in town.every(callback_event, request_id=request)) >= first
    assert min(row["id"] for row in town.every(line_event, caller_id=line)) >= first
    assert town.offered("aino")
