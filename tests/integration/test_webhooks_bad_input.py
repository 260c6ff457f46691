"""Nothing that a telephone, a proxy or an attacker sends is answered with a failure, and nothing of it is believed."""

import logging
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from adapters.schema import callback_request, phone_number
from desks.store import CALLER
from ivr.dialogue.steps import STEPS
from ivr.step_url import Step, url_of
from tests.support.services import ACCOUNT, CITY, Town, empty_record
from tests.support.telephone import FORM, Telephone, sign

ODD_KEYS = ["", *"0123456789*#", "**", "##", "12", "1w2", "5" * 500, "1\x00", "１", "٣", "<1>", "&amp;", "1 ", "-1"]
ODD_NUMBERS = {
    "": None,
    "anonymous": None,
    "Restricted": None,
    "+266696687": None,  # ANONYMOUS on a keypad
    "+86282452253": None,
    "sip:mallory@example.org": None,
    "sip:+358401234567@example.org": None,
    "client:mallory": None,
    CITY: None,
    "+358600123456": None,
    "+1900" + "5" * 7: None,
    "+" + "3" * 200: None,
    "+3584076\n54322": "+358407654322",
    "<script>alert(1)</script>": None,
    "'; DROP TABLE call; --": None,
    "\x00\x01\x02": None,
    "+358 40-765 4321": "+358407654321",
}
ODD_WORDS = [
    "",
    "0",
    "fi",
    "xx",
    "FI",
    "'",
    "<Say>",
    "\x00",
    "\ud7ff",
    "ä" * 70,
    "-1",
    "9" * 40,
    "../../etc",
    "None",
    "%00",
]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    one = Town.over(empty_record("sqlite", tmp_path_factory.mktemp("bad-input")))
    yield one
    one.services.database.dispose()


@pytest.fixture(scope="module")
def telephone(town: Town) -> Telephone:
    return Telephone.at(town)


@pytest.fixture(autouse=True)
def failures(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """An answer in words may hide a mistake of ours: then the log holds it."""
    yield
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def a_step(name: str, nonce: str) -> str:
    return url_of("", Step(name, "fi", "housing", 1, 1, 1_795_507_200_000, nonce, "asap"))


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_key_in_every_step(telephone: Telephone, name: str) -> None:
    for at, keys in enumerate(ODD_KEYS):
        telephone.post(a_step(name, f"k{at}"), Digits=keys)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_every_ending_in_every_step(telephone: Telephone, name: str) -> None:
    for at, word in enumerate(("completed", "answered", "busy", "no-answer", "failed", "canceled", "", "x" * 300)):
        telephone.post(a_step(name, f"d{at}"), DialCallStatus=word)
        telephone.post(a_step(name, f"q{at}"), QueueResult=word)


@pytest.mark.parametrize("number", ODD_NUMBERS, ids=range(len(ODD_NUMBERS)))
def test_odd_numbers_are_served_and_never_kept_as_they_came(town: Town, number: str) -> None:
    telephone = Telephone.at(town, number=number, sid=f"CA{0x900 + list(ODD_NUMBERS).index(number):032x}")
    telephone.rings()
    for key in ("2", "1", "1", "1", "1"):
        telephone.presses(key)
    telephone.send("/voice/status", CallStatus="completed", CallDuration="20")
    with town.services.database.read() as connection:
        kept = set(connection.execute(phone_number.select()).mappings().all())
    assert {row["e164"] for row in kept} <= {"+358401234567", "+358407654321", "+358407654322"}
    promised = town.every(callback_request, origin_call_sid=telephone.sid)
    assert len(promised) == (1 if ODD_NUMBERS[number] else 0)


@pytest.mark.parametrize("parameter", ["a", "c", "l", "lang", "n", "r", "t", "try", "v"])
def test_parameters_of_wrong_shapes(telephone: Telephone, parameter: str) -> None:
    for name in ("language", "topic", "offer", "number", "wait", "left", "desk-over"):
        for word in ODD_WORDS:
            telephone.post(f"/voice/step/{name}?{parameter}={quote(word)}", Digits="1")


@pytest.mark.parametrize("name", ["nobody", "incoming", "Topic", "topic%20", "%3Cscript%3E", "a" * 300, "%E2%82%AC"])
def test_an_unknown_step_begins_again_at_the_greeting(telephone: Telephone, name: str) -> None:
    assert telephone.post(f"/voice/step/{name}?lang=fi", Digits="1").count("<Say") >= 3


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(STEPS)),
    parameters=st.dictionaries(st.sampled_from(["a", "c", "l", "lang", "r", "t", "try", "v"]), st.text(max_size=12)),
    form=st.dictionaries(
        st.sampled_from(["Digits", "DialCallStatus", "QueueResult", "From", "SpeechResult"]),
        st.text(st.characters(codec="utf-8"), max_size=12),
    ),
)
def test_anything_at_all(telephone: Telephone, name: str, parameters: dict[str, str], form: dict[str, str]) -> None:
    telephone.heard.clear()
    clean = {key: value.encode(errors="ignore").decode() for key, value in parameters.items()}
    telephone.post(f"/voice/step/{name}?x=1&{urlencode(clean)}", **form)


# --- what is refused before it is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("sid", ["", "CA1", "CA" + "G" * 32, "CA" + "1" * 33, "SM" + "1" * 32, "CA" + "1" * 31 + "\n"])
def test_a_malformed_call_is_refused(town: Town, sid: str) -> None:
    for path in ("/voice/incoming", "/voice/step/topic", "/voice/status", "/voice/fallback", "/voice/agent/ring?k=x"):
        assert Telephone.at(town, sid=sid).send(path).status_code == 400, path


def test_repeated_keys_are_refused_although_signed(telephone: Telephone) -> None:
    fields = MultiDict([("CallSid", telephone.sid), ("AccountSid", ACCOUNT), ("Digits", "1"), ("Digits", "2")])
    headers = {"X-Twilio-Signature": sign("/voice/step/topic", fields)}
    assert telephone.client.post("/voice/step/topic", data=fields, headers=headers).status_code == 403


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_another_kind_of_body_is_refused(telephone: Telephone, kind: str) -> None:
    fields = {"CallSid": telephone.sid, "AccountSid": ACCOUNT}
    headers = {"X-Twilio-Signature": sign("/voice/incoming", fields)}
    body = f"CallSid={telephone.sid}&AccountSid={ACCOUNT}"
    answer = telephone.client.post("/voice/incoming", data=body, headers=headers, content_type=kind)
    assert answer.status_code == 403


def test_another_account_another_token_and_a_changed_url_are_refused(telephone: Telephone) -> None:
    fields = {"CallSid": telephone.sid, "AccountSid": ACCOUNT}
    path = "/voice/step/topic?lang=fi"
    cases = [
        (path, {**fields, "AccountSid": "AC" + "f" * 32}, sign(path, {**fields, "AccountSid": "AC" + "f" * 32})),
        (path, fields, sign(path, fields, "another-token-another-token")),
        ("/voice/step/topic?lang=sv", fields, sign(path, fields)),
        (path, {**fields, "Digits": "1"}, sign(path, fields)),
        (path, fields, ""),
    ]
    for target, form, signature in cases:
        answer = telephone.client.post(target, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 403, target


def test_the_previous_token_is_accepted_while_it_is_being_changed(tmp_path_factory: pytest.TempPathFactory) -> None:
    previous = "fedcba9876543210fedcba9876543210"
    record = empty_record("sqlite", tmp_path_factory.mktemp("rotation"))
    town = Town.over(record, TWILIO_AUTH_TOKEN_PREVIOUS=previous)
    fields = {"CallSid": "CA" + "1" * 32, "AccountSid": ACCOUNT, "From": "+358401234567"}
    client = Telephone.at(town).client
    for token, status in ((previous, 200), ("0" * 32, 403)):
        headers = {"X-Twilio-Signature": sign("/voice/incoming", fields, token)}
        assert client.post("/voice/incoming", data=fields, headers=headers).status_code == status


def test_too_long_a_body_is_refused(telephone: Telephone) -> None:
    fields = {"CallSid": telephone.sid, "AccountSid": ACCOUNT, "Digits": "1" * (64 * 1024)}
    headers = {"X-Twilio-Signature": sign("/voice/incoming", fields)}
    answer = telephone.client.post("/voice/incoming", data=fields, headers=headers, content_type=FORM)
    assert answer.status_code == 413


def test_a_sound_file_is_nothing_but_a_sound_file(telephone: Telephone) -> None:
    for name in ("../../wsgi.py", "%2e%2e/%2e%2e/.env", "..%2f..%2fbootstrap.py", "fi/../../twiml.py", "nothing.wav"):
        assert telephone.client.get(f"/voice/sound/{name}").status_code == 404, name
    assert telephone.client.get("/voice/sound/music.wav").status_code == 200


def test_nobody_was_let_into_the_line_by_all_this(town: Town) -> None:
    assert [row for row in town.every(CALLER) if row["desk"] not in ("housing", "extended", "advice")] == []
