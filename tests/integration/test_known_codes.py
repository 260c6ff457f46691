"""Sensitive matters and their codes, "did you really ring me?", and two persons on one telephone."""

from datetime import timedelta

import pytest

from adapters.schema import code_try, outbox, receipt
from callbacks import store
from desks.store import OFFERED
from tests.support.known import NUMBER, asks, call, events, named, reaches, requests
from tests.support.services import Town
from tests.support.telephone import Telephone

OTHERS = "+358409998877"


# --- sensitive matters and codes -------------------------------------------------------------------------------------


def test_a_sensitive_matter_is_told_by_its_time_alone(town: Town) -> None:
    asks(town, "employment")
    telephone = call(town)
    assert "Olemme luvanneet soittaa sinulle tänään" in telephone.heard[-1]
    assert "voimassa" in telephone.presses("1")
    assert not named(telephone.heard, "employment", town)


@pytest.mark.parametrize(("wish", "then", "event"), [("2", "1", "move"), ("3", "1", "call_off")])
def test_a_sensitive_matter_is_changed_with_its_code(town: Town, wish: str, then: str, event: str) -> None:
    request = asks(town, "employment")
    telephone = call(town)
    assert "varmistusnumero" in telephone.presses(wish)
    telephone.presses(other_code(town.promise(request)["code"]))
    assert "Varmistusnumero ei täsmää." in telephone.heard[-1]
    assert events(town, request) == ["request"]
    telephone.presses(town.promise(request)["code"])
    telephone.presses(then)
    assert events(town, request) == ["request", event]
    assert not named(telephone.heard, "employment", town)


def test_the_code_of_another_request_opens_nothing(town: Town) -> None:
    request, other = asks(town, "employment"), asks(town, "housing", window="3")
    telephone = call(town)
    telephone.presses("3")
    assert "ei täsmää" in telephone.presses(town.promise(other)["code"])
    assert events(town, request) == ["request"]


def test_five_wrong_codes_in_a_call_are_the_last(town: Town) -> None:
    request = asks(town, "employment")
    code = town.promise(request)["code"]
    telephone = call(town)
    telephone.presses("3")
    for _ in range(5):
        assert "ei täsmää" in telephone.presses(other_code(code))
    assert "liian monta kertaa" in telephone.presses(code)
    assert "/step/topic" in telephone.next_url()
    assert events(town, request) == ["request"]
    assert len(town.every(code_try)) == 5


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


# --- "did you really ring me?" -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [OTHERS, "anonymous", "+266696687", "+46701234567"])
def test_a_code_is_confirmed_only_to_the_telephone_it_was_given_to(town: Town, number: str) -> None:
    request = asks(town)
    code = town.promise(request)["code"]
    telephone = call(town, number, "2")
    assert "kontrollnummer" in telephone.presses("9")
    answer = telephone.presses(code)  # a swindler may have got a code of her own, and told it to her victim
    assert "Ja." not in answer
    assert "hör till ett annat telefonnummer" in answer
    assert "aldrig efter bankkoder" in answer
    telephone.presses("9")
    assert "Nej. Det här kontrollnumret är inte stadens." in telephone.presses(other_code(code))
    told = "".join(telephone.heard[2:])
    assert "boendeärende" not in told
    assert "klockan" not in told


def test_the_matters_own_number_may_move_and_cancel_after_its_code(town: Town) -> None:
    request = asks(town, "employment")
    telephone = call(town)
    telephone.presses("4")
    telephone.presses("9")
    answer = telephone.presses(town.promise(request)["code"])
    assert "Kyllä." in answer
    assert "/step/known" in telephone.next_url()
    telephone.presses("3")
    assert "on peruttu" in telephone.presses("1")
    assert events(town, request) == ["request", "call_off"]
    assert not named(telephone.heard[2:], "employment", town)


@pytest.mark.parametrize(("days", "answer"), [(13, "Kyllä."), (15, "Ei.")])
def test_a_matter_that_is_over_is_ours_for_a_fortnight(town: Town, days: int, answer: str) -> None:
    request = asks(town)
    telephone = call(town)
    telephone.presses("3")
    telephone.presses("1")
    town.clock.business += timedelta(days=days)
    later = call(town)
    later.presses("9")
    assert answer in later.presses(town.promise(request)["code"])


def tries(town: Town, number: str, count: int) -> list[str]:
    """So many codes from one number, five a call; each answer."""
    answers = []
    for at in range(count):
        if at % 5 == 0:
            telephone = call(town, number)
        telephone.presses("9")
        answers.append(telephone.presses("000000"))
    return answers


def test_ten_codes_an_hour_from_one_number(town: Town) -> None:
    answers = tries(town, OTHERS, 12)
    assert ["liian monta" in answer for answer in answers] == [False] * 10 + [True] * 2
    town.clock.pass_(minutes=61)
    assert "liian monta" not in tries(town, OTHERS, 1)[0]


def test_sixty_codes_an_hour_from_all_withheld_numbers_together(texting_town: Town) -> None:
    town = texting_town
    answers = tries(town, "anonymous", 58) + tries(town, "+46701234567", 3)
    assert ["liian monta" in answer for answer in answers] == [False] * 60 + [True]
    assert "liian monta" not in tries(town, OTHERS, 1)[0]


def test_the_same_try_twice_is_counted_once(town: Town) -> None:
    telephone = call(town, OTHERS)
    telephone.presses("9")
    url = telephone.next_url()
    assert telephone.post(url, Digits="123456") == telephone.post(url, Digits="123456")
    assert len(town.every(code_try)) == 1


@pytest.mark.parametrize("keys", ["12345", "1234567", "12*456", "#"])
def test_what_is_no_code_is_not_counted(town: Town, keys: str) -> None:
    telephone = call(town, OTHERS)
    telephone.presses("9")
    telephone.presses(keys)
    assert town.every(code_try) == []
    assert town.every(receipt) == []


# --- the same matter, or another person --------------------------------------------------------------------------


def to_the_question(town: Town, topic: str = "housing", language: str = "1") -> Telephone:
    telephone = call(town, language=language)
    telephone.presses("4")
    reaches(telephone, topic)
    telephone.presses("1")
    telephone.presses("1")
    return telephone


def test_the_same_matter_again_is_joined_and_said_so(town: Town) -> None:
    request = asks(town)
    telephone = to_the_question(town)
    assert "Sinulla on jo soittopyyntö tästä asiasta." in telephone.heard[-1]
    assert len(requests(town)) == 1
    told = telephone.presses("1")
    assert "Sinulla on jo soittopyyntö samasta asiasta. Se on voimassa." in told
    assert [row["id"] for row in requests(town)] == [request]


def test_another_person_on_the_same_telephone_has_a_request_of_her_own(town: Town) -> None:
    asks(town)
    for persons in ([1, 2], [1, 2, 3]):
        telephone = to_the_question(town, language="2")
        assert "en annan person" in telephone.heard[-1]
        assert "Vi ringer dig om ditt boendeärende" in telephone.presses("2")
        assert [row["person"] for row in requests(town)] == persons


def test_a_person_whose_request_is_over_leaves_her_place_to_the_next(town: Town) -> None:
    first = asks(town)
    to_the_question(town).presses("2")
    town.within(
        lambda tx: store.transition(tx.connection, first, "served", town.clock.now(), "service", outcome="done")
    )
    telephone = call(town)
    telephone.presses("4")
    reaches(telephone, "housing")
    telephone.presses("1")
    telephone.presses("1")
    assert "/step/same" in telephone.next_url()  # which of the two rings, nobody knows yet
    assert "Soitamme" in telephone.presses("2")
    assert sorted((row["person"], row["state"]) for row in requests(town)) == [
        (1, "done"), (1, "requested"), (2, "requested"),
    ]  # fmt: skip


def test_a_sensitive_matter_is_joined_without_saying_that_it_is_there(town: Town) -> None:
    request = asks(town, "employment")
    telephone = to_the_question(town, "employment")
    assert "Soitamme sinulle" in telephone.heard[-1]
    for hidden in ("jo soittopyyntö", "Varmistusnumerosi"):
        assert hidden not in telephone.heard[-1]
    assert [row["id"] for row in requests(town)] == [request]


def test_nothing_that_was_told_is_lost_when_the_record_is_asked_again(town: Town) -> None:
    """The order of things: one receipt for each effect, nothing at the provider."""
    asks(town)
    before = len(town.every(outbox))
    call(town).presses("1")
    assert len(town.every(outbox)) == before
    assert town.every(OFFERED) == []
    assert NUMBER not in "".join(str(row["answer"]) for row in town.every(receipt))
