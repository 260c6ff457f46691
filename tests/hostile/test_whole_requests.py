"""Requests that are wrong as a whole: too large, of another kind, with somebody else's signature."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest

from tests.hostile.webhook_rig import OF_THE_DEBUGGER, RIGHT, Line
from tests.support.telephone import FORM, sign

MENU = "/voice/step/topic?lang=fi&n=n&try=1&v=1"
CPU_SECONDS = 0.5
WHERE = ("/voice/incoming", MENU, "/voice/status", "/sms/incoming", "/voice/recording")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    made = Line.at(tmp_path_factory.mktemp("whole"))
    yield made
    made.town.services.database.dispose()


@pytest.fixture(autouse=True)
def as_it_was(line: Line) -> Iterator[None]:
    yield
    changed = line.record.changed() and not line.record.only_notes_changed()
    line.put_back()
    assert not changed


def sent(line: Line, target: str, body: bytes, signed: dict[str, str], kind: str = FORM) -> int:
    headers = {"X-Twilio-Signature": sign(target, signed)}
    return line.client.post(target, data=body, headers=headers, content_type=kind).status_code


@pytest.mark.parametrize("target", WHERE)
@pytest.mark.parametrize("size", [64 * 1024 + 1, 1_000_000])
def test_a_body_that_is_too_large_is_refused_unread(line: Line, target: str, size: int) -> None:
    assert sent(line, target, b"Body=" + b"a" * size, RIGHT) == 413


@pytest.mark.parametrize("target", WHERE)
def test_five_thousand_fields_are_refused(line: Line, target: str) -> None:
    fields = {**RIGHT, **{f"f{n}": "1" for n in range(5000)}}
    body = "&".join(f"{name}={value.replace('+', '%2B')}" for name, value in fields.items()).encode()
    assert sent(line, target, body, fields) == 413


AS_MUCH_AS_MAY_BE: dict[str, bytes] = {  # less than 64 kB and two hundred fields
    "one field": b"Digits=" + b"1" * 60_000,
    "one field, escaped": b"SpeechResult=" + b"%C3%A4" * 10_000,
    "one field that is no text": b"SpeechResult=" + b"\xff" * 60_000,
    "one name": b"n" * 60_000 + b"=1",
    "two hundred fields": b"&".join(b"f%d=%s" % (at, b"1" * 300) for at in range(190)),
    "nothing but ampersands": b"&" * 60_000,
    "nothing but equals signs": b"=" * 60_000,
    "percent garbage": b"%" * 60_000,
    "pluses and blanks": b"SpeechResult=" + b"+%20" * 15_000,
    "the same field": b"&".join([b"Digits=1"] * 6_000),
    "JSON without an end": b"Payload=" + b"[" * 60_000 + b"&Level=ERROR&Sid=" + OF_THE_DEBUGGER["Sid"].encode(),
    "an address without an end": b"ErrorUrl=" + b"/" * 60_000,
    "a number without an end": b"From=" + b"%2B" + b"3" * 60_000,
}


@pytest.mark.parametrize("name", AS_MUCH_AS_MAY_BE)
def test_as_much_as_may_be_is_answered_in_time(line: Line, name: str) -> None:
    """By the processor's time, which a busy machine does not lengthen. The usual answer takes a hundredth of it."""
    body = AS_MUCH_AS_MAY_BE[name]
    pairs = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, separator="&"))
    rest = {field: value for field, value in RIGHT.items() if field not in pairs}
    whole = body + b"&" + urlencode(rest).encode()
    assert len(whole) < 64 * 1024
    for target in (*WHERE, "/voice/fallback", "/voice/debugger", "/voice/step/key-number?lang=fi&n=n&v=1"):
        begun = time.process_time()
        status = sent(line, target, whole, {**pairs, **rest})
        spent = time.process_time() - begun
        assert status < 500, target
        assert spent < CPU_SECONDS, (target, spent)
        assert status < 400 or not line.record.changed(), target
        line.put_back()


@pytest.mark.parametrize("target", WHERE)
def test_the_signature_of_one_request_opens_no_other(line: Line, target: str) -> None:
    """The same body elsewhere, the same place with another body or query, and the order of two fields' names."""
    form = {**RIGHT, "From": "anonymous", "MessageSid": "SM" + "1" * 32}
    of_this = sign(target, form)
    cases = (
        (f"{target}{'&' if '?' in target else '?'}x=1", form, of_this),
        (target, {**form, "Digits": "2"}, of_this),
        (target, {**form, "Extra": ""}, of_this),
        (target, {name: value for name, value in form.items() if name != "Digits"}, of_this),
        ("/voice/agent/ring?k=x", form, of_this),
        (target, form, of_this[:-4] + "AAA="),
        (target, form, sign(target, form, "another-token-another-token-0000")),
    )
    for address, body, signature in cases:
        answer = line.client.post(address, data=body, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 403, (address, signature)


def test_a_field_whose_name_eats_its_value_is_another_field(line: Line) -> None:
    """{Digits: 1, DigitsX: 2} and {Digits: "1DigitsX2"} have one signature: the second presses no key."""
    made = {**RIGHT, "Digits": "1", "DigitsX": "2"}
    told = {**RIGHT, "Digits": "1DigitsX2"}
    assert sign(MENU, made) == sign(MENU, told)
    answer = line.client.post(MENU, data=told, headers={"X-Twilio-Signature": sign(MENU, made)})
    assert answer.status_code == 200
    assert "<Gather" in answer.text, "asked again"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "text/xml", "multipart/form-data; boundary=x", ""])
@pytest.mark.parametrize("body", [b'{"CallSid": "x"}', b"\xff\xfe\x00", b"\xef\xbb\xbfCallSid=x", b""])
def test_another_kind_of_body_is_refused(line: Line, kind: str, body: bytes) -> None:
    for target in WHERE:
        assert sent(line, target, body, RIGHT, kind) in (400, 403), target


def test_a_name_that_ends_in_a_line_break_is_no_name(line: Line) -> None:
    """It would be one character too long for the record, which would then have failed, not the asker."""
    for target in ("/voice/incoming", MENU, "/voice/status"):
        assert line.ask(target, {**RIGHT, "CallSid": f"{RIGHT['CallSid']}\n"}, {}).status_code == 400, target
    complaint = {**RIGHT, **OF_THE_DEBUGGER}
    assert line.ask("/voice/debugger", complaint, {}).status_code == 204
    line.put_back()
    assert line.ask("/voice/debugger", {**complaint, "Sid": f"{complaint['Sid']}\n"}, {}).status_code == 400


def test_headers_change_nothing(line: Line, tmp_path: Path) -> None:
    """Host, forwarded headers and method overrides are the sender's to choose: the signature is for our own origin."""
    odd = {
        "Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http",
        "X-Original-URL": "/console/accounts", "X-Rewrite-URL": "/console/accounts", "X-HTTP-Method-Override": "DELETE",
        "I-Twilio-Idempotency-Token": "another", "Forwarded": "for=127.0.0.1;host=evil.example",
    }  # fmt: skip
    headers = {**odd, "X-Twilio-Signature": sign(MENU, RIGHT)}
    answer = line.client.post(MENU, data=RIGHT, headers=headers)
    assert answer.status_code == 200
    assert "evil.example" not in answer.text
