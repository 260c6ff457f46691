"""Record: what ends it, what its action and its callbacks hear, and what is on the tape."""

import io
import wave
from typing import Any

import pytest

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import ACCOUNT, CITY, RESIDENT, TOKEN, Rig

TEN_SECONDS = "x" * 140
WAIT = '<Say>After the beep.</Say><Pause length="10"/>'  # time to have something to say
RECORD = '<Record action="/kept" finishOnKey="#" maxLength="60"/><Say>nothing came</Say>'


def recorded(rig: Rig, side: OtherSide, document: str, **speech: Any) -> dict[str, str]:
    """What the action heard."""
    side.on("/voice", WAIT + document)
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, **speech)
    rig.ended(sid)
    return side.await_request("/kept").params


def test_words_and_a_key(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, RECORD, text=TEN_SECONDS, then="#")
    assert (told["Digits"], told["RecordingDuration"]) == ("#", "10")
    assert told["RecordingUrl"].endswith(f"/Recordings/{told['RecordingSid']}")
    assert told["CallStatus"] == "in-progress"
    assert rig.recording(told["RecordingSid"])["text"] == TEN_SECONDS


def test_silence_ends_it_and_is_trimmed(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, '<Record action="/kept" timeout="3"/>', text=TEN_SECONDS, silence=2)
    assert "Digits" not in told
    assert told["RecordingDuration"] == "10"


def test_silence_longer_than_the_time_out_ends_it_before_the_next_words(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'{WAIT}<Record action="/kept" timeout="3"/>')
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="one")
    rig.speak(sid, silence=4, text="two")
    rig.ended(sid)
    assert rig.recording(side.await_request("/kept").params["RecordingSid"])["text"] == "one"


def test_a_shorter_silence_belongs_to_the_message(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'{WAIT}<Record action="/kept" timeout="3"/>')
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="x" * 70)
    rig.speak(sid, silence=2, text="y" * 70)
    rig.ended(sid)
    assert side.await_request("/kept").params["RecordingDuration"] == "12"


def test_untrimmed_it_keeps_the_silence(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, '<Record action="/kept" timeout="4" trim="do-not-trim"/>', text=TEN_SECONDS, silence=2)
    assert told["RecordingDuration"] == "16"


def test_the_longest_recording(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, '<Record action="/kept" maxLength="7"/>', text=TEN_SECONDS)
    assert told["RecordingDuration"] == "7"
    assert rig.recording(told["RecordingSid"])["text"] == "x" * 98


def test_hanging_up_is_told_to_the_action(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, RECORD, text=TEN_SECONDS, then="hangup")
    assert (told["Digits"], told["RecordingDuration"]) == ("hangup", "10")
    assert told["CallStatus"] == "completed"


def test_nothing_but_silence_is_the_next_verb(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'<Record action="/kept" recordingStatusCallback="{side.base}/told"'
            ' recordingStatusCallbackEvent="completed absent"/><Say>nothing came</Say>')  # fmt: skip
    call = rig.ended(rig.ring())
    assert rig.words(call) == ["nothing came"]
    told = side.await_request("/told").params
    assert told["RecordingStatus"] == "absent"
    assert side.of("/kept") == []
    assert rig.media(told["RecordingSid"]).status_code == 404


def test_silence_that_is_not_trimmed_is_a_recording(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept" trim="do-not-trim" timeout="4"/>')
    side.on("/kept", "<Hangup/>")
    rig.ended(rig.ring())
    told = side.await_request("/kept").params
    assert told["RecordingDuration"] == "4"


def test_any_key_ends_it_by_default(rig: Rig, side: OtherSide) -> None:
    assert recorded(rig, side, '<Record action="/kept"/>', text=TEN_SECONDS, then="7")["Digits"] == "7"


def test_another_key_is_sound(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, '<Record action="/kept" finishOnKey="*"/>', text=TEN_SECONDS, then="7")
    assert "Digits" not in told


def test_a_pressed_key_cuts_the_words(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept"/>')
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="x" * 1400)
    rig.heard(sid, "speech")
    rig.press(sid, "1")
    told = side.await_request("/kept").params
    assert told["Digits"] == "1"
    assert int(told["RecordingDuration"]) < 60


def test_the_beep_comes_first_and_can_be_left_out(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/again"/>')
    side.on("/again", '<Record playBeep="false" timeout="600" action="/kept"/>')
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="one", then="1")
    rig.heard(sid, "recorded")
    rig.speak(sid, text="two", then="1")
    call = rig.ended(sid)
    kinds = [event["kind"] for event in call["events"] if event["kind"] in ("beep", "record", "recorded")]
    assert kinds == ["beep", "record", "recorded", "record", "recorded"]


def test_missing_action_is_the_current_document(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Record/>", "<Say>again</Say>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="hello", then="1")
    rig.heard(sid, "say", "again")
    assert "RecordingUrl" in side.await_request("/voice", 2).params


def test_an_inline_document_needs_an_action(rig: Rig) -> None:
    rig.behave(RESIDENT, "answer")
    answer = rig.rest("POST", "Calls.json", To=RESIDENT, From=CITY, Twiml="<Response><Record/></Response>")
    sid = answer.json()["sid"]
    rig.heard(sid, "answered")
    rig.speak(sid, text="hello", then="1")
    rig.ended(sid)
    assert 11100 in rig.errors()


def test_status_callbacks_as_asked_for(rig: Rig, side: OtherSide) -> None:
    callback = 'recordingStatusCallback="/told?a=1" recordingStatusCallbackEvent="in-progress completed"'
    recorded(rig, side, f'<Record action="/kept" {callback}/>', text=TEN_SECONDS, then="1")
    first, last = side.await_request("/told"), side.await_request("/told", 2)
    assert [one.params["RecordingStatus"] for one in (first, last)] == ["in-progress", "completed"]
    assert last.params["RecordingDuration"] == "10"
    assert last.params["RecordingSource"] == "RecordVerb"
    assert last.params["RecordingChannels"] == "1"
    assert "From" not in last.params
    assert last.headers["X-Twilio-Signature"]


def test_by_default_only_the_completed_recording_is_told(rig: Rig, side: OtherSide) -> None:
    recorded(rig, side, '<Record action="/kept" recordingStatusCallback="/told"/>', text="hello", then="1")
    assert side.await_request("/told").params["RecordingStatus"] == "completed"
    assert len(side.of("/told")) == 1


def test_sent_elsewhere_it_keeps_the_sound_and_asks_no_action(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept" recordingStatusCallback="/told"/>')
    side.on("/elsewhere", "<Say>here</Say>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="x" * 1400)
    rig.heard(sid, "speech")
    rig.rest("POST", f"Calls/{sid}.json", Url=f"{side.base}/elsewhere")
    assert rig.words(rig.ended(sid)) == ["here"]
    assert side.await_request("/told").params["RecordingStatus"] == "completed"
    assert side.of("/kept") == []


def test_a_live_call_sent_to_a_recording_needs_an_action(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>wait</Say><Pause length="600"/>')
    side.on("/elsewhere", "<Record/><Say>passed over</Say>")
    sid = rig.ring()
    rig.heard(sid, "pause")
    rig.rest("POST", f"Calls/{sid}.json", Url=f"{side.base}/elsewhere#rc=1")
    assert rig.words(rig.ended(sid)) == ["wait", "passed over"]
    assert rig.errors() == [11100]


def test_the_caller_may_listen_to_it_with_the_keys_in_the_url(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept" recordingStatusCallback="/told"/>')
    side.on("/kept", '<Pause length="5"/><Redirect>/listen</Redirect>')
    side.on("/listen", lambda _form: _play(rig, side, f"{ACCOUNT}:{TOKEN}@") + _play(rig, side, ""))
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text=TEN_SECONDS, then="1")
    call = rig.ended(sid)
    assert [event["data"]["seconds"] for event in call["events"] if event["kind"] == "play"] == [10.0]
    assert rig.errors() == [11200]


def _play(rig: Rig, side: OtherSide, keys: str) -> str:
    url = side.await_request("/told").params["RecordingUrl"].replace("http://", f"http://{keys}")
    return f"<Play>{url}</Play>"


def test_transcribe_is_shown_and_shortens(rig: Rig, side: OtherSide) -> None:
    told = recorded(rig, side, '<Record action="/kept" transcribe="true"/>', seconds=200)
    assert told["RecordingDuration"] == "120"
    assert rig.errors() == [0]


def test_a_browser_is_recorded_for_ten_minutes_at_most(rig: Rig, side: OtherSide) -> None:
    rig.lab("POST", "clock", {"rate": 600})
    side.on("/voice", '<Say>After the beep.</Say><Pause length="200"/><Record action="/kept"/>')
    side.on("/kept", "<Hangup/>")
    rig.lab("POST", "phones", {"number": "client:a_1"})
    sid = rig.ring("client:a_1")
    rig.heard(sid, "answered")
    rig.speak(sid, seconds=900)
    rig.ended(sid)
    assert side.await_request("/kept").params["RecordingDuration"] == "600"


def test_keys_before_the_beep_are_lost(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>now</Say><Pause length="20"/><Record action="/kept" timeout="2"/><Say>nothing came</Say>')
    sid = rig.ring()
    rig.heard(sid, "pause")
    rig.press(sid, "1")
    assert rig.words(rig.ended(sid)) == ["now", "nothing came"]
    assert side.of("/kept") == []


def test_the_sound_is_real(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f'{WAIT}<Record action="/kept" trim="do-not-trim" playBeep="false"/>')
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, silence=2, seconds=3, then="1")
    rig.ended(sid)
    recording = side.await_request("/kept").params["RecordingSid"]
    with wave.open(io.BytesIO(rig.sound(recording))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        assert file.getnframes() == 5 * 8000
        silent, loud = file.readframes(2 * 8000), file.readframes(3 * 8000)
    assert set(silent) == {0}
    assert len(set(loud)) > 100


def test_a_reset_while_recording_tells_nobody(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Record action="/kept" recordingStatusCallback="/told" playBeep="false"/>')
    sid = rig.ring()
    rig.heard(sid, "record")
    rig.speak(sid, text=TEN_SECONDS)
    rig.lab("POST", "reset", {})  # waits for the call's own thread
    assert rig.lab("GET", "recordings")["recordings"] == []
    assert [one.path for one in side.seen] == ["/voice"]


def test_speaking_is_impossible_without_a_call(rig: Rig, side: OtherSide) -> None:
    sid = rig.ended(rig.ring())["call_sid"]
    rig.lab("POST", f"calls/{sid}/speak", {"text": "hello"}, expect=409)
    rig.lab("POST", "calls/CA1/speak", {"text": "hello"}, expect=404)


def test_what_is_to_be_said_after_the_beep_may_be_known_while_it_rings(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Pause length="10"/><Record action="/kept"/>')  # a pause does not answer
    sid = rig.ring()
    rig.lab("POST", f"calls/{sid}/speak", {"text": "hello", "now": True}, expect=409)
    rig.speak(sid, text="hello", then="1")
    rig.ended(sid)
    assert side.await_request("/kept").params["Digits"] == "1"


@pytest.mark.parametrize("wrong", [{}, {"seconds": "x"}, {"seconds": -1}, {"text": "a", "then": "bye"}])
def test_nonsense_is_refused(rig: Rig, side: OtherSide, wrong: dict[str, Any]) -> None:
    side.on("/voice", "<Record/>")
    sid = rig.ring()
    rig.heard(sid, "record")
    rig.lab("POST", f"calls/{sid}/speak", wrong, expect=400)
