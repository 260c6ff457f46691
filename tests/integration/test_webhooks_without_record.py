"""The record cannot be reached: every caller still hears a menu or a person, nobody is promised anything."""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.dialogue.steps import STEPS
from ivr.step_url import Step, url_of
from routing_rules.model import Notice
from routing_rules.notices.service import NoticeBoard
from tests.support.clock import TUESDAY, SetClock
from tests.support.provider import RecordingGateway
from tests.support.services import CITY, Town, empty_record, sample_rules, services_for
from tests.support.telephone import Telephone

FALLBACKS = {department.id: department.fallback_number for department in sample_rules().departments}
CLOCK = SetClock()
SATURDAY_THREE = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
NOBODY_LISTENS = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
PROMISING = ("promise", "lupa", "Soitamme")


def _closed_port(directory: Path) -> str:
    return NOBODY_LISTENS


def _broken_file(directory: Path) -> str:
    url = empty_record("sqlite", directory)
    for found in directory.glob("record.db*"):
        found.write_bytes(b"this is no database any more" * 200)
    return url


def _vanished_directory(directory: Path) -> str:
    return f"sqlite:///{directory}/gone/record.db"


def _without_tables(directory: Path) -> str:
    return f"sqlite:///{directory}/empty.db"


@pytest.fixture(params=[_closed_port, _broken_file, _vanished_directory, _without_tables], ids=lambda f: f.__name__[1:])
def telephone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Telephone]:
    town = town_over(request.param(tmp_path))
    yield Telephone.at(town)
    town.services.database.dispose()


def town_over(url: str, *notices: Notice) -> Town:
    gateway = RecordingGateway()
    services = services_for(url, clock=CLOCK, gateway=gateway, SMS_SENDER=CITY)
    return Town(replace(services, notices=NoticeBoard(notices)), CLOCK, gateway)


@pytest.fixture(autouse=True)
def on_tuesday_at_ten() -> None:
    CLOCK.business = TUESDAY


def a_step(name: str, **changes: object) -> str:
    fields: dict[str, object] = {"nonce": "n1", **changes}
    return url_of("", Step(name, "fi", "housing", 1, 1, 1_795_507_200_000, line="line1").go(name, **fields))  # type: ignore[arg-type]


GOES_ON = ("<Gather", "<Dial", "<Redirect", "<Enqueue")


def test_every_step_goes_on_or_puts_through(telephone: Telephone) -> None:
    for name in STEPS:
        for keys in ("1", "2", "0", "*", ""):
            answer = telephone.post(a_step(name), Digits=keys)
            assert any(verb in answer for verb in GOES_ON), f"{name} {keys}: {answer}"


def test_the_greeting_and_the_topics_are_told_from_memory(telephone: Telephone) -> None:
    assert telephone.rings().count("<Say") == 3
    menu = telephone.presses("2")
    assert "Boende, byggande och vatten" in menu
    assert "<Gather" in menu


def test_whoever_chooses_a_topic_is_put_through_to_its_department(telephone: Telephone) -> None:
    answer = telephone.post(a_step("offer"), Digits="1")
    assert FALLBACKS["housing"] in answer
    assert "<Dial" in answer


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed"])
def test_when_nobody_answers_there_either_the_number_is_told_with_the_emergency_sentence(
    telephone: Telephone, status: str
) -> None:
    told = telephone.post(a_step("desk-over"), DialCallStatus=status)
    assert "<Dial" not in told
    assert "yksi yksi kaksi" in told


def test_whoever_has_talked_is_not_put_through_again(telephone: Telephone) -> None:
    assert "<Dial" not in telephone.post(a_step("desk-over"), DialCallStatus="completed")


def test_a_topic_chosen_without_the_record_rings_its_own_desk(telephone: Telephone) -> None:
    telephone.rings()
    telephone.presses("1")
    telephone.presses("1")
    assert FALLBACKS["housing"] in telephone.presses("1")


def test_a_partner_is_told_connected_and_its_number_read_but_never_texted(telephone: Telephone) -> None:
    telephone.rings()
    for key in ("1", "4"):
        telephone.presses(key)
    assert "Tämä asia ei kuulu kaupungille" in telephone.presses("1")
    assert "nolla yksi seitsemän" in telephone.presses("3")
    assert "<Dial" in telephone.presses("1")
    unanswered = telephone.post(telephone.next_url(), DialCallStatus="no-answer")
    assert "nolla yksi seitsemän" in unanswered
    assert "yksi yksi kaksi" in unanswered


def test_information_is_told_from_memory(telephone: Telephone) -> None:
    telephone.rings()
    for key in ("1", "3"):
        telephone.presses(key)
    assert "paina nolla" in telephone.presses("3")
    assert "Kiitos soitostasi" in telephone.waits()


def test_a_closed_house_says_when_it_opens_and_rings_the_duty_one_after_another(telephone: Telephone) -> None:
    CLOCK.business = SATURDAY_THREE
    telephone.rings()
    closed = telephone.presses("1")
    assert "Avaamme" in closed
    assert "yksi yksi kaksi" in closed
    assert not any(word in closed for word in PROMISING)
    first, second = sample_rules().duties[0].numbers[:2]
    assert first in telephone.presses("3")
    assert second in telephone.post(telephone.next_url(), DialCallStatus="no-answer")
    told = telephone.post(telephone.next_url(), DialCallStatus="no-answer")
    assert "Päivystyksen numero on" in told
    assert "hälytyksen" not in told
    assert "<Record" not in told


def test_silence_in_a_closed_house_ends_in_words(telephone: Telephone) -> None:
    CLOCK.business = SATURDAY_THREE
    telephone.rings()
    telephone.presses("1")
    telephone.waits()
    goodbye = telephone.waits()
    assert "yksi yksi kaksi" in goodbye
    assert "<Hangup" in goodbye


def test_a_notice_is_heard_from_memory(tmp_path: Path) -> None:
    notice = Notice("n1", {"fi": "Bussit seisovat.", "sv": "Bussarna står.", "en": "The buses stand."})
    town = town_over(_vanished_directory(tmp_path), notice)
    telephone = Telephone.at(town)
    telephone.rings()
    assert "Bussarna står." in telephone.presses("2")
    town.services.database.dispose()


def test_whoever_waits_keeps_hearing_music(telephone: Telephone) -> None:
    waiting = telephone.post(a_step("wait"))
    assert "<Play" in waiting
    assert "<Redirect" in waiting


def test_no_step_promises_anything(telephone: Telephone) -> None:
    for name in ("offer", "number", "key-number", "closing", "wait", "left"):
        for keys in ("1", "2", "0401234567"):
            answer = telephone.post(a_step(name), Digits=keys)
            assert not any(word in answer for word in PROMISING), answer


def test_the_fallback_leads_back_once_and_then_to_a_person(telephone: Telephone) -> None:
    failed = f"https://one-number.example{a_step('topic')}".partition("#")[0]
    again = telephone.post("/voice/fallback", ErrorUrl=failed, ErrorCode="11200")
    assert "<Redirect" in again
    assert FALLBACKS["housing"] in telephone.post("/voice/fallback", ErrorUrl=f"{failed}&again=1", ErrorCode="11200")
    elsewhere = telephone.post("/voice/fallback", ErrorUrl="https://elsewhere.example/voice/step/topic")
    assert "elsewhere" not in elsewhere
    assert "<Dial" in elsewhere


def test_what_needs_no_record_is_said_as_ever(telephone: Telephone) -> None:
    for path in ("/voice/hold", "/voice/resident/hello?lang=sv", "/voice/resident/message?lang=en"):
        telephone.post(path)


@pytest.mark.parametrize("path", ["/voice/agent/ring?k=t1", "/voice/agent/accept?k=t1", "/voice/agent/over?k=t1"])
def test_an_agents_leg_is_led_back_to_its_question_twice_and_then_ends_and_dials_nobody(
    telephone: Telephone, path: str
) -> None:
    """Never put through to a desk as a caller would be, not even where the provider had to ask the fallback."""
    done = {"DialCallStatus": "completed"} if "over" in path else {"Digits": "1"}
    answers = [telephone.post(path, **done)]
    for _ in range(2):
        [again] = re.findall(r"<Redirect[^>]*>([^<]+)</Redirect>", answers[-1])
        answers.append(telephone.post(again))
    answers.append(telephone.post("/voice/fallback", ErrorUrl=f"https://one-number.example{path}", ErrorCode="11200"))
    assert ["<Hangup" in answer for answer in answers] == [False, False, True, True]
    assert not any("<Dial" in answer for answer in answers)


def test_news_that_cannot_be_kept_are_not_taken(telephone: Telephone) -> None:
    """The provider asks again after a 5xx; 204 would lose what it told."""
    assert telephone.send("/voice/status", CallStatus="completed").status_code == 503
    assert telephone.send("/voice/leg?k=t1&w=agent", CallStatus="completed").status_code == 503


def test_it_is_alive_but_not_ready(telephone: Telephone) -> None:
    assert telephone.client.get("/healthz").status_code == 200
    assert telephone.client.get("/readyz").status_code == 503


def test_each_failure_is_one_line_without_a_number(telephone: Telephone, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        telephone.post(a_step("offer"), Digits="1")
    told = [record for record in caplog.records if record.getMessage() == "record unavailable"]
    assert len(told) == 1
    assert all("358401234567" not in str(vars(record)) for record in caplog.records)
