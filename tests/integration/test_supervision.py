"""What a supervisor decides about a matter: done, told and noted with her name, or refused and nothing done."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from adapters.schema import agent, audit_event, callback_event, callback_request, desk_pause, offer, promise_told
from callbacks.model import Refused
from desks import wishes
from desks.supervision import deeds as supervision
from desks.supervision.choices import Choices, choices
from desks.supervision.deeds import NewTime
from tests.support.clock import TUESDAY
from tests.support.services import Town

REASON = "sovittu puhelimessa"
AT_WORK = ("dialing", "connected")


@pytest.fixture
def sirpa(town: Town) -> str:
    return supervisor(town)


def supervisor(town: Town) -> str:
    name = town.agent("sirpa", ("housing", "advice"), ("fi", "sv"))
    with town.services.database.write() as tx:
        tx.connection.execute(update(agent).where(agent.c.id == name).values(role="supervisor"))
    return name


def deeds(town: Town) -> list[tuple[str, str, str | None]]:
    return [(row["who"], row["deed"], row["detail"]) for row in town.every(audit_event)]


def chosen(town: Town, request: str) -> Choices:
    found = choices(town.services, request, "fi")
    assert found is not None
    return found


def slot(town: Town, request: str) -> str:
    return next(one.code for one in chosen(town, request).times if one.room is not None)


def new_time(code: str, *, told: bool = False, interpreter: bool = False, reason: str = REASON) -> NewTime:
    return NewTime(code, told, interpreter, reason)


def whole(town: Town) -> tuple[list[Mapping[str, Any]], ...]:
    """Everything that a refused decision could have changed."""
    return tuple(town.every(table) for table in (callback_request, callback_event, offer, audit_event, promise_told))


# --- who rings ---------------------------------------------------------------------------------------------------


def test_another_desk_rings_in_the_same_window(town: Town, sirpa: str) -> None:
    request = town.request()
    before = town.promise(request)
    assert supervision.reassign(town.services, sirpa, request, "advice", None, REASON) is True
    after = town.promise(request)
    assert after["desk"] == "advice"
    assert (after["window_start_at"], after["window_end_at"]) == (before["window_start_at"], before["window_end_at"])
    assert deeds(town) == [("sirpa", "reassign", REASON)]
    town.agent("aino", ("advice",))
    assert town.offered("aino")


def test_one_agent_is_to_ring_first(town: Town, sirpa: str) -> None:
    town.agent("aino")
    request = town.request()
    assert supervision.reassign(town.services, sirpa, request, "housing", "aino", REASON) is True
    assert town.promise(request)["owner_id"] == "aino"
    assert town.promise(request)["desk"] == "housing"


def test_what_rings_at_an_agent_is_taken_back_first(town: Town, sirpa: str) -> None:
    town.agent("aino")
    request = town.request()
    token = town.offered("aino")
    assert supervision.reassign(town.services, sirpa, request, "advice", None, REASON) is True
    assert town.offer(token)["outcome"] == "withdrawn"
    assert town.promise(request)["desk"] == "advice"


@pytest.mark.parametrize(
    ("desk", "owner", "reason", "refused"),
    [
        ("nowhere", None, REASON, "desk"),
        ("county", None, REASON, "desk"),  # an outside number has no agents here
        ("housing", "bertil", REASON, "agent"),  # speaks no Finnish
        ("housing", "nobody", REASON, "agent"),
        ("advice", None, "", "reason"),
    ],
)
def test_nobody_rings_who_cannot(
    town: Town, sirpa: str, desk: str, owner: str | None, reason: str, refused: str
) -> None:
    town.agent("bertil", languages=("sv",))
    town.agent("aino")
    request = town.request()
    town.offered("aino")
    before = whole(town)
    assert supervision.reassign(town.services, sirpa, request, desk, owner, reason) == Refused(refused)
    assert whole(town) == before


def test_a_desk_that_is_closed_when_the_interpreter_comes_takes_no_ring_from_anybody(town: Town, sirpa: str) -> None:
    town.agent("aino", ("extended",))
    request = town.request()
    evening = TUESDAY + timedelta(hours=10)  # 20.00: only evening advice is open
    assert wishes.with_interpreter(town.services, sirpa, request, evening, "Dari") is True
    town.clock.business = evening
    token = town.offered("aino")
    before = whole(town)
    assert supervision.reassign(town.services, sirpa, request, "housing", None, REASON) == Refused("closed")
    assert whole(town) == before
    assert town.offer(token)["state"] == "offered"


# --- when --------------------------------------------------------------------------------------------------------


def test_a_new_time_is_told_by_message(texting_town: Town) -> None:
    town = texting_town
    who, request = supervisor(town), town.request()
    assert supervision.change_window(town.services, who, request, new_time(slot(town, request))) is True
    row = town.promise(request)
    assert row["told"]
    assert row["window_start_at"] > town.clock.now()
    assert any(key.startswith("sms.moved") for key in town.texts())
    assert town.items() == []
    assert [one["via"] for one in town.every(promise_told, request_id=request)][-1] == "sms"
    assert deeds(town) == [("sirpa", "change_window", REASON)]


def test_a_new_time_that_cannot_be_told_is_listed_and_breaks_the_promise(town: Town, sirpa: str) -> None:
    request = town.request()
    assert supervision.change_window(town.services, sirpa, request, new_time(slot(town, request))) is True
    assert town.promise(request)["told"] is False
    assert town.items() == ["untold"]
    assert [one["verdict"] for one in town.every(promise_told, request_id=request)] == ["broken", None]


def test_a_new_time_that_she_has_told_herself_is_told(town: Town, sirpa: str) -> None:
    request = town.request()
    assert supervision.change_window(town.services, sirpa, request, new_time(slot(town, request), told=True)) is True
    assert town.promise(request)["told"]
    assert town.items() == []
    told = town.every(promise_told, request_id=request)
    assert [(one["via"], one["verdict"]) for one in told] == [("voice", "void"), ("agent", None)]


def test_an_interpreters_time_is_not_moved_silently(town: Town, sirpa: str) -> None:
    request = town.request()
    at = town.clock.now() + timedelta(hours=1)
    assert wishes.with_interpreter(town.services, sirpa, request, at, "Dari") is True
    before = whole(town)
    assert supervision.change_window(town.services, sirpa, request, new_time(slot(town, request))) == Refused(
        "interpreter"
    )
    assert whole(town) == before
    agreed = new_time(slot(town, request), interpreter=True, told=True)
    assert supervision.change_window(town.services, sirpa, request, agreed) is True


@pytest.mark.parametrize(("code", "reason", "refused"), [("1", REASON, "window"), ("", REASON, "window")])
def test_a_time_nobody_can_keep_is_refused(town: Town, sirpa: str, code: str, reason: str, refused: str) -> None:
    request = town.request()
    before = whole(town)
    assert supervision.change_window(town.services, sirpa, request, new_time(code, reason=reason)) == Refused(refused)
    no_reason = new_time(slot(town, request), reason="")
    assert supervision.change_window(town.services, sirpa, request, no_reason) == Refused("reason")
    assert whole(town) == before


def test_a_full_time_is_not_offered(town: Town, sirpa: str) -> None:
    request = town.request()
    full = slot(town, request)
    room = next(one.room for one in chosen(town, request).times if one.code == full)
    assert room
    for _ in range(room):
        other = town.request()
        assert supervision.change_window(town.services, sirpa, other, new_time(full)) is True
    assert full not in {one.code for one in chosen(town, request).times}
    assert supervision.change_window(town.services, sirpa, request, new_time(full)) == Refused("window")


def test_an_urgent_matter_may_have_a_full_time(town: Town, sirpa: str) -> None:
    request = town.request("water")
    first = slot(town, request)
    room = next(one.room for one in chosen(town, request).times if one.code == first)
    assert room
    for _ in range(room):
        other = town.request("water")
        assert supervision.change_window(town.services, sirpa, other, new_time(first)) is True
    assert slot(town, request) == first
    assert supervision.change_window(town.services, sirpa, request, new_time(first)) is True


def unreached(town: Town) -> str:
    """Rung three times in vain."""
    town.agent("aino")
    request = town.request()
    for n in range(10):
        if town.promise(request)["state"] == "unreached":
            return request
        token = town.offered("aino")
        town.accept(token, f"CA{n:032x}")
        town.act(lambda talk, token=token: talk.ring_over(token, "no-answer"))  # type: ignore[misc]
        town.act(lambda talk, token=token: talk.agent_leg_ended(token, "completed"))  # type: ignore[misc]
        town.clock.business = town.promise(request)["due_at"]
    raise AssertionError("never unreached")


def test_what_was_not_reached_is_rung_again(town: Town, sirpa: str) -> None:
    request = unreached(town)
    assert town.items() == ["unreached"]
    again = new_time(chosen(town, request).times[0].code, told=True)
    assert supervision.change_window(town.services, sirpa, request, again) is True
    row = town.promise(request)
    assert (row["state"], row["attempts"]) == ("requested", 0)
    assert town.items() == []


# --- that nobody does --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "state"),
    [("answered", "done"), ("withdrawn", "cancelled"), ("duplicate", "cancelled"), ("not_ours", "cancelled")],
)
def test_a_matter_is_closed_for_a_reason(town: Town, sirpa: str, reason: str, state: str) -> None:
    request = town.request()
    assert supervision.close(town.services, sirpa, request, reason, "kirje lähti") is True
    row = town.promise(request)
    assert (row["state"], row["outcome"]) == (state, reason)
    assert deeds(town) == [("sirpa", "close", reason)]
    assert [row["note"] for row in town.every(callback_event, request_id=request)][-1] == "kirje lähti"
    assert supervision.close(town.services, sirpa, request, reason, "") is False


@pytest.mark.parametrize("reason", ["answered", "withdrawn"])
def test_what_was_not_reached_is_closed_and_leaves_the_list(town: Town, sirpa: str, reason: str) -> None:
    request = unreached(town)
    assert supervision.close(town.services, sirpa, request, reason, "") is True
    assert town.promise(request)["closed_at"] is not None
    assert town.items() == []


def test_a_reason_nobody_knows_closes_nothing(town: Town, sirpa: str) -> None:
    request = town.request()
    before = whole(town)
    assert supervision.close(town.services, sirpa, request, "because", "") == Refused("close_reason")
    assert whole(town) == before


def test_a_running_talk_is_left_alone(town: Town, sirpa: str) -> None:
    town.agent("aino")
    request = town.request()
    token = town.talking()
    before = whole(town)
    assert supervision.close(town.services, sirpa, request, "answered", "") is False
    assert supervision.reassign(town.services, sirpa, request, "advice", None, REASON) is False
    assert supervision.change_window(town.services, sirpa, request, new_time(slot(town, request))) is False
    assert whole(town) == before
    assert town.offer(token)["state"] == "connected"


# --- a whole desk ------------------------------------------------------------------------------------------------


def test_a_desk_is_paused_until_it_is_resumed(town: Town, sirpa: str) -> None:
    town.agent("aino")
    town.request()
    until = town.clock.now() + timedelta(hours=1)
    assert not isinstance(supervision.pause(town.services, sirpa, "housing", REASON, until), Refused)
    assert town.deal() == 0
    assert supervision.resume(town.services, sirpa, "housing") is True
    assert town.deal() == 1
    assert [deed for _, deed, _ in deeds(town)] == ["pause", "resume"]
    assert supervision.resume(town.services, sirpa, "housing") is False


@pytest.mark.parametrize(
    ("reason", "hours", "refused"), [("", 1, "reason"), (REASON, -1, "until"), (REASON, 999, "until")]
)
def test_a_pause_needs_a_reason_and_an_end_ahead(town: Town, sirpa: str, reason: str, hours: int, refused: str) -> None:
    until = town.clock.now() + timedelta(hours=hours)
    assert supervision.pause(town.services, sirpa, "housing", reason, until) == Refused(refused)
    assert town.every(desk_pause) == []
    assert deeds(town) == []
