"""Rung when an interpreter is there: what dealing, closing time and repairs make of it."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.schema import callback_event, promise_told, supervisor_item, text_message
from callbacks.model import Refused
from callbacks.service import Promises
from desks import wishes
from desks.line import dispatch
from desks.supervision import deeds as supervision
from desks.supervision.choices import choices
from desks.view.desk import desk_view
from queue_workers import after_hours
from tests.support.clock import TUESDAY
from tests.support.services import Town

AT_ELEVEN = TUESDAY + timedelta(hours=1)
EVENING = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)  # 20.00 in Helsinki: only the extended-hours desk is open
NIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def events(town: Town, request_id: str) -> list[str]:
    return [str(row["event"]) for row in town.every(callback_event, request_id=request_id)]


def later(town: Town, minutes: float) -> None:
    """Business time goes on; agents' signs of life, in machine time, stay fresh."""
    town.clock.business += timedelta(minutes=minutes)


def test_the_window_is_exactly_that_quarter_and_never_earlier(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    given = AT_ELEVEN + timedelta(minutes=7, seconds=12)
    assert wishes.with_interpreter(town.services, "aino", request, given, " Dari, Tulkkikeskus ") is True
    row = town.promise(request)
    assert (row["due_at"], row["window_start_at"]) == (AT_ELEVEN, AT_ELEVEN)
    assert row["window_end_at"] == AT_ELEVEN + timedelta(minutes=15)
    assert (row["kind"], row["interpreter"], row["desk"]) == ("slot", "Dari, Tulkkikeskus", "housing")
    later(town, 59 + 59 / 60)
    assert town.deal() == 0
    later(town, 1 / 60)
    assert town.deal() == 1


def test_it_goes_before_those_who_came_earlier(town: Town) -> None:
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    for _ in range(3):
        town.caller()
    later(town, 60)
    town.agent("aino")
    token = town.offered("aino")
    assert (town.offer(token)["request_id"], town.offer(token)["clause"]) == (request, "needed")


def test_a_new_time_that_cannot_be_told_is_a_persons_to_tell(town: Town) -> None:
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    assert town.promise(request)["told"] is False
    assert [item["kind"] for item in town.every(supervisor_item, request_id=request)] == ["untold"]


def test_a_new_time_is_told_by_one_text(texting_town: Town) -> None:
    request = texting_town.request()
    wishes.with_interpreter(texting_town.services, "aino", request, AT_ELEVEN, "Dari")
    assert texting_town.promise(request)["told"] is True
    assert texting_town.every(supervisor_item) == []
    moved = [row for row in texting_town.every(text_message) if str(row["key"]).startswith("sms.moved")]
    assert len(moved) == 1
    assert "klo 11-11.15" in str(moved[0]["body"])


def test_who_wanted_a_letter_is_promised_the_interpreters_time(texting_town: Town) -> None:
    town = texting_town
    request = town.request()
    assert wishes.answer_by(town.services, "aino", request, "text")
    assert wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari") is True
    row = town.promise(request)
    assert (row["contact"], row["told"], row["window_start_at"]) == ("ring", True, AT_ELEVEN)
    [open_one] = town.every(promise_told, request_id=request, verdict=None)
    assert (open_one["via"], open_one["window_start_at"]) == ("sms", AT_ELEVEN)


def test_who_wants_a_letter_is_given_no_time_by_a_page_that_was_open_before(town: Town) -> None:
    sirpa, request = town.agent("sirpa"), town.request()
    shown = choices(town.services, request, "fi")
    assert shown is not None
    assert wishes.answer_by(town.services, sirpa, request, "text")
    before = (town.promise(request), events(town, request), town.every(promise_told))
    stale = supervision.NewTime(shown.times[0].code, told=False, interpreter=False, reason="-")
    assert supervision.change_window(town.services, sirpa, request, stale) is False
    assert (town.promise(request), events(town, request), town.every(promise_told)) == before


def test_agreed_in_the_talk_it_is_told_and_the_agent_is_free(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari") is True
    row = town.promise(request)
    assert (row["state"], row["told"], row["due_at"], row["interpreter"]) == ("requested", True, AT_ELEVEN, "Dari")
    assert (town.offer(token)["state"], town.offer(token)["outcome"]) == ("ended", "bad_moment")
    assert events(town, request)[-1] == "missed"
    assert town.every(supervisor_item) == []


def test_nobody_else_agrees_a_time_in_her_talk(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    town.talking()
    assert wishes.with_interpreter(town.services, "bertil", request, AT_ELEVEN, "Dari") is False
    assert town.promise(request)["interpreter"] is None


@pytest.mark.parametrize(
    ("at", "name", "why"),
    [
        (AT_ELEVEN, "   ", "name"),
        (TUESDAY - timedelta(minutes=15), "Dari", "past"),
        (TUESDAY + timedelta(days=61), "Dari", "far"),
        (NIGHT, "Dari", "closed"),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused(town: Town, at: datetime, name: str, why: str) -> None:
    request = town.request()
    before = dict(town.promise(request))
    assert wishes.with_interpreter(town.services, "aino", request, at, name) == Refused(why)
    assert dict(town.promise(request)) == before


def test_in_the_evening_the_extended_hours_desk_rings(town: Town) -> None:
    request = town.request()
    assert wishes.with_interpreter(town.services, "aino", request, EVENING, "Dari") is True
    town.agent("eeva", desks=("extended",))
    town.clock.business = EVENING
    assert town.promise(request)["desk"] == "extended"
    assert town.deal() == 1


def test_a_missed_ring_is_not_repeated_without_the_interpreter(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    later(town, 60)
    token = town.offered("aino")
    town.accept(token)
    town.act(lambda c: c.ring_over(token, "no-answer"))
    later(town, 45)
    assert town.deal() == 0
    assert desk_view(town.services, "aino").line.due == 0
    for _ in range(2):
        wishes.unkept_interpreters(town.services)
    assert [item["kind"] for item in town.every(supervisor_item, request_id=request, kind="interpreter")] == [
        "interpreter"
    ]


def test_nobody_is_rung_when_the_interpreter_has_gone(town: Town) -> None:
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    later(town, 60 + 15)
    town.agent("aino")
    assert town.deal() == 0
    assert desk_view(town.services, "aino").line.due == 0


def test_a_quarter_that_went_by_is_on_the_list_and_moved_by_nobody(town: Town) -> None:
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    assert wishes.unkept_interpreters(town.services) == 0
    for moment in (EVENING, NIGHT):
        town.clock.business = moment
        after_hours.settle(town.services)
        wishes.unkept_interpreters(town.services)
    row = town.promise(request)
    assert (row["due_at"], row["desk"]) == (AT_ELEVEN, "housing")
    assert len(town.every(supervisor_item, request_id=request, kind="interpreter")) == 1


def test_a_new_time_takes_it_off_the_list(town: Town) -> None:
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    later(town, 90)
    wishes.unkept_interpreters(town.services)
    again = AT_ELEVEN + timedelta(hours=2)
    assert wishes.with_interpreter(town.services, "aino", request, again, "Dari") is True
    open_ones = [r for r in town.every(supervisor_item, kind="interpreter") if r["closed_at"] is None]
    assert open_ones == []
    assert wishes.unkept_interpreters(town.services) == 0


def test_without_an_interpreter_it_is_rung_like_any_other(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    later(town, 90)
    wishes.unkept_interpreters(town.services)
    assert wishes.without_interpreter(town.services, "aino", request)
    row = town.promise(request)
    assert row["interpreter"] is None
    assert row["window_start_at"] > town.clock.now()
    town.clock.business = row["window_start_at"]
    assert dispatch.deal(town.services) == 1


def test_who_takes_another_time_herself_is_rung_then(town: Town) -> None:
    """The resident moves it by telephone: the time is hers, and a person sees to the interpreter."""
    town.agent("aino")
    request = town.request()
    wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari")
    found = town.within(lambda tx: Promises(town.services, tx, town.rules).window("housing", "fi", "", None))
    assert town.within(lambda tx: Promises(town.services, tx, town.rules).move(request, found[1], "caller"))
    wishes.unkept_interpreters(town.services)
    assert [item["kind"] for item in town.every(supervisor_item, kind="interpreter")] == ["interpreter"]
    town.clock.business = found[1].start
    assert town.deal() == 1
