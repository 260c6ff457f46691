"""Whole calls through the signed webhooks: the line, the wish, the promise, doubled copies, closing time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from adapters.schema import call, call_draft, callback_request, receipt
from desks.store import CALLER
from ivr.step_url import Step, url_of
from queue_workers import after_hours
from tests.support.services import Town
from tests.support.telephone import Telephone

CLOSES = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
LAST_CLOSES = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)


def into_the_line(telephone: Telephone, language: str = "1") -> str:
    """To rented homes; what is heard last is the way into the line."""
    telephone.rings()
    for key in (language, "1", "1"):
        telephone.presses(key)
    return telephone.heard[-1]


def test_from_the_greeting_into_the_line_and_to_the_agent(town: Town) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    assert "<Enqueue" in into_the_line(telephone)
    left = telephone.next_url()
    waiting = telephone.post(telephone.wait_url())
    assert "<Gather" in waiting
    token = town.offered("aino")
    town.accept(token)
    assert "<Leave" in telephone.post(telephone.next_url())
    assert f"m-{town.offer(token)['caller_id']}" in telephone.post(left, QueueResult="leave")
    assert town.offer(token)["state"] == "connected"
    assert "<Hangup" in telephone.post(telephone.next_url(), DialCallStatus="completed")


def test_who_says_nothing_is_led_to_the_general_desks_line(town: Town) -> None:
    """Silence leads to a person, in Finnish."""
    town.agent("aino", desks=("advice",))
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.waits()
    assert "<Enqueue" in telephone.waits()
    assert [(row["topic"], row["language"], row["state"]) for row in town.every(CALLER)] == [
        ("general", "fi", "waiting")
    ]
    assert "<Gather" in telephone.post(telephone.wait_url())


def test_a_wish_in_the_line_becomes_a_promise_that_keeps_the_place(town: Town) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    into_the_line(telephone)
    left = telephone.next_url()
    telephone.post(telephone.wait_url())
    assert "<Leave" in telephone.presses("1")
    [stay] = town.every(CALLER)
    assert (stay["state"], town.deal()) == ("wishes", 0)
    assert "<Gather" in telephone.post(left, QueueResult="leave")  # the number is read back
    told = telephone.presses("1")
    assert "<Hangup" in told
    [promise] = town.every(callback_request)
    assert (promise["state"], promise["kind"], promise["line_time_at"]) == ("requested", "asap", stay["line_time_at"])
    assert town.stay(stay["id"])["state"] == "promised"
    assert town.deal() == 0, "who still hears the promise told would be busy"
    telephone.send("/voice/status", CallStatus="completed", CallDuration="90")
    assert town.deal() == 1


def test_a_wish_that_is_not_confirmed_leads_back_to_the_old_place(town: Town) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    into_the_line(telephone)
    left = telephone.next_url()
    telephone.post(telephone.wait_url())
    telephone.presses("1")
    telephone.post(left, QueueResult="leave")
    telephone.waits()
    assert "<Enqueue" in telephone.waits()  # silent twice: no request without a confirmed key
    [stay] = town.every(CALLER)
    assert (stay["state"], town.every(callback_request)) == ("waiting", [])


def test_a_withheld_number_is_keyed_in_and_forgotten_with_the_call(town: Town) -> None:
    telephone = Telephone.at(town, number="anonymous")
    telephone.rings()
    for key in ("1", "1", "1"):
        telephone.presses(key)
    asked = telephone.presses("1")  # nobody is on duty: a time is offered, and the number asked for
    assert 'finishOnKey="#"' in asked
    telephone.presses("0405556667")
    telephone.presses("1")
    [promise] = town.every(callback_request)
    assert promise["keyed_in"] is True
    assert len(town.every(call_draft)) == 1
    assert telephone.send("/voice/status", CallStatus="completed", CallDuration="80").status_code == 204
    assert town.every(call_draft) == []
    assert town.one(call, call_sid=telephone.sid)["number_id"] is None


@pytest.mark.parametrize("keys", ["112", "0600123456", "123", "358175550100", "0175550100", "9" * 30, "00"])
def test_a_keyed_in_number_that_may_not_be_rung_is_asked_for_again(town: Town, keys: str) -> None:
    telephone = Telephone.at(town, number="anonymous")
    telephone.rings()
    for key in ("1", "1", "1", "1"):
        telephone.presses(key)
    assert 'finishOnKey="#"' in telephone.presses(keys)
    assert town.every(callback_request) == []


def test_two_copies_of_a_confirmation_at_once_make_one_promise(town: Town) -> None:
    app_telephone = Telephone.at(town)
    for n in range(6):
        telephone = Telephone(app_telephone.client, f"+35840555{1000 + n}", f"CA{0x500 + n:032x}")
        telephone.rings()
        for key in ("1", "1", "1", "1"):
            telephone.presses(key)
        url = telephone.next_url()
        copies = [
            Telephone(app_telephone.client.application.test_client(), telephone.number, telephone.sid) for _ in "ab"
        ]
        barrier = threading.Barrier(2)

        def confirm(copy: Telephone, url: str = url, barrier: threading.Barrier = barrier) -> None:
            barrier.wait()
            copy.post(url, Digits="1")

        threads = [threading.Thread(target=confirm, args=(copy,)) for copy in copies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(copies[0].heard) == 1
        assert copies[0].heard == copies[1].heard
        assert len(town.every(callback_request, origin_call_sid=telephone.sid)) == 1
        assert telephone.post(url, Digits="1") == copies[0].heard[0]  # late, too


def test_two_copies_of_the_way_into_the_line_make_one_stay(town: Town) -> None:
    town.agent("aino")
    first = Telephone.at(town)
    for n in range(6):
        telephone = Telephone(first.client, first.number, f"CA{0x600 + n:032x}")
        telephone.rings()
        for key in ("1", "1"):
            telephone.presses(key)
        url = telephone.next_url()
        copies = [Telephone(first.client.application.test_client(), telephone.number, telephone.sid) for _ in "abc"]
        threads = [threading.Thread(target=copy.post, args=(url,), kwargs={"Digits": "1"}) for copy in copies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({copy.heard[-1] for copy in copies}) == 1
        assert len(town.every(CALLER, call_sid=telephone.sid)) == 1


def test_an_effect_after_the_call_has_ended_changes_nothing(town: Town) -> None:
    telephone = Telephone.at(town)
    telephone.rings()
    for key in ("1", "1", "1", "1"):
        telephone.presses(key)
    url = telephone.next_url()
    telephone.send("/voice/status", CallStatus="completed", CallDuration="30")
    assert "<Hangup" in telephone.post(url, Digits="1")
    assert town.every(callback_request) == []
    assert town.every(receipt) == []


def test_a_step_that_is_repeated_without_an_effect_leaves_nothing(town: Town) -> None:
    telephone = Telephone.at(town)
    telephone.rings()
    url = telephone.next_url()
    for _ in range(3):
        telephone.post(url, Digits="1")
    assert (town.every(receipt), town.every(call)) == ([], [])


@pytest.mark.parametrize("result", ["error", "queue-full", "system-error"])
def test_a_broken_queue_leads_to_another_way(town: Town, result: str) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    into_the_line(telephone)
    assert "<Gather" in telephone.post(telephone.next_url(), QueueResult=result)
    assert [row["state"] for row in town.every(CALLER)] == ["left"]
    telephone.presses("1")  # a time was offered: it can be had, too
    assert "<Hangup" in telephone.presses("1")
    assert [row["topic"] for row in town.every(callback_request)] == ["housing"]


def test_hanging_up_in_the_line_ends_the_stay(town: Town) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    into_the_line(telephone)
    telephone.post(telephone.next_url(), QueueResult="hangup")
    assert [row["state"] for row in town.every(CALLER)] == ["left"]


def test_news_that_come_twice_and_late_are_taken_once(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.offered("aino")
    town.accept(token)
    telephone = Telephone.at(town, sid="CA" + "9" * 32)
    leg = f"/voice/leg?k={token}&w=resident"
    for status, sequence in (("ringing", 1), ("in-progress", 2), ("in-progress", 2), ("ringing", 1), ("completed", 3)):
        assert telephone.send(leg, CallStatus=status, SequenceNumber=str(sequence)).status_code == 204
    assert town.offer(token)["state"] == "wrapup"
    assert telephone.send(leg, CallStatus="no-answer", SequenceNumber="4").status_code == 204
    assert town.offer(token)["state"] == "wrapup"


# --- closing time as the caller hears it --------------------------------------------------------------------------


def _waiting_at_closing(town: Town) -> Telephone:
    town.clock.business = CLOSES - timedelta(minutes=10)
    town.agent("aino")
    town.agent("ilta", desks=("extended",))
    telephone = Telephone.at(town)
    into_the_line(telephone)
    left = telephone.next_url()
    town.clock.business = CLOSES + timedelta(minutes=11)
    after_hours.settle(town.services)
    telephone.post(telephone.wait_url())
    assert "<Gather" in telephone.post(left, QueueResult="leave")
    return telephone


def test_silence_at_closing_time_means_the_evening_desk(town: Town) -> None:
    telephone = _waiting_at_closing(town)
    assert "<Enqueue" in telephone.waits()
    rows = {row["state"]: row for row in town.every(CALLER)}
    assert set(rows) == {"moved", "waiting"}
    assert rows["waiting"]["desk"] == "extended"
    assert rows["waiting"]["line_time_at"] == rows["moved"]["line_time_at"]


def test_the_department_tomorrow_is_promised_with_its_own_window(town: Town) -> None:
    telephone = _waiting_at_closing(town)
    telephone.presses("2")
    assert "<Hangup" in telephone.presses("1")
    [promise] = town.every(callback_request)
    assert (promise["desk"], promise["due_at"]) == ("housing", datetime(2026, 11, 25, 6, 0, tzinfo=UTC))
    assert [row["state"] for row in town.every(CALLER)] == ["promised"]


def test_when_the_last_desk_closes_everyone_holds_a_promise(town: Town) -> None:
    town.clock.business = LAST_CLOSES - timedelta(minutes=10)
    town.agent("ilta", desks=("extended",))
    telephone = Telephone.at(town)
    into_the_line(telephone)
    left = telephone.next_url()
    town.clock.business = LAST_CLOSES + timedelta(minutes=11)
    after_hours.settle(town.services)
    heard = telephone.post(left, QueueResult="leave")
    assert "<Hangup" in heard
    assert "Ilta- ja viikonloppuneuvonta sulkeutuu nyt." in heard
    [promise] = town.every(callback_request)
    assert promise["due_at"] == datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
    assert [row["state"] for row in town.every(CALLER)] == ["promised"]


def test_who_is_promised_a_call_hears_the_name_of_the_desk_that_closes_where_no_other_is_staffed(town: Town) -> None:
    town.clock.business = CLOSES - timedelta(minutes=10)
    town.agent("aino")
    telephone = Telephone.at(town)
    into_the_line(telephone)
    left = telephone.next_url()
    town.clock.business = CLOSES + timedelta(minutes=11)
    after_hours.settle(town.services)
    assert "Asumisen palvelu sulkeutuu nyt. Soitamme sinulle" in telephone.post(left, QueueResult="leave")


def test_another_calls_stay_cannot_be_taken_over_by_its_url(town: Town) -> None:
    """The stay belongs to the call that made it."""
    town.agent("aino")
    line = town.caller()
    stranger = Telephone.at(town, sid="CA" + "e" * 32)
    step = Step("left", language="fi", topic="housing", version=1, arrived=1, nonce="x", line=line)
    stranger.post(url_of("", step), QueueResult="hangup")
    assert town.stay(line)["state"] == "waiting"
