"""Signed webhooks of talks with more than two: each document strict, each copy harmless, stale ids hang up."""

import html
import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from adapters.database import Database
from adapters.schema import callback_request, transfer, waiting_caller
from desks.talk import transfer as transfers
from ivr.step_url import Step, url_of
from tests.support.services import BASE, CITY, Town
from tests.support.talks import AGENT_LEG, RESIDENT_LEG, asked, callback, live
from tests.support.telephone import Telephone
from wsgi import create_app

REDIRECT = re.compile(r"<Redirect[^>]*>([^<]+)</Redirect>")
OURS = {"Direction": "outbound-dial", "From": CITY}
STALE = (
    "talk/room", "talk/line", "transfer/ring", "transfer/over", "supervisor/ring", "supervisor/room",
    "supervisor/over", "agent/left",
)  # fmt: skip


def redirect_of(document: str) -> str:
    found = REDIRECT.search(document)
    assert found, document
    return html.unescape(found[1])


@pytest.mark.parametrize("path", STALE)
@pytest.mark.parametrize("token", ["", "nobody", "n" * 60])
def test_an_id_that_names_nothing_hangs_up(town: Town, path: str, token: str) -> None:
    answer = Telephone.at(town).post(f"/voice/{path}?k={token}", Digits="1", DialCallStatus="completed")
    assert "<Hangup" in answer
    assert "<Dial" not in answer


def test_the_agent_follows_into_the_room_and_a_copy_does_no_harm(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    room = town.offer(talk.token)["room"]
    agent = Telephone.at(town, sid=AGENT_LEG)
    for _ in range(2):
        assert f">{room}<" in agent.post(f"/voice/agent/over?k={talk.token}", DialCallStatus="completed")
    assert town.offer(talk.token)["state"] == "connected"
    resident = Telephone.at(town, sid=RESIDENT_LEG)
    joined = resident.post(f"/voice/talk/room?k={talk.token}", **OURS)
    assert f">{room}<" in joined
    assert 'endConferenceOnExit="true"' in joined
    assert "<Hangup" in Telephone.at(town, sid="CA" + "9" * 32).post(f"/voice/talk/room?k={talk.token}")
    assert "<Hangup" in agent.post(f"/voice/agent/left?k={talk.token}", DialCallStatus="answered")
    assert town.offer(talk.token)["state"] == "wrapup"
    assert "<Hangup" in agent.post(f"/voice/agent/over?k={talk.token}", DialCallStatus="completed"), "late copy"


@pytest.mark.parametrize("path", ["talk/room", "talk/line", "talk/over"])
def test_a_leg_that_we_did_not_answer_comes_back_once(town: Town, path: str) -> None:
    """The resident is not hung up on because a web process died at that moment."""
    failed = f"{town.services.base}/voice/{path}?k=abc"
    again = Telephone.at(town).post("/voice/fallback", ErrorUrl=failed, ErrorCode="11200")
    assert f"/voice/{path}?" in redirect_of(again)
    assert "again=1" in redirect_of(again)
    twice = Telephone.at(town).post("/voice/fallback", ErrorUrl=f"{failed}&again=1", ErrorCode="11200")
    assert f"/voice/{path}" not in twice


def test_a_leg_that_was_asked_about_again_comes_back_once_too_if_we_do_not_answer(town: Town) -> None:
    """Its own count is not the fallback's: she is not put through to a desk while her talk goes on."""
    held = replace(town.services, database=Database("sqlite:////nowhere/at/all.db"))
    following = redirect_of(Telephone(create_app(held).test_client()).post("/voice/talk/room?k=abc&lang=fi"))
    failed = following.partition("#")[0]
    led = Telephone.at(town).post("/voice/fallback", ErrorUrl=failed, ErrorCode="11200")
    assert "<Dial" not in led
    assert "/voice/talk/room?" in redirect_of(led)


def test_on_hold_she_hears_words_and_music_and_no_question(town: Town) -> None:
    for language in ("fi", "sv", "en", "xx"):
        heard = Telephone.at(town).post(f"/voice/talk/hold?lang={language}")
        assert heard.count("<Say") == 1
        assert "<Play" in heard
        assert "<Gather" not in heard
        assert "talk/hold" in redirect_of(heard)


def test_a_room_that_cannot_be_made_leads_into_the_line(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    resident = Telephone.at(town, sid=RESIDENT_LEG)
    resident.post(f"/voice/talk/room?k={talk.token}", **OURS)
    led = resident.post(resident.next_url(), DialCallStatus="failed", **OURS)
    assert talk.running()["desk"] == "housing"
    assert "<Enqueue" in resident.post(redirect_of(led), **OURS)


def test_an_empty_room_is_no_goodbye_while_somebody_is_asked(town: Town) -> None:
    """The agent's telephone died in the moment in which she asked: the caller's Dial action comes first."""
    talk = live(town)
    over = url_of(BASE, Step("talk-over", language="fi", topic="housing", nonce="n1", line=str(talk.line)))
    caller = Telephone.at(town, sid=talk.resident)
    assert "<Hangup" in caller.post(over, DialCallStatus="answered")
    asked(talk)
    on = redirect_of(caller.post(over, DialCallStatus="answered"))
    assert parse_qs(urlsplit(on).query) == {"k": [talk.token], "lang": ["fi"]}
    led = caller.post(on, DialCallStatus="answered")
    assert talk.transfer()["state"] == "line"
    assert "<Enqueue" in caller.post(redirect_of(led))
    assert town.held("pirkko") is None


def test_who_is_taken_back_in_that_moment_hears_goodbye_in_her_own_language(town: Town) -> None:
    """Her caller's Dial action and the agent's key cross: the transfer is over when she is led on."""
    talk = live(town)
    town.within(lambda tx: tx.connection.execute(update(waiting_caller).values(language="sv")))
    over = url_of(BASE, Step("talk-over", language="sv", topic="housing", nonce="n1", line=str(talk.line)))
    caller = Telephone.at(town, sid=talk.resident)
    asked(talk)
    on = redirect_of(caller.post(over, DialCallStatus="answered"))
    talk.does("take_back")
    heard = caller.post(on, DialCallStatus="answered")
    assert 'language="sv-SE"' in heard
    assert "<Hangup" in heard


def test_one_whom_we_rang_takes_a_callback_from_the_line_for_her_own_number(town: Town) -> None:
    """Her leg's From is ours: the number read back, and rung, must be hers."""
    talk = callback(town)
    town.agent("pirkko", ("streets",))
    talk.asks("blind", "desk", "streets")
    hers = {**OURS, "To": "+358401000001"}
    resident = Telephone.at(town, sid=RESIDENT_LEG)
    led = resident.post(f"/voice/talk/line?k={talk.running()['id']}", **hers)
    assert "<Enqueue" in resident.post(redirect_of(led), **hers)
    left = resident.next_url()
    resident.post(resident.wait_url(), **hers)
    assert "<Leave" in resident.post(resident.next_url(), Digits="1", **hers)
    assert "nolla neljä nolla, yksi" in resident.post(left, QueueResult="leave", **hers)
    resident.post(resident.next_url(), Digits="1", **hers)
    open_ones = [r for r in town.every(callback_request) if r["state"] == "requested"]
    assert {row["number_id"] for row in open_ones} == {town.promise(str(talk.request))["number_id"]}


def test_news_of_a_partners_leg_come_twice_and_late(town: Town) -> None:
    talk = live(town)
    talk.asks("warm", "partner", "waste")
    for _ in range(3):
        town.carry_out()
    leg, key = str(talk.transfer()["leg_sid"]), str(talk.transfer()["id"])
    partner = Telephone.at(town, sid=leg)
    for _ in range(2):
        assert "<Conference" in partner.post(f"/voice/transfer/ring?k={key}")
    assert 'endConferenceOnExit="false"' in partner.heard[-1]
    stranger = Telephone.at(town, sid="CA" + "8" * 32)
    assert "<Hangup" in stranger.post(f"/voice/transfer/ring?k={key}"), "another leg than the one that was rung"
    for status in ("ringing", "completed", "completed"):
        assert partner.send(f"/voice/transfer/leg?k={key}", CallStatus=status).status_code == 204
    assert [row["state"] for row in town.every(transfer)] == ["back"]
    assert "<Hangup" in partner.post(f"/voice/transfer/ring?k={key}"), "too late"


def test_what_is_said_before_an_abusive_call_ends(town: Town) -> None:
    heard = Telephone.at(town).post("/voice/talk/abusive?lang=en")
    assert "offensive language" in heard
    assert "one one two" in heard
    assert heard.rstrip().endswith("<Hangup /></Response>") or "<Hangup/>" in heard


@pytest.mark.parametrize("path", ["talk/over", "agent/left", "transfer/over"])
@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_after_a_call_that_is_over_nothing_is_decided(town: Town, path: str, status: str) -> None:
    """The action of a Dial comes also when she has hung up: her leg's own news settle what that means."""
    talk = callback(town)
    asked(talk)
    sid = AGENT_LEG if path == "agent/left" else RESIDENT_LEG
    key = talk.transfer()["id"] if path == "transfer/over" else talk.token
    heard = Telephone.at(town, sid=sid).post(f"/voice/{path}?k={key}", CallStatus=status, DialCallStatus="answered")
    assert "<Say" not in heard
    assert talk.transfer()["state"] == "asked"
    assert town.offer(talk.token)["state"] == "connected"
    assert talk.stays() == ["streets handing"]


@pytest.mark.parametrize("path", [*STALE, "talk/over"])
def test_without_the_record_she_hears_goodbye_and_who_works_with_us_is_hung_up(
    town: Town, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    nowhere = Database("sqlite:////nowhere/at/all.db")
    telephone = Telephone(create_app(replace(town.services, database=nowhere)).test_client())
    form = {"Digits": "1"} if path == "supervisor/room" else {"DialCallStatus": "answered"}
    heard = telephone.post(f"/voice/{path}?g=2&k=abc&lang=sv", **form)
    assert ("<Say" in heard) == path.startswith("talk/")
    assert "<Hangup" in heard
    assert "record unavailable" in caplog.text


@pytest.mark.parametrize("path", ["transfer/leg", "supervisor/leg"])
@pytest.mark.parametrize("status", ["ringing", "completed"])
def test_a_legs_news_without_the_record_are_answered_in_twiml(
    town: Town, caplog: pytest.LogCaptureFixture, path: str, status: str
) -> None:
    nowhere = Database("sqlite:////nowhere/at/all.db")
    telephone = Telephone(create_app(replace(town.services, database=nowhere)).test_client())
    assert "<Hangup" in telephone.post(f"/voice/{path}?k=abc", CallStatus=status)
    assert "record unavailable" in caplog.text
