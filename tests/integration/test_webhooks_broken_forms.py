"""Broken forms, encodings and names: a document that plays or a refusal, never a failure, nothing kept that should not.

Each is validly signed for what arrives, so that the signature is not what saves us.
"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from sqlalchemy import func, select

from adapters.schema import call, callback_request, metadata, phone_number, recording, route_decision, status_event
from desks.store import CALLER
from emulator.twiml_parse import parse
from emulator.twiml_tables import Context
from ivr.dialogue.steps import STEPS
from ivr.step_url import Step, url_of
from tests.hostile.corpus import GROUPS
from tests.support.services import ACCOUNT, CITY, Town, empty_record, sample_rules
from tests.support.telephone import FORM, Telephone, sign

SID = "CA" + "7" * 32
BASICS = {"CallSid": SID, "AccountSid": ACCOUNT, "From": "+358401234567", "To": CITY}
BASICS_WRITTEN = f"CallSid={SID}&AccountSid={ACCOUNT}&From=%2B358401234567&To=%2B358175550100"
MENU = "/voice/step/topic?lang=fi&n=n&try=1&v=1"
PATHS = ("/voice/incoming", MENU, "/voice/step/language?try=1&v=1", "/voice/fallback")
EVIL = "<break time='9s'/> & ]]> <Say>paha</Say> \x00\x0b\ud800 \U0001f4de {city} %s"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    one = Town.over(empty_record("sqlite", tmp_path_factory.mktemp("broken-forms")))
    yield one
    one.services.database.dispose()


@pytest.fixture
def telephone(town: Town) -> Telephone:
    return Telephone.at(town, sid=SID)


@pytest.fixture(autouse=True)
def failures(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An answer in words may hide a mistake of ours: then the log holds it."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def rows(town: Town) -> Mapping[str, int]:
    """Of every table but the notes why a call went where: a figure written in another script is a key, too."""
    with town.services.database.read() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
            if table is not route_decision
        }


def posted(telephone: Telephone, target: str, body: bytes, kind: str = FORM) -> int:
    """Signed for what a reader of forms makes of it. A document that plays, nothing at all (204), or a refusal."""
    fields = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    headers = {"X-Twilio-Signature": sign(target, fields)}
    answer = telephone.client.post(target, data=body, headers=headers, content_type=kind)
    assert answer.status_code in (200, 204) or 400 <= answer.status_code < 500, (target, body[:80], answer.status_code)
    if answer.status_code == 200:
        verbs, problems = parse(answer.get_data(as_text=True), Context.CALL)
        assert verbs
        assert problems == []
    return int(answer.status_code)


BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "only ampersands": b"&&&&====&",
    "percent garbage": f"{BASICS_WRITTEN}&Digits=%zz%f%".encode(),
    "broken UTF-8, escaped": f"{BASICS_WRITTEN}&SpeechResult=%ff%fe%c3%28".encode(),
    "broken UTF-8, raw": BASICS_WRITTEN.encode() + b"&SpeechResult=\xff\xfe\xc3(",
    "latin-1": BASICS_WRITTEN.encode() + "&SpeechResult=vesivuoto pääkadulla".encode("latin-1"),
    "UTF-16": BASICS_WRITTEN.encode("utf-16"),
    "a NUL": BASICS_WRITTEN.encode() + b"&Digits=1%00&SpeechResult=a\x00b",
    "control characters": BASICS_WRITTEN.encode() + b"&SpeechResult=%01%02%1b%7f%c2%85",
    "a lone surrogate": BASICS_WRITTEN.encode() + b"&SpeechResult=%ed%a0%80",
    "two hundred and fifty fields": BASICS_WRITTEN.encode() + b"".join(b"&f%d=%d" % (n, n) for n in range(250)),
    "a field without a name": BASICS_WRITTEN.encode() + b"&=1&=2",
    "a very long name": BASICS_WRITTEN.encode() + b"&" + b"n" * 20_000 + b"=1",
    "more than 64 kB": BASICS_WRITTEN.encode() + b"&SpeechResult=" + b"a" * 70_000,
    "semicolons": BASICS_WRITTEN.encode() + b";Digits=1;Digits=2",
    "brackets": BASICS_WRITTEN.encode() + b"&Digits[]=1&Digits[a]=2",
    "JSON under another name": b'{"CallSid": "' + SID.encode() + b'"}',
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("path", PATHS)
def test_a_broken_form_is_played_or_refused_and_nothing_is_kept(
    town: Town, telephone: Telephone, path: str, name: str
) -> None:
    before = rows(town)
    posted(telephone, path, BROKEN[name])
    assert rows(town) == before


@pytest.mark.parametrize(
    "kind",
    ["application/json", "multipart/form-data; boundary=x", "text/xml", "application/octet-stream", "x/y; a=\xff"],
)
def test_another_kind_of_body_is_refused_and_nothing_is_kept(town: Town, telephone: Telephone, kind: str) -> None:
    before = rows(town)
    bodies = (BASICS_WRITTEN.encode(), b'{"CallSid": 1}', b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--")
    for body in bodies:
        assert 400 <= posted(telephone, "/voice/incoming", body, kind) < 500
    assert rows(town) == before


@pytest.mark.parametrize(
    "query",
    [
        "lang=%ff%fe",
        "t=%00",
        "t=%zz",
        "try=%ef%bc%91",
        "c=%ed%a0%80",
        "lang=fi&lang=sv",
        "t[]=x",
        "&&&",
        "v=" + "9" * 400,
    ],
)
def test_a_broken_address_is_played_or_refused(town: Town, telephone: Telephone, query: str) -> None:
    before = rows(town)
    for name in ("topic", "language", "closed", "number"):
        posted(telephone, f"/voice/step/{name}?{query}", (BASICS_WRITTEN + "&Digits=9").encode())
    assert rows(town) == before


# --- fields with odd values ----------------------------------------------------------------------------------------

ODD = (
    *("", "0", "-1", "9" * 500, "x" * 500, "１２３", "٣", "<Say/>", "]]>", "\x00", "\x1b[2J", "ä" * 300),
    *("'; DROP TABLE call; --", "../../etc/passwd", "http://169.254.169.254/", "file:///etc/passwd", "javascript:x()"),
)
FIELDS = (
    *("To", "Called", "CallStatus", "SpeechResult", "Confidence", "QueueSid", "QueuePosition", "QueueTime", "Digits"),
    *("DialCallSid", "DialCallDuration", "RecordingUrl", "RecordingSid", "RecordingDuration", "FromCity"),
)


@pytest.mark.parametrize("name", FIELDS)
def test_every_odd_value_of_every_field(town: Town, telephone: Telephone, name: str) -> None:
    before = rows(town)
    for value in ODD:
        telephone.send(MENU, **{name: value})
        answer = telephone.post("/voice/incoming", **{name: value})
        assert "SpeechResult" not in answer
    assert rows(town) == before


def test_an_odd_recording_is_never_fetched_nor_kept(town: Town, telephone: Telephone) -> None:
    before = rows(town)
    for step in ("message-done", "message-choice"):
        for value in ODD:
            telephone.post(
                url_of("", Step(step, "fi", "housing", nonce=f"o{ODD.index(value)}")),
                RecordingSid=value, RecordingUrl=value, RecordingDuration="12",
            )  # fmt: skip
    for value in ODD:
        answer = telephone.send("/voice/recording?lang=fi&t=housing", RecordingSid=value, RecordingUrl=value)
        assert answer.status_code == 204
    after = rows(town)
    assert after["recording"] == before["recording"] == 0
    assert after["outbox"] == before["outbox"]
    assert after["callback_request"] == before["callback_request"]


def test_the_address_of_a_recording_is_taken_from_its_name_only(tmp_path: Any) -> None:
    """Whoever could send us an address could make us fetch from inside: what is stored holds none."""
    town = Town.over(empty_record("sqlite", tmp_path))
    telephone = Telephone.at(town, sid=SID)
    sid = "RE" + "a" * 32
    telephone.post(
        url_of("", Step("message-done", "fi", "housing", nonce="n")),
        RecordingSid=sid, RecordingUrl="http://169.254.169.254/latest", RecordingDuration="12",
    )  # fmt: skip
    kept = town.one(recording, recording_sid=sid)
    assert "169.254" not in repr(kept)
    town.services.database.dispose()


@pytest.mark.parametrize("status", ["completed", "ringing", "x" * 400, "\x00", "<b>", "完了"])
@pytest.mark.parametrize("number", ["", "anonymous", "sip:a@b", "\x00", "+" + "9" * 90, CITY])
def test_odd_news_of_a_call_keeps_no_number(town: Town, telephone: Telephone, status: str, number: str) -> None:
    telephone = replace(telephone, number=number)
    answer = telephone.send("/voice/status", CallStatus=status, CallDuration="x", SequenceNumber="\x00")
    assert answer.status_code in (204, 400)
    with town.services.database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(phone_number)) == 0


@pytest.mark.parametrize("value", GROUPS[38].inputs)
def test_figures_and_times_that_cannot_be_end_a_call_all_the_same(tmp_path: Any, value: str) -> None:
    """The end of a call is noted, with seconds that can be or none; told again in any order, it stays as it was."""
    town = Town.over(empty_record("sqlite", tmp_path))
    telephone = Telephone.at(town, sid=SID)
    ended = {"CallStatus": "completed", "CallDuration": value, "SequenceNumber": value, "Timestamp": value}
    for number in (value, value, "-1", "0", "2147483648"):
        assert telephone.send("/voice/status", **{**ended, "SequenceNumber": number}).status_code == 204
    assert telephone.send("/voice/status", CallStatus="in-progress", SequenceNumber=value).status_code == 204
    noted = town.one(call, call_sid=SID)
    assert noted["status"] == "completed"
    assert noted["ended_at"] == town.clock.now()
    assert noted["seconds"] is None or 0 <= noted["seconds"] <= 7 * 24 * 3600
    assert [one["sequence"] for one in town.every(status_event, status="completed")] == [0]
    town.services.database.dispose()


# --- step addresses that were tampered with, yet signed ------------------------------------------------------------

PARAMETERS = ("a", "c", "l", "lang", "m", "n", "p", "r", "t", "try", "v")


@pytest.mark.parametrize("name", sorted(STEPS))
def test_odd_parameters_in_every_step(town: Town, telephone: Telephone, name: str) -> None:
    promised = len(town.every(callback_request))
    for parameter in PARAMETERS:
        for value in ("", "-1", "9" * 40, "\x00", "<Say>", "ä" * 70, "None", "../x"):
            telephone.post(f"/voice/step/{name}?{parameter}={quote(value)}", Digits="8")
    assert len(town.every(callback_request)) == promised


@pytest.mark.parametrize("name", sorted(STEPS))
def test_nobody_acts_on_another_callers_place_or_request(tmp_path: Any, name: str) -> None:
    town = Town.over(empty_record("sqlite", tmp_path))
    line, request = town.caller(), town.request()
    before = town.one(CALLER, id=line), town.one(callback_request, id=request)
    stranger = Telephone.at(town, number="+358409999999", sid=SID)
    for at, keys in enumerate(("1", "2", "3", "4", "5", "")):
        step = Step(name, "fi", "housing", 1, 1, 1_795_507_200_000, f"n{at}", "asap", line, request)
        stranger.post(url_of("", step), Digits=keys)
    assert (town.one(CALLER, id=line), town.one(callback_request, id=request)) == before
    town.services.database.dispose()


# --- markup in names -----------------------------------------------------------------------------------------------


def evil(words: Mapping[str, str]) -> dict[str, str]:
    return {language: f"{said} {EVIL}" for language, said in words.items()}


@pytest.fixture
def evil_town(tmp_path: Any) -> Iterator[Town]:
    rules = sample_rules()
    rules = replace(
        rules,
        city=evil(rules.city),
        departments=tuple(replace(d, spoken=evil(d.spoken), name=evil(d.name)) for d in rules.departments),
        topics=tuple(
            replace(
                t, spoken=evil(t.spoken), about=evil(t.about), name=evil(t.name),
                information=evil(t.information) if t.information else None,
            )
            for t in rules.topics
        ),
        duties=tuple(replace(d, spoken=evil(d.spoken)) for d in rules.duties),
    )  # fmt: skip
    one = Town.over(empty_record("sqlite", tmp_path), rules=rules)
    one.agent("<b>Aino</b> & ]]>"[:12], desks=tuple(d.id for d in rules.departments if d.kind == "console"))
    yield one
    one.services.database.dispose()


@pytest.mark.parametrize("keys", ["11", "12", "13", "21", "22", "31", "33", "41", "43", "51", "55", "0"])
def test_markup_in_names_is_spoken_as_it_stands_and_never_obeyed(evil_town: Town, keys: str) -> None:
    for language in "123":
        telephone = Telephone.at(evil_town, sid=evil_town.new_sid())
        telephone.rings()
        telephone.presses(language)
        for key in keys:
            telephone.presses(key)
        for document in telephone.heard:
            assert "paha" not in document or "&lt;Say&gt;paha&lt;/Say&gt;" in document
            assert "<break time='9s'" not in document
            assert "\x00" not in document


def test_the_call_is_noted_once_whatever_came(town: Town) -> None:
    assert len(town.every(call, call_sid=SID)) <= 1
    assert town.every(CALLER, call_sid=SID) == []
