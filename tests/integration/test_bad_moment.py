"""A bad moment near closing time: the time that goes on record is the one the agent was shown, and could say."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.schema import promise_told, supervisor_item
from callbacks.retry_policy import Moment
from desks import service
from desks.view.desk import desk_view
from tests.support.services import Town

FRIDAY = datetime(2026, 11, 27, 12, 40, tzinfo=UTC)  # 14.40 in Helsinki; housing closes at 15
MONDAY_EIGHT = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)


@pytest.fixture(params=["", "+358175550100"], ids=["no sender", "sender"])
def either(request: pytest.FixtureRequest, record: str) -> Iterator[Town]:
    """Without a sender of text messages, and with one."""
    one = Town.over(record, SMS_SENDER=request.param)
    yield one
    one.services.database.dispose()


def friday(town: Town) -> tuple[str, str]:
    """A callback that talks, twenty minutes before the desk closes: its id, its offer's token."""
    town.clock.business = FRIDAY
    town.agent("aino")
    request = town.request(minutes=15)
    return request, town.talking()


def shown(town: Town) -> dict[int, Moment]:
    card = desk_view(town.services, "aino").offer
    assert card is not None
    return {one.minutes: one for one in card.later}


def told(town: Town, request: str) -> list[tuple[str, datetime]]:
    rows = town.every(promise_told, request_id=request, verdict=None)
    return [(row["via"], row["window_start_at"]) for row in rows]


def test_each_key_shows_the_window_that_stands_instead_of_its_time(either: Town) -> None:
    request, token = friday(either)
    keys = shown(either)
    assert [minutes for minutes, one in keys.items() if one.instead is not None] == [30, 60, 120, 1440]
    later = keys[60]
    assert later.instead is not None
    assert later.instead.start == MONDAY_EIGHT
    assert service.note_outcome(either.services, "aino", token, "bad_moment", "", 60, shown=later.code)
    row = either.promise(request)
    assert (row["window_start_at"], row["window_end_at"]) == (later.instead.start, later.instead.end)
    assert told(either, request) == [("agent", MONDAY_EIGHT)]


def test_a_time_that_the_desk_keeps_stands_as_it_was_said(either: Town) -> None:
    either.agent("aino")
    request = either.request()
    token = either.talking()
    assert shown(either)[60] == Moment(60)
    assert service.note_outcome(either.services, "aino", token, "bad_moment", "", 60, shown="")
    assert told(either, request) == [("agent", either.clock.now() + timedelta(minutes=60))]


@pytest.mark.parametrize("written", ["", "123", "x"])
def test_another_time_than_she_was_shown_is_not_recorded(either: Town, written: str) -> None:
    """The page is older than the closing time: it shows the new times, and she can still say them."""
    request, token = friday(either)
    before = told(either, request)
    for state in ("connected", "wrapup"):
        assert not service.note_outcome(either.services, "aino", token, "bad_moment", "", 60, shown=written)
        assert (either.offer(token)["state"], either.promise(request)["state"]) == (state, "connected")
        assert told(either, request) == before
        either.act(lambda c: c.talk_over(token))


def test_who_was_shown_no_time_has_told_none(either: Town) -> None:
    request, token = friday(either)
    assert service.note_outcome(either.services, "aino", token, "bad_moment", "", 60)
    texts = bool(either.services.settings.sms_sender)
    assert told(either, request) == ([("sms", MONDAY_EIGHT)] if texts else [])
    assert either.promise(request)["told"] is texts
    assert [row["kind"] for row in either.every(supervisor_item)] == ([] if texts else ["untold"])
