"""Others hold the record for a while: a caller is asked to wait a moment, and what she asked for is asked once more.

What she is promised is what the record took in; what she keyed in never stands in an address.
"""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection, create_engine

from adapters.database import CALLER_DEADLINES, Database
from adapters.schema import callback_request, receipt
from desks.talk import transfer as transfers
from ivr.dialogue.degraded import MOMENTS
from tests.support.services import Town
from tests.support.talks import RESIDENT_LEG, callback
from tests.support.telephone import Telephone

DEADLINE = 0.2  # seconds of one statement; a real one is a second
TO_THE_QUESTION = ("1", "1", "1", "1")  # whether this number is right: the next key makes the promise
REDIRECT = re.compile(r"<Redirect[^>]*>([^<]+)</Redirect>")
HELD = ("callback_request", "phone_number", "call_draft", "receipt")


@pytest.fixture
def telephone(town: Town) -> Iterator[Telephone]:
    database = Database(town.services.database.url, DEADLINE)
    yield Telephone.at(replace(town, services=replace(town.services, database=database)))
    database.dispose()


@contextmanager
def held(town: Town) -> Iterator[None]:
    """Nobody else can write; whoever only reads goes on."""
    engine = create_engine(town.services.database.url)
    with engine.connect() as other:
        if town.services.database.is_sqlite:
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            other.exec_driver_sql(f"LOCK TABLE {', '.join(HELD)} IN EXCLUSIVE MODE")
        yield
        other.rollback()
    engine.dispose()


def to_the_question(telephone: Telephone) -> str:
    telephone.rings()
    for key in TO_THE_QUESTION:
        telephone.presses(key)
    return telephone.next_url()


def redirect_of(document: str) -> str:
    found = REDIRECT.search(document)
    assert found, document
    return html.unescape(found[1])


def test_what_was_held_for_a_moment_is_promised_after_it_and_once(town: Town, telephone: Telephone) -> None:
    question = to_the_question(telephone)
    with held(town):
        asked = telephone.post(question, Digits="1")
    assert "Odota hetki" in asked
    assert "Soitamme" not in asked
    assert "<Dial" not in asked
    again = redirect_of(asked)
    promised = telephone.post(again)
    assert "Soitamme" in promised
    assert telephone.post(again) == promised, "the other copy of that webhook"
    assert telephone.post(question, Digits="1") == promised, "and the first one's, late"
    assert len(town.every(callback_request)) == len(town.every(receipt)) == 1


def test_what_stays_held_is_not_promised_and_she_is_put_through(town: Town, telephone: Telephone) -> None:
    answers = []
    following = to_the_question(telephone)
    with held(town):
        answers.append(telephone.post(following, Digits="1"))
        for _ in range(MOMENTS):
            answers.append(telephone.post(redirect_of(answers[-1])))
    assert ["<Dial" in answer for answer in answers] == [False] * MOMENTS + [True]
    assert [answer.count("Odota hetki") for answer in answers] == [1, *[0] * MOMENTS]
    assert not any("Soitamme" in answer for answer in answers)
    assert town.every(callback_request) == []


def test_a_number_that_was_keyed_in_never_rides_along_in_an_address(town: Town, telephone: Telephone) -> None:
    question = to_the_question(telephone)
    keying = telephone.post(question, Digits="2")
    assert "<Gather" in keying
    with held(town):
        answer = telephone.presses("0401112223")
    assert "0401112223" not in answer
    assert "401112223" not in answer
    assert "<Dial" in answer


@pytest.mark.parametrize(
    ("strange", "promised"), [("g=1&k=x", False), ("g=1&k=12", False), ("k=1", False), ("g=99&k=1", True)]
)
def test_an_address_that_is_none_of_ours_does_no_more_than_a_key_or_a_silence_would(
    town: Town, telephone: Telephone, strange: str, promised: bool
) -> None:
    path, _, query = to_the_question(telephone).partition("?")
    pairs = [*query.partition("#")[0].split("&"), *strange.split("&")]
    telephone.post(f"{path}?{'&'.join(sorted(pairs))}")
    assert len(town.every(callback_request)) == promised


def test_a_resident_in_a_talk_is_asked_about_again_with_how_her_dial_ended_and_then_told_goodbye(
    town: Town, telephone: Telephone
) -> None:
    """Her room could not be made: what the record would say of that is asked for twice more."""
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    hers = replace(telephone, sid=RESIDENT_LEG)
    with away(town):
        first = hers.post(f"/voice/talk/over?k={talk.token}&lang=sv", DialCallStatus="failed")
        second = hers.post(redirect_of(first))
        third = hers.post(redirect_of(second))
    assert ["<Play" in said and "<Hangup" not in said for said in (first, second)] == [True, True]
    assert "<Hangup" in third
    led = hers.post(redirect_of(second))
    assert "/voice/step/left" in led, "into the line, as had she been asked about at once"


@contextmanager
def away(town: Town) -> Iterator[None]:
    """Not even reading goes on."""
    engine = create_engine(town.services.database.url)
    with engine.connect() as other:
        if town.services.database.is_sqlite:
            other.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            other.exec_driver_sql("LOCK TABLE offer, waiting_caller IN ACCESS EXCLUSIVE MODE")
        yield
        other.rollback()
    engine.dispose()


def test_a_caller_asks_with_a_callers_patience(town: Town) -> None:
    """Each unit of her webhook: the look, the promise and the notes beside it."""
    asked: list[float] = []

    class Asked(Database):
        @contextmanager
        def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
            asked.append(deadlines)
            with super()._connected(deadlines, patience) as connection:
                yield connection

    database = Asked(town.services.database.url)
    hers = Telephone.at(replace(town, services=replace(town.services, database=database)))
    hers.post(to_the_question(hers), Digits="1")
    database.dispose()
    assert len(town.every(callback_request)) == 1
    assert asked
    assert max(asked) <= CALLER_DEADLINES
