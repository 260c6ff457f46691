"""A closed house at night: the fault duty numbers, the alarm when nobody answers there, a promise, silence."""

from datetime import UTC, datetime

import pytest

from adapters.schema import callback_request, outbox, phone_number, supervisor_item, text_message, waiting_caller
from tests.support.services import Town
from tests.support.telephone import Telephone

SATURDAY_THREE = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
FIRST, SECOND, ALARM = "+358175550999", "+358175550997", "+358401555099"


@pytest.fixture
def telephone(town: Town) -> Telephone:
    town.clock.business = SATURDAY_THREE
    return Telephone.at(town)


def nobody_on_duty_answers(telephone: Telephone) -> str:
    telephone.rings()
    telephone.presses("1")
    assert FIRST in telephone.presses("3")
    assert SECOND in telephone.post(telephone.next_url(), DialCallStatus="no-answer")
    return telephone.post(telephone.next_url(), DialCallStatus="busy")


def test_an_urgent_fault_is_put_through_in_two_keys(town: Town, telephone: Telephone) -> None:
    telephone.rings()
    assert "yksi yksi kaksi" in telephone.presses("1")
    assert "<Number" in telephone.presses("3")


def test_when_nobody_on_duty_answers_the_alarm_is_kept_and_the_caller_speaks_after_the_tone(
    town: Town, telephone: Telephone
) -> None:
    said = nobody_on_duty_answers(telephone)
    assert "Vikapäivystys ei juuri nyt vastaa" in said
    assert "Olemme tehneet asiasta hälytyksen" in said
    assert "yksi yksi kaksi" in said
    assert "<Record" in said
    item = town.one(supervisor_item)
    assert (item["kind"], item["detail"], item["request_id"]) == ("duty_unanswered", "faults", None)
    assert town.one(phone_number, id=item["number_id"])["e164"] == telephone.number
    assert town.every(callback_request) == []


def test_the_alarm_is_texted_without_a_word_about_who_rang(texting_town: Town) -> None:
    texting_town.clock.business = SATURDAY_THREE
    nobody_on_duty_answers(Telephone.at(texting_town))
    text = texting_town.one(text_message)
    assert texting_town.one(phone_number, id=text["number_id"])["e164"] == ALARM
    assert text["body"] == "Kuopion kaupunki: Vikapäivystys ei vastannut asukkaan puheluun. Katso esihenkilön lista."
    assert texting_town.ordered("send_text") == [text["id"]]


def test_a_copy_of_the_webhook_and_the_next_caller_raise_no_second_alarm(texting_town: Town) -> None:
    texting_town.clock.business = SATURDAY_THREE
    first = Telephone.at(texting_town)
    said = nobody_on_duty_answers(first)
    last = first.heard.pop()
    assert first.post(first.next_url(), DialCallStatus="busy") == last == said
    nobody_on_duty_answers(Telephone.at(texting_town, sid="CA" + "2" * 32))
    assert len(texting_town.every(supervisor_item)) == 1
    nobody_on_duty_answers(Telephone.at(texting_town, "+358405550000", "CA" + "3" * 32))
    assert len(texting_town.every(supervisor_item)) == 2, "another resident is another matter"
    assert len(texting_town.every(text_message)) == 1


def test_without_a_sender_the_list_alone_is_told(town: Town, telephone: Telephone) -> None:
    nobody_on_duty_answers(telephone)
    assert town.items() == ["duty_unanswered"]
    assert town.every(text_message) == []


@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_whoever_has_talked_or_hung_up_raises_no_alarm(town: Town, telephone: Telephone, status: str) -> None:
    telephone.rings()
    telephone.presses("1")
    telephone.presses("3")
    assert "<Hangup" in telephone.post(telephone.next_url(), DialCallStatus=status)
    assert town.every(supervisor_item) == []


def test_a_promise_is_to_be_had_at_night(town: Town, telephone: Telephone) -> None:
    telephone.rings()
    telephone.presses("1")
    for key in ("1", "1", "1", "1"):
        assert "<Gather" in telephone.presses(key)
    assert "Varmistusnumerosi" in telephone.presses("1")
    made = town.one(callback_request)
    assert (made["state"], made["topic"], made["kind"]) == ("requested", "housing", "slot")


def test_silence_in_a_closed_house_ends_with_when_it_opens_and_where_help_is(town: Town, telephone: Telephone) -> None:
    telephone.rings()
    telephone.presses("1")
    telephone.waits()
    goodbye = telephone.waits()
    assert "Avaamme" in goodbye
    assert "yksi yksi kaksi" in goodbye
    assert "<Hangup" in goodbye
    assert town.every(callback_request) == []


@pytest.mark.parametrize(
    "keys", [(), ("1",), ("1", "1"), ("1", "1", "1"), ("1", "1", "1", "1"), ("1", "2"), ("1", "3")]
)
def test_hanging_up_before_the_last_key_leaves_nothing_behind(
    town: Town, telephone: Telephone, keys: tuple[str, ...]
) -> None:
    telephone.rings()
    for key in keys:
        telephone.presses(key)
    telephone.send("/voice/status", CallStatus="completed", CallDuration="20")
    for table in (callback_request, waiting_caller, supervisor_item, text_message, outbox):
        assert town.every(table) == [], table.name
