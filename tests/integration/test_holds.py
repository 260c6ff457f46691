"""A legal hold is placed once, with a reason, on something that is there; it ends once; both stand in the log."""

from collections.abc import Iterator

import pytest

from adapters.schema import audit_event, callback_request, legal_hold
from recordings import hold_store, holds
from recordings.hold_store import Hold
from tests.support.services import Town


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record)
    yield one
    one.services.database.dispose()


def placed(town: Town, subject: str, reason: str = "valitus", kind: holds.Kind = "request") -> Hold | holds.Refused:
    found: Hold | holds.Refused = town.within(lambda tx: holds.place(town.services, tx, kind, subject, reason, "sirpa"))
    return found


def open_of(town: Town, subject: str) -> Hold | None:
    with town.services.database.read() as connection:
        return hold_store.open_one(connection, "request", subject)


def test_is_placed_with_a_reason_and_stands_in_the_log(town: Town) -> None:
    request = town.request()
    hold = placed(town, request)
    assert isinstance(hold, Hold)
    assert open_of(town, request) == hold
    noted = town.one(audit_event, deed="hold_placed")
    assert (noted["who"], noted["subject_id"], noted["department"], noted["detail"]) == (
        "sirpa", request, "housing", "valitus",
    )  # fmt: skip


@pytest.mark.parametrize(("reason", "why"), [("  ", "reason"), ("valitus", "unknown")])
def test_is_refused_without_reason_or_subject(town: Town, reason: str, why: str) -> None:
    assert placed(town, "nothing", reason) == holds.Refused(why)
    assert town.every(legal_hold) == []


def test_one_at_a_time_and_again_once_it_has_ended(town: Town) -> None:
    request = town.request()
    hold = placed(town, request)
    assert isinstance(hold, Hold)
    assert placed(town, request) == holds.Refused("held")
    assert town.within(lambda tx: holds.end(town.services, tx, hold.id, "sirpa"))
    assert not town.within(lambda tx: holds.end(town.services, tx, hold.id, "sirpa"))
    assert open_of(town, request) is None
    assert isinstance(placed(town, request), Hold)
    assert len(town.every(audit_event, deed="hold_ended")) == 1


def test_on_a_number_it_keeps_its_recordings_too(town: Town) -> None:
    number = town.one(callback_request, id=town.request())["number_id"]
    hold = placed(town, number, kind="number")
    with town.services.database.read() as connection:
        assert hold_store.covering(connection, ("r",), (), (number,)) == (hold,)
        assert hold_store.covering(connection, ("r",)) == ()


def test_an_identity_code_in_the_reason_is_masked(town: Town) -> None:
    hold = placed(town, town.request(), "131052-308T valittaa")
    assert isinstance(hold, Hold)
    assert hold.reason == "*********** valittaa"
