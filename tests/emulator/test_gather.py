"""Gather: a key cuts the words, the time-out counts from their end, an empty result falls through."""

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import Rig

LONG = "x" * 1400  # a hundred business seconds


def test_key_cuts_the_words(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'<Gather numDigits="1" action="/key"><Say>{LONG}</Say></Gather>')
    side.on("/key", "<Say>thanks</Say>")
    sid = rig.ring()
    rig.heard(sid, "say")
    rig.press(sid, "2")
    call = rig.ended(sid)
    assert side.await_request("/key").params["Digits"] == "2"
    said = next(event for event in call["events"] if event["kind"] == "say")
    assert said["cut"] is True
    assert "barge" in [event["kind"] for event in call["events"]]


def test_silence_falls_through_without_a_request(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather numDigits="1" action="/key" timeout="2"><Say>a</Say></Gather><Say>silent</Say>')
    call = rig.ended(rig.ring())
    assert rig.words(call) == ["a", "silent"]
    assert side.of("/key") == []


def test_time_out_is_business_time_after_the_last_word(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'<Gather timeout="7" action="/key"><Say>{"y" * 140}</Say></Gather><Say>late</Say>')
    call = rig.ended(rig.ring())
    first, last = (event for event in call["events"] if event["kind"] == "say")
    assert 17 <= (last["machine"] - first["machine"]) * 30 < 24


def test_empty_result_is_told_when_asked_for(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather actionOnEmptyResult="true" action="/key" timeout="1"/>')
    side.on("/key", "<Hangup/>")
    rig.ended(rig.ring())
    assert side.await_request("/key").params["Digits"] == ""


def test_finishing_key_is_not_a_digit(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather action="/key" timeout="60"/>')
    side.on("/key", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "gather")
    rig.press(sid, "040123#")
    assert side.await_request("/key").params["Digits"] == "040123"


def test_star_is_a_digit_in_a_menu(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather numDigits="1" action="/key" timeout="60"/>')
    sid = rig.ring()
    rig.heard(sid, "gather")
    rig.press(sid, "*")
    assert side.await_request("/key").params["Digits"] == "*"


def test_missing_action_is_the_current_document(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather numDigits="1" timeout="60"/>', "<Say>again</Say>")
    sid = rig.ring()
    rig.heard(sid, "gather")
    rig.press(sid, "1")
    rig.heard(sid, "say", "again")
    assert side.await_request("/voice", 2).params["Digits"] == "1"


def test_keys_pressed_before_the_question_are_lost(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>one moment</Say><Pause length="20"/><Gather numDigits="1" action="/key" timeout="1"/>')
    sid = rig.ring()
    rig.heard(sid, "pause")
    rig.press(sid, "1")
    rig.ended(sid)
    assert side.of("/key") == []
