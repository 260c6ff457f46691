"""Fetching sound from the provider: an address of our own making, and everything that is no sound refused."""

import base64

import pytest

from adapters.media import MOST_BYTES, Fetched, Media, Never, NotYet
from tests.support.media_house import Answer, media_house, wav
from tests.support.services import ACCOUNT, TOKEN

SID = "RE" + "b" * 32
SOUND = wav()


def fetch(*answers: Answer) -> tuple[Fetched | NotYet | Never, list[tuple[str, str]]]:
    with media_house(*answers) as house:
        return Media(ACCOUNT, TOKEN, house.origin).fetch(SID), house.asked


def test_sound_is_fetched_by_name_and_with_our_password() -> None:
    found, asked = fetch(Answer(body=SOUND))
    assert found == Fetched(SOUND, "audio/x-wav")
    password = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert asked == [(f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{SID}.wav", f"Basic {password}")]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(404), "http 404"),
        (Answer(401), "http 401"),
        (Answer(503), "http 503"),
        (Answer(body=b""), "empty"),
        (Answer(body=SOUND[:-100], says_bytes=len(SOUND)), "ChunkedEncodingError"),
    ],
    ids=["too early", "password refused", "provider in trouble", "empty", "truncated"],
)
def test_what_may_come_later_is_tried_again(answer: Answer, why: str) -> None:
    assert fetch(answer)[0] == NotYet(why)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(body=b"<html>sign in</html>", content_type="text/html"), "not audio"),
        (Answer(body=b"<html>sign in</html>"), "not audio"),
        (Answer(body=b"", says_bytes=MOST_BYTES + 1), "too big"),
        (Answer(body=SOUND + b"\0" * MOST_BYTES), "too big"),
    ],
    ids=["a page", "a page that calls itself sound", "too big, it says", "too big"],
)
def test_what_is_no_message_is_refused_for_good(answer: Answer, why: str) -> None:
    assert fetch(answer)[0] == Never(why)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(status: int) -> None:
    with media_house(Answer(body=SOUND)) as elsewhere:
        found, _ = fetch(Answer(status, headers=(("Location", f"{elsewhere.origin}/secret"),)))
        assert found == Never("redirect")
        assert elsewhere.asked == []


@pytest.mark.parametrize("sid", ["", "RE1", "re" + "b" * 32, f"{SID}/../../x", f"{SID}\n", "CA" + "b" * 32])
def test_a_name_of_another_shape_connects_to_nothing(sid: str) -> None:
    with media_house(Answer(body=SOUND)) as house:
        assert Media(ACCOUNT, TOKEN, house.origin).fetch(sid) == Never("no recording")
        assert house.asked == []


def test_a_provider_that_is_not_there_is_tried_again() -> None:
    assert fetch_from("http://127.0.0.1:1") == NotYet("ConnectionError")


def fetch_from(origin: str) -> Fetched | NotYet | Never:
    return Media(ACCOUNT, TOKEN, origin).fetch(SID)


def test_a_region_has_a_host_of_its_own() -> None:
    made = Media(ACCOUNT, TOKEN, "https://api.twilio.com", "ie1", "dublin")
    assert made.origin == "https://api.dublin.ie1.twilio.com"
    assert Media(ACCOUNT, TOKEN, "https://api.twilio.com").origin == "https://api.twilio.com"
