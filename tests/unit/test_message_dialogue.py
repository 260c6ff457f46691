"""After the tone, step by step: what each key, silence and ending leads to, in tables."""

from dataclasses import replace

import pytest

from ivr.caller_input import CallerInput, Pressed, RecordingEnded, Silent, read, seconds_of
from ivr.dialogue import message, steps
from ivr.effects import DropMessage, Effect, KeepMessage, KeepRecording, MessageKept, Recorded, Settled
from ivr.facts import Facts, MessageFacts, NotCallable, Promised
from ivr.step_url import Step, step_of
from ivr.turn import Gather, Hangup, Music, PlayRecorded, Record, Redirect, Say, Turn
from tests.unit.dialogue_walk import TOMORROW, facts_at, step_in

SID = "RE" + "a" * 32
SPOKEN = RecordingEnded(SID, 8, hung_up=False)
DONE = Step("message-done", "sv", "housing", nonce="n1")
CHOICE = Step("message-choice", "sv", "housing", nonce="n1", message="m1")
PLAY = replace(CHOICE, name="message-play")


def said(step: Step, given: CallerInput, facts: Facts | None = None) -> Turn | Effect:
    return steps.advance(step, given, facts or facts_at())


def keys_of(turn: Turn | Effect) -> list[str]:
    assert isinstance(turn, Turn)
    spoken = [part for one in turn.instructions for part in (one.spoken if isinstance(one, Gather) else (one,))]
    return [part.key for part in spoken if isinstance(part, Say)]


def test_the_tone_leads_to_the_same_step_by_key_and_by_silence() -> None:
    turn = message.start(Step("offer", "sv", "housing", choice="asap", line="line1", request="r1"), facts_at())
    record = next(one for one in turn.instructions if isinstance(one, Record))
    assert turn.instructions[-1] == Redirect(record.action)
    step = step_in(record.action)
    assert (step.name, step.topic, step.choice, step.line, step.request) == ("message-done", "housing", "", "", "")
    assert "/voice/recording?" in record.status_callback
    assert not any(name in record.status_callback for name in ("358", "%2B"))


def test_without_a_topic_the_message_is_the_general_desks() -> None:
    turn = message.start(Step("duty-over", "fi", choice=message.DUTY), facts_at())
    record = next(one for one in turn.instructions if isinstance(one, Record))
    step = step_in(record.action)
    assert (step.topic, step.choice) == (facts_at().rules.general_topic, message.DUTY)


@pytest.mark.parametrize(("number", "asked"), [(NotCallable("withheld"), True), (NotCallable("foreign"), True)])
def test_who_cannot_be_rung_is_asked_how_to_answer(number: NotCallable, asked: bool) -> None:
    turn = message.start(Step("offer", "fi", "housing"), replace(facts_at(), caller=number))
    assert ("message.say_how" in keys_of(turn)) is asked
    assert "message.say_how" not in keys_of(message.start(Step("offer", "fi", "housing"), facts_at()))


@pytest.mark.parametrize(
    ("given", "tries", "first"),
    [
        (Silent(), 1, "message.too_short"),
        (RecordingEnded(SID, 0, hung_up=False), 1, "message.too_short"),
        (RecordingEnded(SID, 1, hung_up=False), 1, "message.too_short"),
        (Silent(), 2, "message.nothing_heard"),
        (RecordingEnded(SID, 1, hung_up=True), 2, "message.nothing_heard"),
    ],
)
def test_too_short_is_said_once_more_then_the_offer(given: CallerInput, tries: int, first: str) -> None:
    turn = said(replace(DONE, tries=tries), given)
    assert keys_of(turn)[0] == first


@pytest.mark.parametrize("seconds", [2, 8, 120])
def test_what_is_long_enough_is_noted_with_its_topic(seconds: int) -> None:
    assert said(DONE, RecordingEnded(SID, seconds, hung_up=False)) == KeepRecording(SID, seconds, "housing", "message")
    assert said(replace(DONE, choice=message.DUTY), SPOKEN) == KeepRecording(SID, 8, "housing", "duty")


@pytest.mark.parametrize(
    ("given", "tries", "result"),
    [
        (Pressed("1"), 1, KeepMessage("m1", "housing", "")),
        (Pressed("3"), 1, DropMessage("m1")),
        (Silent(), 2, KeepMessage("m1", "housing", "")),
        (Pressed("9"), 2, KeepMessage("m1", "housing", "")),
        (Pressed("#"), 2, KeepMessage("m1", "housing", "")),
    ],
)
def test_each_way_out_of_the_choice(given: CallerInput, tries: int, result: Effect) -> None:
    assert said(replace(CHOICE, tries=tries), given) == result


@pytest.mark.parametrize(("given", "tries"), [(Silent(), 2), (Pressed("9"), 2), (Pressed("*"), 1)])
def test_the_choice_is_said_again(given: CallerInput, tries: int) -> None:
    turn = said(CHOICE, given)
    assert keys_of(turn)[-4:] == ["message.keep", "message.listen", "message.redo", "menu.repeat_star"]
    assert isinstance(turn, Turn)
    gather = turn.instructions[0]
    assert isinstance(gather, Gather)
    assert step_in(gather.action).tries == tries


def test_zero_leads_to_a_person_and_the_message_stays_a_draft_until_the_end() -> None:
    person = said(CHOICE, Pressed("0"))
    assert not isinstance(person, KeepMessage | DropMessage)
    assert person == said(Step("topic", "sv", nonce="n1"), Pressed("0"))


@pytest.mark.parametrize(
    ("left", "tries", "heard"),
    [
        (MessageFacts("m1", 8, playable=True, token="t"), 1, PlayRecorded),
        (MessageFacts("m1", 8, playable=False, token="t"), 1, Music),
        (MessageFacts("m1", 8, playable=False, token="t"), 5, Music),
        (MessageFacts("m1", 8, playable=True, token="t"), 6, PlayRecorded),
    ],
)
def test_listening_plays_or_waits_with_music(left: MessageFacts, tries: int, heard: type) -> None:
    turn = said(replace(PLAY, tries=tries), Silent(), replace(facts_at(), message=left))
    assert isinstance(turn, Turn)
    first = turn.instructions[0]
    assert isinstance(first.spoken[0] if isinstance(first, Gather) else first, heard)


@pytest.mark.parametrize("left", [None, MessageFacts("m1", 8, playable=False)])
def test_nobody_waits_for_a_sound_for_ever(left: MessageFacts | None) -> None:
    turn = said(replace(PLAY, tries=6), Silent(), replace(facts_at(), message=left))
    assert keys_of(turn)[0] == "message.cannot_play"


def test_after_the_effects() -> None:
    facts = facts_at()
    chosen = steps.after(DONE, KeepRecording(SID, 8, "housing"), Recorded("m7"), facts)
    assert isinstance(chosen, Turn)
    gather = chosen.instructions[0]
    assert isinstance(gather, Gather)
    assert (step_in(gather.action).message, step_in(gather.action).name) == ("m7", "message-choice")
    again = steps.after(CHOICE, DropMessage("m1"), Settled(), facts)
    assert keys_of(again)[0] == "message.again"
    promise = Promised(TOMORROW, "housing", "204519", False, False, "+358401234567")
    for kept, last in ((MessageKept(promise), "promise.may_hang_up"), (MessageKept(None), "promise.may_hang_up")):
        told = steps.after(CHOICE, KeepMessage("m1", "housing"), kept, facts)
        assert isinstance(told, Turn)
        assert (keys_of(told)[0], keys_of(told)[-1], told.instructions[-1]) == ("message.kept", last, Hangup())


@pytest.mark.parametrize(
    ("form", "given"),
    [
        ({"RecordingSid": SID, "RecordingDuration": "8", "Digits": "#"}, SPOKEN),
        ({"RecordingSid": SID, "RecordingDuration": "8"}, SPOKEN),
        ({"RecordingSid": SID, "RecordingDuration": "8", "Digits": "hangup"}, RecordingEnded(SID, 8, hung_up=True)),
        ({"RecordingSid": SID}, RecordingEnded(SID, 0, hung_up=False)),
        ({"RecordingSid": "RE1", "RecordingDuration": "8", "Digits": "1"}, Silent()),
        ({"RecordingUrl": "http://169.254.169.254/", "Digits": "1"}, Silent()),
        ({"RecordingSid": f"{SID}\n", "RecordingDuration": "8"}, Silent()),
        ({"RecordingSid": SID.upper(), "RecordingDuration": "8"}, Silent()),
    ],
)
def test_the_form_of_a_recording(form: dict[str, str], given: CallerInput) -> None:
    assert read(form) == given


@pytest.mark.parametrize(
    ("written", "seconds"), [("8", 8), ("", 0), ("-1", 0), ("8.5", 0), ("٣", 0), ("99999", 14_400), ("9" * 40, 0)]
)
def test_a_length_is_whole_seconds_or_none(written: str, seconds: int) -> None:
    assert seconds_of(written) == seconds


def test_the_status_callbacks_url_tells_what_is_needed_after_the_call() -> None:
    turn = message.start(Step("closed", "sv", "water", version=3, arrived=5, choice=message.DUTY), facts_at())
    record = next(one for one in turn.instructions if isinstance(one, Record))
    query = dict(pair.split("=") for pair in record.status_callback.partition("?")[2].partition("#")[0].split("&"))
    step = step_of("recording", query)
    assert (step.language, step.topic, step.version, step.choice) == ("sv", "water", 3, message.DUTY)
    assert list(query) == sorted(query)
