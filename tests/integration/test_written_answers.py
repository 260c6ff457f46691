"""Answered in writing: what dealing, closing time, a talk and its outcome make of it."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.schema import callback_event, supervisor_item, text_message
from callbacks.store import taken
from desks import wishes
from desks.queue.messages import not_rung
from desks.service import note_outcome
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


def test_who_wants_it_in_writing_is_never_dealt_and_never_counted(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    assert wishes.answer_by(town.services, "aino", request, "text")
    later(town, 50)
    assert town.deal() == 0
    assert desk_view(town.services, "aino").line.due == 0
    with town.services.database.read() as connection:
        assert taken(connection, "housing", "fi", TUESDAY) == {}


def test_set_back_to_ring_it_is_dealt_at_its_old_place(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    wishes.answer_by(town.services, "aino", request, "text")
    assert wishes.answer_by(town.services, "aino", request, "ring")
    assert town.deal() == 1


def test_set_back_after_its_window_it_gets_a_new_time_that_is_told_or_listed(town: Town) -> None:
    request = town.request()
    wishes.answer_by(town.services, "aino", request, "text")
    later(town, 90)
    assert wishes.answer_by(town.services, "aino", request, "ring")
    row = town.promise(request)
    assert row["window_start_at"] > town.clock.now()
    assert row["told"] is False
    assert [item["kind"] for item in town.every(supervisor_item, request_id=request)] == ["untold"]


def test_a_ringing_offer_is_taken_back_and_the_matter_stays_away(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    assert wishes.answer_by(town.services, "aino", request, "text")
    assert (town.offer(token)["state"], town.offer(token)["outcome"]) == ("ended", "withdrawn")
    assert town.deal() == 0
    assert "<Number" not in town.accept(token), "a telephone that answers late rings nobody"


def test_noted_in_a_talk_it_holds_after_the_next_miss(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert wishes.answer_by(town.services, "aino", request, "text")
    assert town.offer(token)["state"] == "connected", "the talk goes on"
    assert note_outcome(town.services, "aino", token, "bad_moment", minutes=30)
    later(town, 40)
    town.agent("bertil")
    assert town.deal() == 0
    assert town.promise(request)["state"] == "requested"


def test_a_talk_that_ends_with_a_letter_owed_leaves_it_on_the_list(town: Town) -> None:
    """Noted in the talk and then closed as handled: the talk is, the written answer is not."""
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert wishes.answer_by(town.services, "aino", request, "text")
    assert note_outcome(town.services, "aino", token, "done", "wants it by post")
    assert (town.offer(token)["state"], town.offer(token)["outcome"]) == ("ended", "done")
    row = town.promise(request)
    assert (row["state"], row["contact"]) == ("requested", "text")
    assert [one.request_id for one in not_rung(town.services, None, "fi").in_writing] == [request]
    later(town, 90)
    assert town.deal() == 0
    assert wishes.handled(town.services, "aino", request, "sent")
    assert town.promise(request)["state"] == "done"


def test_who_wants_it_in_writing_is_not_texted_that_we_will_ring(texting_town: Town) -> None:
    town = texting_town
    town.agent("aino")
    request = town.request()
    token = town.talking()
    assert wishes.answer_by(town.services, "aino", request, "text")
    assert note_outcome(town.services, "aino", token, "bad_moment", minutes=30)
    assert [row["key"] for row in town.every(text_message, request_id=request)] == ["sms.promise"]
    assert town.promise(request)["state"] == "requested"


def test_closing_time_does_not_turn_a_written_answer_into_a_ring(town: Town) -> None:
    town.agent("aino", desks=("extended",))
    request = town.request()
    wishes.answer_by(town.services, "aino", request, "text")
    before = dict(town.promise(request))
    for moment in (EVENING, NIGHT):
        town.clock.business = moment
        after_hours.settle(town.services)
    assert dict(town.promise(request)) == before


@pytest.mark.parametrize("way", ["", "letter", "RING"])
def test_no_other_way_is_known(town: Town, way: str) -> None:
    request = town.request()
    assert wishes.answer_by(town.services, "aino", request, way) is False
    assert events(town, request) == ["request"]


def test_what_is_over_takes_no_wish(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    note_outcome(town.services, "aino", town.talking(), "done")
    assert wishes.answer_by(town.services, "aino", request, "text") is False
    assert wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari") is False
    assert wishes.without_interpreter(town.services, "aino", request) is False
