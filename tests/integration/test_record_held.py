"""Others hold the record for a while: a caller is asked to wait a moment, and what she asked for is asked once more.

What she is promised is what the record took in; what she keyed in never stands in an address.
"""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import Connection, create_engine

from adapters.database import CALLER_DEADLINES, WRITE_DEADLINES, Database, DatabaseError
from adapters.held import is_held
from adapters.reach import Until
from adapters.schema import callback_request, receipt, waiting_caller
from desks.talk import transfer as transfers
from ivr.caller_input import DialEnded, Pressed, Silent
from ivr.dialogue import degraded
from ivr.dialogue.degraded import MOMENTS
from ivr.step_url import Step, step_of, url_of
from tests.support.services import Town
from tests.support.talks import RESIDENT_LEG, callback
from tests.support.telephone import Telephone

DEADLINE = 0.2  # seconds of one statement; a real one is a second
TO_THE_QUESTION = ("1", "1", "1", "1")  # whether this number is right: the next key makes the promise
REDIRECT = re.compile(r"<Redirect[^>]*>([^<]+)</Redirect>")
HELD = ("callback_request", "phone_number", "call_draft", "receipt", "waiting_caller")


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


class Asked(Database):
    """How long each unit may take, in deadlines, and how often it was asked how long a webhook may."""

    def __init__(self, url: str) -> None:
        self.units: list[float] = []
        self.webhooks = 0
        super().__init__(url)

    def caller_waits_until(self) -> Until:
        self.webhooks += 1
        return super().caller_waits_until()

    @contextmanager
    def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
        self.units.append(deadlines)
        with super()._connected(deadlines, patience) as connection:
            yield connection


@pytest.fixture
def asked(town: Town) -> Iterator[Asked]:
    database = Asked(town.services.database.url)
    yield database
    database.dispose()


def test_a_caller_asks_with_a_callers_patience(town: Town, asked: Asked) -> None:
    """Each unit of her webhook: the look, the promise and the notes beside it."""
    hers = Telephone.at(replace(town, services=replace(town.services, database=asked)))
    hers.post(to_the_question(hers), Digits="1")
    assert len(town.every(callback_request)) == 1
    assert asked.units
    assert max(asked.units) <= CALLER_DEADLINES


def test_all_units_of_a_webhook_share_one_patience(town: Town, asked: Asked) -> None:
    line = town.caller()
    hers = Telephone.at(replace(town, services=replace(town.services, database=asked)), sid=sid_of(town, line))
    hers.post(waiting(line))
    assert len(asked.units) > 1, "the look, and the note of what she was told"
    assert asked.webhooks == 1
    assert asked.units == sorted(asked.units, reverse=True)


def test_a_resident_whose_room_is_over_has_one_patience_too(town: Town, asked: Asked) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    hers = Telephone.at(replace(town, services=replace(town.services, database=asked)), sid=RESIDENT_LEG)
    led = hers.post(f"/voice/talk/over?k={talk.token}&lang=fi", DialCallStatus="failed")
    assert "/voice/step/left" in led
    assert len(asked.units) > 1
    assert asked.webhooks == 1


def test_after_it_nothing_is_begun(asked: Asked) -> None:
    past = Until(monotonic(), monotonic())
    with pytest.raises(DatabaseError) as refused:
        asked.run(lambda tx: tx.connection.exec_driver_sql("SELECT 2"), until=past)
    assert is_held(refused.value)
    assert asked.units == []


NOT_ASKED_AGAIN: dict[str, dict[str, str]] = {
    "key-number": {"Digits": "0401112223"},
    "offer": {"Digits": "*"},
    "message-done": {"RecordingSid": "RE" + "1" * 32, "RecordingDuration": "3"},
    "desk-over": {"DialCallStatus": "no-answer"},
}


@pytest.mark.parametrize("name", NOT_ASKED_AGAIN)
def test_what_cannot_be_asked_again_is_waited_for_as_long_as_by_anybody(town: Town, asked: Asked, name: str) -> None:
    hers = Telephone.at(replace(town, services=replace(town.services, database=asked)))
    step = Step(name, "fi", "housing", 1, 1, 1_795_507_200_000, nonce="n1", message="m1")
    hers.post(url_of("", step), **NOT_ASKED_AGAIN[name])
    assert asked.webhooks == 0
    assert max(asked.units) > 1.0
    assert max(asked.units) <= WRITE_DEADLINES


def waiting(line: str) -> str:
    return url_of("", Step("wait", "fi", "housing", 1, 1, 1_795_507_200_000, nonce="n1", line=line))


def test_a_key_that_is_pressed_in_the_line_while_others_hold_the_record_is_not_lost(
    town: Town, telephone: Telephone
) -> None:
    line = town.caller()
    hers = replace(telephone, sid=sid_of(town, line))
    with held(town):
        asked = hers.post(waiting(line), Digits="1")
    assert "Odota hetki" in asked
    assert state_of(town, line) == "waiting"
    assert "<Leave" in hers.post(redirect_of(asked))
    assert state_of(town, line) == "wishes"


def test_whoever_waits_is_still_in_line_and_heard_when_the_record_stays_held(town: Town, telephone: Telephone) -> None:
    line = town.caller()
    hers = replace(telephone, sid=sid_of(town, line))
    with held(town):
        answers = [hers.post(waiting(line), Digits="1")]
        for _ in range(MOMENTS):
            answers.append(hers.post(redirect_of(answers[-1])))
    assert "<Dial" not in "".join(answers)
    assert "<Gather" in answers[-1]
    assert "<Leave" in hers.presses("1")


def sid_of(town: Town, line: str) -> str:
    return str(next(row["call_sid"] for row in town.every(waiting_caller) if row["id"] == line))


def state_of(town: Town, line: str) -> str:
    return str(next(row["state"] for row in town.every(waiting_caller) if row["id"] == line))


@pytest.mark.parametrize(("key", "language"), [("1", "fi"), ("2", "sv"), ("3", "en"), ("7", "fi")])
def test_she_is_asked_to_wait_in_the_language_that_she_has_just_chosen(key: str, language: str) -> None:
    later = degraded.in_a_moment(Step("language"), Pressed(key), "")
    assert later is not None
    assert later.language == language


def test_whose_room_could_not_be_made_is_asked_about_again_with_that_and_then_told_goodbye(town: Town) -> None:
    nowhere = replace(town.services, database=Database("sqlite:////nowhere/at/all.db"))
    hers = Telephone.at(replace(town, services=nowhere))
    over = Step("talk-over", "sv", "housing", 1, 1, 1_795_507_200_000, nonce="n1", line="line1")
    answers = [hers.post(url_of("", over), DialCallStatus="failed")]
    steps = [over]
    for _ in range(MOMENTS):
        following = urlsplit(redirect_of(answers[-1]))
        steps.append(step_of("talk-over", dict(parse_qsl(following.query))))
        answers.append(hers.post(redirect_of(answers[-1])))
    assert [degraded.done_before(step, Silent()) for step in steps] == [Silent(), *[DialEnded("failed")] * MOMENTS]
    assert ["<Hangup" in answer for answer in answers] == [False] * MOMENTS + [True]
    assert "<Say" in answers[-1]


def test_whoever_has_talked_hears_goodbye_where_the_record_stays_away(town: Town) -> None:
    nowhere = replace(town.services, database=Database("sqlite:////nowhere/at/all.db"))
    over = Step("talk-over", "fi", "housing", MOMENTS + 1, 1, 1_795_507_200_000, nonce="n1", line="line1")
    heard = Telephone.at(replace(town, services=nowhere)).post(url_of("", over), DialCallStatus="completed")
    assert "<Say" in heard
    assert "<Hangup" in heard
