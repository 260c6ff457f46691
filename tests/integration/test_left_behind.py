"""Callers who vanished without news, and what nobody needs any more: found at the next look, forgotten in time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert
from sqlalchemy.exc import OperationalError

from adapters.schema import call_draft, code_try, outbox, receipt, route_decision
from callbacks import code_store as codes
from callbacks import store as promises
from queue_workers import reconcile
from tests.support.services import Town
from tests.support.statements import asked_of


def test_a_caller_whose_call_has_ended_unheard_leaves_the_line(town: Town) -> None:
    gone, here = town.caller(), town.caller()
    town.gateway.knows(town.stay(gone)["call_sid"], "completed")
    town.gateway.knows(town.stay(here)["call_sid"], "in-progress")
    checked: dict[str, float] = {}
    reconcile.vanished_callers(town.services, checked)
    assert town.stay(gone)["state"] == "waiting", "asked at once, before any news could come"
    town.clock.pass_(seconds=61)
    reconcile.vanished_callers(town.services, checked)
    assert (town.stay(gone)["state"], town.stay(here)["state"]) == ("left", "waiting")
    town.clock.pass_(seconds=61)
    reconcile.vanished_callers(town.services, checked)
    assert set(checked) == {here}


def test_a_record_that_was_away_at_that_moment_is_asked_again_at_the_next_look(town: Town) -> None:
    gone = town.caller()
    town.gateway.knows(town.stay(gone)["call_sid"], "completed")
    checked: dict[str, float] = {}
    reconcile.vanished_callers(town.services, checked)
    town.clock.pass_(seconds=61)
    with the_record_is_away(town, "UPDATE waiting_caller"), pytest.raises(OperationalError):
        reconcile.vanished_callers(town.services, checked)
    town.clock.pass_(seconds=15)
    reconcile.vanished_callers(town.services, checked)
    assert town.stay(gone)["state"] == "left"


@contextmanager
def the_record_is_away(town: Town, words: str) -> Iterator[None]:
    """For statements that begin with these."""

    def refuse(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith(words):
            raise OperationalError(statement, values, ConnectionError("the record is away"))

    event.listen(town.services.database.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(town.services.database.engine, "before_cursor_execute", refuse)


def test_tried_codes_are_forgotten_after_a_day_and_counted_until_then(town: Town) -> None:
    """Who asked "was it you?" is nobody's business for longer than the limits need."""
    with town.services.database.write() as tx:
        number = promises.number_id(tx.connection, "+358401234567", town.clock.now())
        codes.note_code_try(tx.connection, "CA1", "n", number, town.clock.machine())
    town.clock.pass_(minutes=24 * 60 - 1)
    reconcile.tidy(town.services)
    assert len(town.every(code_try)) == 1
    town.clock.pass_(minutes=2)
    reconcile.tidy(town.services)
    assert town.every(code_try) == []


def test_receipts_of_a_long_silence_are_forgotten_a_bounded_part_at_a_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest first: whoever rings after a night without a clock does not wait for a day's receipts."""
    monkeypatch.setattr(reconcile, "MADE_AT_ONCE", 2)
    now, old = town.clock.machine(), {"step": "number", "nonce": "n", "answer": "a"}
    made = (now, *(now - reconcile.KEEP_SECONDS - n for n in range(1, 8)))
    rows = [{**old, "call_sid": f"CA{n}", "made_machine": at} for n, at in enumerate(made)]
    town.within(lambda tx: tx.connection.execute(insert(receipt), rows))
    left = []
    for _ in range(3):
        reconcile.tidy(town.services)
        left.append(sorted(row["call_sid"] for row in town.every(receipt)))
    assert left == [["CA0", "CA1", "CA2", "CA3", "CA4"], ["CA0", "CA1"], ["CA0"]]


def test_numbers_keyed_in_and_spent_orders_are_forgotten_a_bounded_part_at_a_time(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No lock is held while they are looked for, and none is taken where nothing is to be forgotten."""
    monkeypatch.setattr(reconcile, "MADE_AT_ONCE", 2)
    now = town.clock.machine()
    old = now - reconcile.KEEP_SECONDS - 1
    drafts = [
        {"call_sid": f"CA{n}", "e164": "+358401234567", "made_machine": at} for n, at in enumerate((now, old, old, old))
    ]
    order = {"kind": "set_hold", "due_machine": old, "made_machine": old}
    orders = [
        {**order, "id": f"o{n}", "ref": f"r{n}", "done_machine": at} for n, at in enumerate((None, old, old, old))
    ]
    town.within(lambda tx: tx.connection.execute(insert(call_draft), drafts))
    town.within(lambda tx: tx.connection.execute(insert(outbox), orders))
    left = []
    for _ in range(2):
        reconcile.tidy(town.services)
        left.append((len(town.every(call_draft)), len(town.every(outbox))))
    assert left == [(2, 2), (1, 1)]
    with asked_of(town.services.database) as seen:
        reconcile.tidy(town.services)
    assert not [
        words for words in seen.statements if words.startswith(("DELETE FROM call_draft", "DELETE FROM outbox"))
    ]


def test_why_a_call_went_where_is_forgotten_after_the_year_that_is_compared(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bounded part at a time, the oldest first; what is within reach of a comparison stays."""
    monkeypatch.setattr(reconcile, "WAYS_AT_ONCE", 2)
    old = {"ruleset_version": 1, "topic": "housing", "language": "fi", "route": "closed", "facts": "{}"}
    rows = [
        {**old, "call_sid": f"CA{n}", "at": town.clock.now() - timedelta(days=days)}
        for n, days in enumerate((1, 399, 401, 403, 402))
    ]
    town.within(lambda tx: tx.connection.execute(insert(route_decision), rows))
    reconcile.tidy(town.services)
    assert sorted(row["call_sid"] for row in town.every(route_decision)) == ["CA0", "CA1", "CA2"]
    reconcile.tidy(town.services)
    reconcile.tidy(town.services)
    assert sorted(row["call_sid"] for row in town.every(route_decision)) == ["CA0", "CA1"]
