"""A night costs what it deletes: each sort, sound, and who refers to a number are found by their indexes."""

from collections.abc import Iterator

import pytest

from adapters.schema import audit_event, callback_event
from recordings import keeping_store
from recordings.keeping import Keeping
from tests.support.kept import NUMBER, days_pass, past_of
from tests.support.plans import plans
from tests.support.services import Town


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record)
    yield one
    one.services.database.dispose()


INDEXES = {
    "talk notes": "ix_offer_noted",
    "transfer notes": "ix_transfer_noted",
    "history notes": "ix_callback_event_noted",
    "message notes": "ix_recording_noted",
    "reasons": "ix_audit_event_worded",
    "texts": "ix_text_message_numbered",
    "speakers": "ix_recording_numbered",
    "items": "ix_supervisor_item_numbered",
    "stays": "ix_waiting_caller_numbered",
    "calls": "ix_call_numbered",
    "requests": "ix_callback_request_numbered",
}


@pytest.mark.parametrize("after", [False, True], ids=["the first page", "a later one"])
@pytest.mark.parametrize("sort", keeping_store.SORTS, ids=[sort.name for sort in keeping_store.SORTS])
def test_each_sort_is_read_by_its_index(town: Town, sort: keeping_store.Sort, after: bool) -> None:
    last = (
        (town.clock.now(), 1 if sort.table is callback_event or sort.table is audit_event else "x") if after else None
    )
    found = plans(town.services.database, lambda: Keeping(town.services, "d").sort(sort, last))
    assert any(INDEXES[sort.name] in plan for plan in found), found
    assert not any("TEMP B-TREE FOR ORDER" in plan for plan in found), found


def test_sound_is_read_by_its_index(town: Town) -> None:
    found = plans(town.services.database, lambda: Keeping(town.services, "d").sounds((town.clock.now(), "x")))
    assert any("ix_recording_sound" in plan for plan in found), found


def test_who_refers_to_a_number_is_read_by_indexes(town: Town) -> None:
    past_of(town)
    days_pass(town, 2)
    found = " ".join(plans(town.services.database, lambda: Keeping(town.services, "d").numbers(None)))
    indexes = ("call_number", "callback_request_number", "callback_request_asked_by", "waiting_caller_number")
    for name in (*indexes, "text_message_number", "supervisor_item_number", "code_try_number_id", "recording_number"):
        assert f"ix_{name}" in found, name
    assert NUMBER not in found
