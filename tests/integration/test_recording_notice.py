"""Who is told that her talk is recorded, what she says to it, and that no recording begins before or against that."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import update

from adapters.schema import receipt, recording, waiting_caller
from tests.support.recorded import recording_rules, runs
from tests.support.services import Town
from tests.support.talks import AGENT_LEG
from tests.support.telephone import Telephone

TOLD = {"fi": "Keskustelu tallennetaan", "sv": "Samtalet spelas in", "en": "The conversation is recorded"}
NO = {"fi": "Keskustelua ei tallenneta", "sv": "Vi spelar inte in", "en": "will not be recorded"}
LANGUAGE_KEY = {"fi": "1", "sv": "2", "en": "3"}
KEY_URL = re.compile(r'<Gather[^>]* action="([^"]+/step/recording[^"]*)"')
KEYS = "012345678*#"
QUEUE = "QU" + "1" * 32


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, rules=recording_rules())
    yield one
    one.services.database.dispose()


def joins(town: Town, language: str = "fi", desks: tuple[str, ...] = ("housing",)) -> Telephone:
    """Into the line about a rented flat, with somebody on duty."""
    town.agent("aino", desks, languages=("fi", "sv", "en"))
    telephone = Telephone.at(town)
    telephone.rings()
    for key in (LANGUAGE_KEY[language], "1", "1"):
        telephone.presses(key)
    assert "<Enqueue" in telephone.heard[-1]
    return telephone


def key_url(telephone: Telephone) -> str:
    return html.unescape(KEY_URL.findall(telephone.heard[-1])[-1])


def stay(town: Town) -> Mapping[str, Any]:
    return town.every(waiting_caller)[-1]


def accepted(town: Town) -> str:
    """Aino is offered her and accepts."""
    token = town.offered("aino")
    town.accept(token, AGENT_LEG)
    return token


def comes_into_the_room(town: Town, telephone: Telephone) -> None:
    """Out of the queue into the room, as her own turns lead her."""
    wait = telephone.wait_url()
    action = telephone.next_url()
    assert "<Leave" in telephone.post(wait, QueueSid=QUEUE)
    assert "<Conference" in telephone.post(action, QueueResult="leave")


# --- who is told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(TOLD))
def test_told_in_her_language_and_recorded_from_the_talk_on(town: Town, language: str) -> None:
    telephone = joins(town, language)
    assert TOLD[language] in telephone.heard[-1]
    assert stay(town)["recording_told_at"] == town.clock.now()
    accepted(town)
    comes_into_the_room(town, telephone)
    assert runs(town)["language"] == language


def test_a_department_that_records_nothing_tells_nothing(record: str) -> None:
    town = Town.over(record, rules=recording_rules("streets"))
    telephone = joins(town)
    assert "recording" not in telephone.heard[-1]
    assert stay(town)["recording_told_at"] is None
    town.services.database.dispose()


@pytest.mark.parametrize(("records", "told"), [("extended", False), ("housing", True)])
def test_the_topics_own_department_decides_whoever_answers(record: str, records: str, told: bool) -> None:
    """As it decides whether the talk is recorded."""
    town = Town.over(record, rules=recording_rules(records))
    telephone = joins(town, desks=("extended",))
    assert stay(town)["desk"] == "extended"
    assert (TOLD["fi"] in telephone.heard[-1]) is told
    assert (stay(town)["recording_told_at"] is not None) is told
    town.services.database.dispose()


def test_whoever_comes_back_into_the_line_is_not_told_twice(town: Town) -> None:
    telephone = joins(town)
    at = stay(town)["recording_told_at"]
    wait, action = telephone.wait_url(), telephone.next_url()
    telephone.post(wait, QueueSid=QUEUE)
    telephone.post(wait, Digits="1")
    telephone.post(action, QueueResult="leave")
    telephone.presses("0")
    town.clock.pass_(seconds=30)
    assert [row["recording_told_at"] for row in town.every(waiting_caller)] == [at] * len(town.every(waiting_caller))
    assert sum(TOLD["fi"] in document for document in telephone.heard) == 1


def test_a_new_stay_of_the_same_call_knows_what_was_said_in_the_old_one(town: Town) -> None:
    """The provider's queue failed, and she waits again."""
    telephone = joins(town)
    telephone.post(key_url(telephone), Digits="9")
    telephone.post(telephone.next_url(), QueueResult="error")
    town.within(lambda tx: tx.connection.execute(update(waiting_caller).values(state="left")))
    again(town, telephone)
    assert len(town.every(waiting_caller)) == 2
    assert [row["recording_declined"] for row in town.every(waiting_caller)] == [True, True]
    assert TOLD["fi"] not in telephone.heard[-1]


def again(town: Town, telephone: Telephone) -> None:
    """Back through the menu in the same call."""
    telephone.rings()
    for key in ("1", "1", "1"):
        telephone.presses(key)
    assert "<Enqueue" in telephone.heard[-1]


def after_a_lost_answer(telephone: Telephone) -> str:
    """The answer to her last key never came: the provider asks the fallback, which says what that answer said."""
    lost = telephone.next_url()
    telephone.send(lost, Digits="1")
    return telephone.post("/voice/fallback", ErrorUrl=lost, ErrorCode="11200")


def test_whose_answer_was_lost_is_told_again(town: Town) -> None:
    """She heard nothing of it: no talk is recorded on words that never reached her."""
    town.agent("aino", ("housing",), languages=("fi", "sv", "en"))
    telephone = Telephone.at(town)
    telephone.rings()
    telephone.presses("1")
    telephone.presses("1")
    joined = after_a_lost_answer(telephone)
    assert len(town.every(waiting_caller)) == 1
    assert "<Enqueue" in joined
    assert TOLD["fi"] in joined


def test_an_earlier_stay_that_never_came_into_the_queue_told_her_nothing(town: Town) -> None:
    telephone = joins(town)
    town.within(lambda tx: tx.connection.execute(update(waiting_caller).values(state="left")))
    again(town, telephone)
    assert TOLD["fi"] in telephone.heard[-1]


# --- the key ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", sorted(NO))
def test_nine_declines_and_nothing_is_recorded(town: Town, language: str) -> None:
    telephone = joins(town, language)
    answer = telephone.post(key_url(telephone), Digits="9")
    assert NO[language] in answer
    assert "<Enqueue" in answer
    assert stay(town)["recording_declined"] is True
    accepted(town)
    comes_into_the_room(town, telephone)
    town.carry_out()
    assert (town.every(recording), town.gateway.ordered("record")) == ([], [])


def test_the_key_is_noted_once_and_answered_alike_however_often_it_comes(town: Town) -> None:
    telephone = joins(town)
    url = key_url(telephone)
    answers = {telephone.post(url, Digits="9") for _ in range(3)}
    assert len(answers) == 1
    assert len(town.every(receipt, step="recording")) == 1


@pytest.mark.parametrize("keys", [*KEYS, "99", "09", "0" * 40, "9 ", "nine", "", "\u0669"])
def test_no_other_digits_decline_or_lead_out_of_the_line(town: Town, keys: str) -> None:
    telephone = joins(town)
    answer = telephone.post(key_url(telephone), Digits=keys)
    assert TOLD["fi"] in answer
    assert "<Enqueue" in answer
    assert (stay(town)["state"], stay(town)["recording_declined"]) == ("waiting", False)


def test_after_the_call_the_key_changes_nothing(town: Town) -> None:
    telephone = joins(town)
    url = key_url(telephone)
    assert telephone.send("/voice/status", CallStatus="completed", CallDuration="9").status_code == 204
    assert "<Hangup" in telephone.post(url, Digits="9")
    assert stay(town)["recording_declined"] is False


def test_nobody_declines_for_another_call(town: Town) -> None:
    telephone = joins(town)
    url = key_url(telephone)
    stranger = Telephone.at(town, number="+358409999999", sid="CA" + "7" * 32)
    stranger.post(url, Digits="9")
    assert stay(town)["recording_declined"] is False


def test_she_may_decline_as_long_as_she_waits(town: Town) -> None:
    telephone = joins(town)
    wait = telephone.wait_url()
    assert NO["fi"] in telephone.post(wait, QueueSid=QUEUE, Digits="9")
    assert stay(town)["recording_declined"] is True


def test_her_no_counts_while_her_agent_is_on_the_way(town: Town) -> None:
    telephone = joins(town)
    wait, action = telephone.wait_url(), telephone.next_url()
    telephone.post(wait, QueueSid=QUEUE)
    accepted(town)
    assert NO["fi"] in telephone.post(wait, Digits="9")
    assert "<Conference" in telephone.post(action, QueueResult="leave")
    town.carry_out()
    assert town.every(recording) == []


# --- no talk before the words are over -------------------------------------------------------------------------------


def test_an_agent_who_accepts_during_the_words_does_not_tear_her_out_of_them(town: Town) -> None:
    telephone = joins(town)
    accepted(town)
    assert ("bring_caller", "not wanted") in town.carry_out()
    assert town.gateway.ordered("redirect") == []
    assert town.every(recording) == [], "no talk yet"
    comes_into_the_room(town, telephone)
    assert runs(town)["state"] == "running"


def test_a_desk_that_closes_during_the_words_does_not_either(town: Town) -> None:
    telephone = joins(town)
    line = str(stay(town)["id"])
    town.within(lambda tx: tx.connection.execute(update(waiting_caller).values(state="closing")))
    town.within(lambda tx: town.services.outbox.order(tx, "ask_to_choose", line))
    assert ("ask_to_choose", "not wanted") in town.carry_out()
    assert town.gateway.ordered("redirect") == []
    assert "<Leave" in telephone.post(telephone.wait_url(), QueueSid=QUEUE)


def test_where_nothing_is_told_she_is_hurried_as_ever(record: str) -> None:
    town = Town.over(record, rules=recording_rules("streets"))
    joins(town)
    accepted(town)
    town.carry_out()
    assert len(town.gateway.ordered("redirect")) == 1
    town.services.database.dispose()
