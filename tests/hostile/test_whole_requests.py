"""Requests that are wrong as a whole: too large, of another kind, with somebody else's signature."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hostile.webhook_rig import OF_THE_DEBUGGER, RIGHT, Line
from tests.support.telephone import FORM, sign

MENU = "/voice/step/topic?lang=fi&n=n&try=1&v=1"
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
