"""What Twilio would not accept is shown, and the call goes the way Twilio's would."""

import pytest
from flask import Response

from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from emulator.voices import speaks
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import Rig

CALL, QUEUE, ROOM, CALLED = Context.CALL, Context.QUEUE_WAIT, Context.CONFERENCE_WAIT, Context.CALLED_PARTY


@pytest.mark.parametrize(
    ("context", "inside", "code"),
    [
        (CALL, "<Speak>a</Speak>", 12200),
        (CALL, "<Start><Stream/></Start>", 0),
        (CALL, "<say>a</say>", 12200),
        (CALL, '<Say bogusAttr="x">a</Say>', 12200),
        (CALL, '<Gather numDigits="0"/>', 12200),
        (CALL, '<Gather NumDigits="1"/>', 12200),
        (CALL, '<Gather finishOnKey="12"/>', 12200),
        (CALL, '<Gather bargeIn="true"/>', 12200),
        (CALL, "<Gather><Gather/></Gather>", 12200),
        (CALL, "<Gather><Redirect>/x</Redirect></Gather>", 12200),
        (CALL, '<Gather><Play digits="1"/></Gather>', 12200),
        (CALL, "<Say><Play>http://x/</Play></Say>", 12200),
        (CALL, '<Pause length="-1"/>', 12200),
        (CALL, "<Redirect/>", 12200),
        (CALL, "<Play/>", 12200),
        (CALL, "text", 12200),
        (CALL, '<Dial timeout="4">+358401234567</Dial>', 12200),
        (CALL, '<Dial timeout="601">+358401234567</Dial>', 12200),
        (CALL, "<Dial><Number statusCallbackEvent=\"['ringing']\">+358401234567</Number></Dial>", 12200),
        (CALL, "<Dial>" + "<Number>+358401234567</Number>" * 11 + "</Dial>", 12200),
        (CALL, "<Dial><Conference>a</Conference><Number>+358401234567</Number></Dial>", 12200),
        (CALL, "<Dial><Number>not a number</Number></Dial>", 13223),
        (CALL, "<Dial><Conference/></Dial>", 12200),
        (CALL, "<Dial><Client/></Dial>", 12200),
        (CALL, "<Enqueue/>", 14204),
        (CALL, f"<Enqueue>{'q' * 65}</Enqueue>", 14205),
        (CALL, '<Reject reason="sorry"/>', 12200),
        (CALL, '<Hangup now="1"/>', 12200),
        (CALL, "<Say/>", 13520),
        (CALL, f"<Say>{'a' * 4097}</Say>", 13521),
        (CALL, '<Say language="sv-FI">hej</Say>', 13512),
        (CALL, '<Say voice="Polly.Suvi">hei</Say>', 13512),
        (CALL, '<Say voice="Google.fi-FI-Chirp3-HD-Aoede" language="fi-FI">hei</Say>', 13512),
        (CALL, '<Say voice="Polly.Suvi-Neural" language="sv-SE">hej</Say>', 13512),
        (QUEUE, "<Dial>+358401234567</Dial>", 12200),
        (QUEUE, "<Enqueue>b</Enqueue>", 12200),
        (QUEUE, "<Record/>", 12200),
        (ROOM, "<Record/>", 12200),
        (CALLED, "<Record/>", 12200),
        (CALL, "<Gather><Record/></Gather>", 12200),
        (CALL, "<Record><Say>a</Say></Record>", 12200),
        (CALL, "<Record>a</Record>", 12200),
        (CALL, '<Record maxLength="0"/>', 12200),
        (CALL, '<Record maxLength="14401"/>', 12200),
        (CALL, '<Record finishOnKey="A"/>', 12200),
        (CALL, '<Record timeout="auto"/>', 12200),
        (CALL, '<Record trim="yes"/>', 12200),
        (CALL, '<Record recordingStatusCallbackEvent="done"/>', 12200),
        (ROOM, "<Gather/>", 12200),
        (ROOM, "<Hangup/>", 12200),
        (ROOM, "<Leave/>", 12200),
        (CALLED, "<Dial>+358401234567</Dial>", 13201),
        (CALLED, "<Redirect>/x</Redirect>", 12200),
    ],
)
def test_refused(context: Context, inside: str, code: int) -> None:
    _, problems = parse(f"<Response>{inside}</Response>", context)
    assert [problem.code for problem in problems] == [code]


@pytest.mark.parametrize(
    ("context", "inside"),
    [
        (CALL, '<Gather input="dtmf speech" numDigits="1" finishOnKey="" timeout="auto"><Say>a</Say><Pause/></Gather>'),
        (CALL, '<Say voice="Polly.Elin-Neural" language="sv-SE">hej <break time="1s"/> på <s>dig</s></Say>'),
        (CALL, '<Say language="en-GB" voice="Google.en-GB-Chirp3-HD-Leda">hi</Say>'),
        (CALL, '<Dial answerOnBridge="true" timeout="600"><Client><Identity>a_1</Identity></Client></Dial>'),
        (
            CALL,
            '<Dial><Client>a_1<Parameter name="m" value="1"/></Client></Dial>'.replace(
                "a_1<", "<Identity>a</Identity><"
            ),
        ),
        (CALL, "<Dial>+358 40 123 4567</Dial>"),
        (CALL, "<!-- a remark --><Leave/>"),
        (
            CALL,
            '<Record action="/a" method="GET" timeout="0" finishOnKey="*#" maxLength="120" playBeep="false"'
            ' trim="do-not-trim" recordingStatusCallback="/b" recordingStatusCallbackMethod="GET" transcribe="false"'
            ' recordingStatusCallbackEvent="in-progress completed absent"/>',
        ),
        (QUEUE, "<Gather><Say>a</Say></Gather><Leave/>"),
        (ROOM, "<Play>http://x/a.wav</Play><Redirect>/x</Redirect>"),
        (CALLED, "<Gather><Say>a</Say></Gather><Hangup/>"),
    ],
)
def test_accepted(context: Context, inside: str) -> None:
    _, problems = parse(f"<Response>{inside}</Response>", context)
    assert problems == []


def test_bad_part_is_left_out_and_the_call_goes_on(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Say>one</Say><Wait/><Say loop="x">two</Say>')
    call = rig.ended(rig.ring())
    assert rig.words(call) == ["one", "two"]
    assert rig.errors() == [12200, 12200]
    assert [event["data"]["code"] for event in call["events"] if event["kind"] == "error"] == [12200, 12200]
    assert "<Wait/>" in rig.lab("GET", "errors")[0]["document"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Response("<Response/>", mimetype="application/json"), 12300),
        (Response("", mimetype="text/xml"), 11770),
        (Response("<Response><Say>", mimetype="text/xml"), 12100),
        (Response(f"<Response><Say>{'a' * 66000}</Say></Response>", mimetype="text/xml"), 11750),
        (Response(status=302, headers={"Location": "/voice"}), 11215),
        (Response("no", status=404), 11200),
    ],
)
def test_useless_answers_lead_to_the_fallback(rig: Rig, side: OtherSide, answer: Response, code: int) -> None:
    side.on("/voice", answer)
    side.on("/fallback", "<Say>fallback</Say>")
    assert rig.words(rig.ended(rig.ring())) == ["fallback"]
    assert rig.errors() == [code]
    assert side.await_request("/fallback").params["ErrorCode"] == str(code)


def test_plain_text_is_read_aloud(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", Response("hello there", mimetype="text/plain"))
    assert rig.words(rig.ended(rig.ring())) == ["hello there"]


def test_redirected_answer_loses_the_digits(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Gather numDigits="1" action="/key" timeout="60"/>')
    side.on("/key", Response(status=302, headers={"Location": "/other"}))
    side.on("/other", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "gather")
    rig.press(sid, "1")
    rig.ended(sid)
    seen = side.await_request("/other")
    assert (seen.method, "Digits" in seen.params) == ("GET", False)


def test_sound(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f"<Play>{side.base}/a.wav</Play><Play>{side.base}/b.wav</Play><Play>/c.wav</Play>")
    side.on("/a.wav", Response(b"RIFF", mimetype="audio/wav"))
    side.on("/b.wav", Response("x", mimetype="text/html"))
    call = rig.ended(rig.ring())
    assert [event["text"] for event in call["events"] if event["kind"] == "play"] == [f"{side.base}/a.wav"]
    assert rig.errors() == [13420, 11100]
    assert "CallSid" not in side.await_request("/a.wav").params


@pytest.mark.parametrize(("reason", "status"), [("busy", "busy"), ("rejected", "failed")])
def test_reject(rig: Rig, side: OtherSide, reason: str, status: str) -> None:
    side.on("/voice", f'<Reject reason="{reason}"/>')
    call = rig.ended(rig.ring())
    assert call["status"] == status
    assert "answered" not in [event["kind"] for event in call["events"]]


def test_no_voice_for_finland_swedish() -> None:
    assert not speaks(None, "sv-FI")
    assert speaks("Polly.Astrid", "sv-SE")
    assert speaks(None, None)
