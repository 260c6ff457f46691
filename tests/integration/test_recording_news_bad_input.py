"""News of recordings as nobody should send them: a clear line in the log, the matter kept, and nothing else.

What is forged is refused (403). What is signed and odd is answered with 204: asking again would bring the same.
"""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.schema import outbox, recording
from callbacks import store as promises
from ivr.webhooks import MOST_FIELDS
from recordings.vault import whole
from tests.support.media_house import Answer, MediaHouse, media_house, wav
from tests.support.messages import Speaker, carried_out, media_path, the_message
from tests.support.services import BASE, Town, empty_record
from tests.support.telephone import FORM, sign

SOUND = wav()  # three seconds
CODE, CARD = "131052-308T", "4111 1111 1111 1111"
NEWS = "/voice/recording"


@pytest.fixture
def house() -> Iterator[MediaHouse]:
    with media_house(Answer(body=SOUND)) as one:
        yield one


@pytest.fixture
def town(house: MediaHouse, tmp_path: Path) -> Iterator[Town]:
    record = empty_record("sqlite", tmp_path)
    one = Town.over(record, TWILIO_API_BASE_URL=house.origin, DATA_DIR=str(tmp_path))
    yield one
    one.services.database.dispose()


@pytest.fixture
def speaker(town: Town) -> Speaker:
    """At the tone; she has spoken and hung up, and no step of her call could tell of it."""
    one = Speaker.at(town)
    one.is_led_to_the_tone()
    one.recordings += 1
    return one


@pytest.fixture(autouse=True)
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No failure of ours hides behind a polite answer, and nobody's code stands in the log."""
    caplog.set_level(logging.INFO)
    yield
    assert [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR] == []
    written = " ".join(str(vars(one)) for one in caplog.records)
    assert CODE not in written
    assert CARD not in written


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING and one.name == "ivr"]


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:6379/",
        "http://[::1]/",
        "https://metadata.google.internal/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "https://api.twilio.com@evil.example/x",
        "https://api.twilio.com.evil.example/x",
        "//evil.example",
        "http://[broken",
        "javascript:alert(1)",
        "\x00\r\nHost: evil",
        "a" * 9000,
    ],
)
def test_an_address_that_is_told_is_never_gone_to(
    town: Town, speaker: Speaker, house: MediaHouse, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    assert speaker.provider_tells(RecordingUrl=address).status_code == 204
    carried_out(town)
    assert [path for path, _ in house.asked] == [media_path(speaker.sid)]
    assert whole(town.services.vault, str(the_message(town)["id"])) == SOUND
    assert warnings(caplog) == ["an address that is not the provider's is not used"]


@pytest.mark.parametrize("address", ["", "https://api.twilio.com/x", "https://api.dublin.ie1.twilio.com/x"])
def test_the_providers_own_address_is_no_news(speaker: Speaker, caplog: pytest.LogCaptureFixture, address: str) -> None:
    assert speaker.provider_tells(RecordingUrl=address).status_code == 204
    assert warnings(caplog) == []


@pytest.mark.parametrize("to", ["http://127.0.0.1:6379/", "http://169.254.169.254/", "file:///etc/passwd", "loop"])
def test_a_redirect_of_the_provider_is_not_followed(town: Town, speaker: Speaker, house: MediaHouse, to: str) -> None:
    goal = f"{house.origin}{media_path(speaker.sid)}" if to == "loop" else to
    house.answers = [Answer(302, headers=(("Location", goal),))]
    speaker.provider_tells()
    speaker.hangs_up()
    carried_out(town)
    assert len(house.asked) == 1
    left = the_message(town)
    assert (left["state"], left["failed"]) == ("kept", "redirect")
    assert town.one(promises.REQUEST)["state"] == "requested", "her matter is dealt with all the same"
    assert town.gateway.ordered("delete_recording") == [], "the only copy stays"


@pytest.mark.parametrize(
    "sid",
    [
        "RE../../etc/passwd",
        "RE" + "b" * 32 + "/../../Calls",
        "RE" + "b" * 32 + "?x=1",
        "RE" + "b" * 32 + "\n",
        "RE%2e%2e%2f" + "b" * 23,
        "re" + "b" * 32,
        "RE" + "B" * 32,
        "RE" + "b" * 31,
        "RE" + "b" * 33,
        "RE" + "\u0663" * 32,
        "CA" + "b" * 32,
        "",
        "' OR 1=1 --",
        "x" * 9000,
    ],
)
def test_a_name_that_is_none_is_not_taken(
    town: Town, speaker: Speaker, house: MediaHouse, caplog: pytest.LogCaptureFixture, sid: str
) -> None:
    assert speaker.provider_tells(RecordingSid=sid).status_code == 204
    carried_out(town)
    assert (town.every(recording), town.every(outbox), house.asked) == ([], [], [])
    assert warnings(caplog) == ["recording not taken"]


@pytest.mark.parametrize("status", ["in-progress", "failed", "deleted", "", "COMPLETED", "../completed", "\u2028"])
def test_another_status_is_not_taken(
    town: Town, speaker: Speaker, caplog: pytest.LogCaptureFixture, status: str
) -> None:
    assert speaker.provider_tells(RecordingStatus=status).status_code == 204
    assert town.every(recording) == []
    assert warnings(caplog) == ["recording not taken"]


@pytest.mark.parametrize(
    "length", ["-5", "99999999999", "1e9", "NaN", "3.5", "", "\u0663", "0x10", "2147483648", "9" * 9000]
)
def test_a_length_that_cannot_be_is_replaced_by_what_the_sound_lasts(town: Town, speaker: Speaker, length: str) -> None:
    assert speaker.provider_tells(RecordingDuration=length).status_code == 204
    assert 0 < int(str(the_message(town)["seconds"])) <= 4 * 3600
    carried_out(town)
    assert the_message(town)["seconds"] == 3


@pytest.mark.parametrize(
    "odd",
    [
        {"Timestamp": "Thu, 01 Jan 1970 00:00:00 +0000"},
        {"Timestamp": "2100-01-01", "SequenceNumber": "-1"},
        {"RecordingStartTime": "never"},
        {"RecordingChannels": "7", "RecordingTrack": "\x00"},
        {"TranscriptionText": f"tunnukseni on {CODE} ja korttini {CARD}"},
        {"Digits": CODE, "SpeechResult": CARD, "RecordingSource": CODE},
        {"ErrorCode": "11200"},
    ],
    ids=str,
)
def test_odd_fields_beside_change_nothing(town: Town, speaker: Speaker, odd: dict[str, str]) -> None:
    assert speaker.provider_tells(8, **odd).status_code == 204
    row = the_message(town)
    assert row["seconds"] == 8
    assert CODE not in str(row)


def test_sound_that_was_announced_and_is_absent_after_all_keeps_its_matter(town: Town, speaker: Speaker) -> None:
    speaker.recordings -= 1
    speaker.speaks()
    speaker.provider_tells(RecordingStatus="absent")
    speaker.hangs_up()
    left = the_message(town)
    assert (left["state"], left["failed"]) == ("kept", "absent")


def test_absent_after_it_was_stored_takes_nothing_away(town: Town, speaker: Speaker) -> None:
    speaker.provider_tells()
    carried_out(town)
    speaker.provider_tells(RecordingStatus="absent")
    assert the_message(town)["failed"] is None


def test_a_hundred_copies_before_and_after_the_end_are_one_message(town: Town, speaker: Speaker) -> None:
    for n in range(100):
        assert speaker.provider_tells().status_code == 204
        if n == 50:
            speaker.hangs_up()
            carried_out(town)
    assert len(town.every(recording)) == len(town.every(promises.REQUEST)) == 1
    assert len(town.gateway.ordered("delete_recording")) == 1


def test_another_account_another_token_and_no_signature_are_refused(town: Town, speaker: Speaker) -> None:
    client = speaker.telephone.client
    good = {"CallSid": speaker.telephone.sid, "AccountSid": "AC" + "1" * 32, **speaker.form(8)}
    for token in (None, "f" * 32):
        headers = {"X-Twilio-Signature": sign(NEWS, good, token)} if token else {}
        assert client.post(NEWS, data=good, headers=headers).status_code == 403
    assert speaker.provider_tells(AccountSid="AC" + "1" * 32).status_code == 403
    assert town.every(recording) == []


@pytest.mark.parametrize("fields", [1200, 5000])
def test_thousands_of_fields_are_refused_before_anything_is_done_with_them(
    town: Town, speaker: Speaker, fields: int
) -> None:
    """Signed or not: the provider sends some thirty, and what is signed is sorted and hashed."""
    extra = {f"f{n}": "1" for n in range(fields)}
    assert speaker.telephone.client.post(NEWS, data=extra).status_code == 413
    assert speaker.provider_tells(8, **extra).status_code == 413
    assert town.every(recording) == []


def test_as_many_fields_as_may_be_are_one_message(town: Town, speaker: Speaker) -> None:
    extra = {f"f{n}": "1" for n in range(MOST_FIELDS // 2)}
    assert speaker.telephone.client.post(NEWS, data=extra).status_code == 403
    assert speaker.provider_tells(8, **extra).status_code == 204
    assert len(town.every(recording)) == 1


@pytest.mark.parametrize("body", [b'{"RecordingSid": "x"}', b"\xff\xfe" * 50, b"", b"RecordingSid=a&RecordingSid=b"])
@pytest.mark.parametrize("kind", [FORM, "application/json", "multipart/form-data; boundary=x"])
def test_another_body_is_refused(town: Town, speaker: Speaker, body: bytes, kind: str) -> None:
    answer = speaker.telephone.client.post(NEWS, data=body, content_type=kind, base_url=BASE)
    assert 400 <= answer.status_code < 500
    assert town.every(recording) == []
