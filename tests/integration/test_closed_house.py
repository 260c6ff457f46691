"""A closed house at night: the fault duty number, and what is offered when nobody answers there."""

from datetime import UTC, datetime

from adapters.schema import callback_request
from tests.support.services import Town
from tests.support.telephone import Telephone

SATURDAY_THREE = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)


def test_an_urgent_fault_is_put_through_in_two_keys(town: Town) -> None:
    town.clock.business = SATURDAY_THREE
    telephone = Telephone.at(town)
    telephone.rings()
    assert "yksi yksi kaksi" in telephone.presses("1")
    assert "<Number" in telephone.presses("3")


def test_a_duty_desk_that_does_not_answer_is_named_and_a_promise_is_still_to_be_had(town: Town) -> None:
    town.clock.business = SATURDAY_THREE
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.presses("3")
    said = telephone.post(telephone.next_url(), DialCallStatus="no-answer")
    assert "Vikapäivystys ei juuri nyt vastaa" in said
    telephone.presses("1")
    assert "Varmistusnumerosi" in telephone.presses("1")
    made = town.one(callback_request)
    assert (made["state"], made["topic"], made["kind"]) == ("requested", "general", "slot")


def test_silence_in_a_closed_house_ends_with_when_it_opens_and_where_help_is(town: Town) -> None:
    town.clock.business = SATURDAY_THREE
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.waits()
    goodbye = telephone.waits()
    assert "Avaamme" in goodbye
    assert "yksi yksi kaksi" in goodbye
    assert "<Hangup" in goodbye
    assert town.every(callback_request) == []
