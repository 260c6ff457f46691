"""Fetching sound from the provider: an address of our own making, and everything that is no sound refused."""

import base64
import logging

import pytest

from adapters.media import MOST_BYTES, Fetched, Incoming, Media, Never, NotYet, Patience
from adapters.provider_door import Door
from tests.support.media_house import Answer, MediaHouse, media_house, wav, wav_head
from tests.support.services import ACCOUNT, TOKEN

SID = "RE" + "b" * 32
SOUND = wav()
USUAL, HURRIED = Patience(), Patience(connect=0.5, silence=0.3, grace=0.5)


def media(house: MediaHouse, patience: Patience = USUAL) -> Media:
    return Media(Door(ACCOUNT, TOKEN, house.origin), patience)


def poured(one: Media, sid: str = SID) -> tuple[bytes, Fetched | NotYet | Never]:
    """What was taken, and what became of it."""
    taken = bytearray()
    with one.opening(sid) as incoming:
        found = incoming.pour(taken.extend, lambda: True) if isinstance(incoming, Incoming) else incoming
    return bytes(taken), found


def fetch(*answers: Answer, patience: Patience = USUAL) -> Fetched | NotYet | Never:
    with media_house(*answers) as house:
        return poured(media(house, patience))[1]


def test_sound_is_fetched_by_name_and_with_our_password() -> None:
    with media_house(Answer(body=SOUND)) as house:
        taken, found = poured(media(house))
    assert isinstance(found, Fetched)
    assert taken == SOUND
    assert (found.content_type, found.bytes, found.seconds, found.whole) == ("audio/x-wav", len(SOUND), 3, True)
    password = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    assert house.asked == [(f"/2010-04-01/Accounts/{ACCOUNT}/Recordings/{SID}.wav", f"Basic {password}")]


@pytest.mark.parametrize("kind", ["audio/wav", "audio/x-wav", "audio/wave", "Audio/WAV; charset=binary"])
def test_every_name_of_sound_is_taken(kind: str) -> None:
    assert isinstance(fetch(Answer(body=SOUND, content_type=kind)), Fetched)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(404), "http 404"),
        (Answer(401), "http 401"),
        (Answer(429), "http 429"),
        (Answer(503), "http 503"),
        (Answer(body=b""), "empty"),
        (Answer(body=SOUND[:-100], says_bytes=len(SOUND)), "ProtocolError"),
        (Answer(body=SOUND[:20], says_bytes=len(SOUND)), "ProtocolError"),
    ],
    ids=["too early", "password refused", "too many", "provider in trouble", "empty", "cut", "cut in the head"],
)
def test_what_may_come_later_is_tried_again(answer: Answer, why: str) -> None:
    assert fetch(answer) == NotYet(why)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(body=b"<html>sign in</html>", content_type="text/html"), "not audio"),
        (Answer(body=b"<html>sign in</html>"), "not audio"),
        (Answer(body=b"ID3\x04" + SOUND, content_type="audio/mpeg"), "not audio"),
        (Answer(body=SOUND[:12] + b"LIST" + b"\xff" * 8000), "not audio"),
        (Answer(body=wav_head(100).replace(b"data", b"what") + SOUND), "not audio"),
        (Answer(body=SOUND, content_type="application/json"), "not audio"),
        (Answer(body=SOUND, content_type=""), "not audio"),
        (Answer(body=SOUND, headers=(("Content-Encoding", "gzip"),)), "packed"),
        (Answer(body=b"", says_bytes=MOST_BYTES + 1), "too big"),
    ],
    ids=["page", "page called sound", "MP3", "no end of head", "no sound", "JSON", "no kind", "packed", "too big"],
)
def test_what_is_no_message_is_refused_for_good(answer: Answer, why: str) -> None:
    assert fetch(answer) == Never(why)


def test_a_sound_that_grows_beyond_every_length_is_cut_off() -> None:
    """Also where no length was announced: what comes is counted."""
    endless = Answer(body=wav_head(0) + b"\1" * 100_000, times=1000, says_bytes=-1)
    with media_house(endless) as house:
        taken, found = poured(media(house, Patience(most_bytes=1_000_000)))
    assert found == Never("too big")
    assert len(taken) <= 1_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_is_followed_elsewhere(status: int) -> None:
    with media_house(Answer(body=SOUND)) as elsewhere:
        answer = Answer(status, headers=(("Location", f"{elsewhere.origin}/secret"),))
        assert fetch(answer) == Never("redirect")
        assert elsewhere.asked == []


@pytest.mark.parametrize("sid", ["", "RE1", "re" + "b" * 32, f"{SID}/../../x", f"{SID}\n", "CA" + "b" * 32])
def test_a_name_of_another_shape_connects_to_nothing(sid: str) -> None:
    with media_house(Answer(body=SOUND)) as house:
        assert poured(media(house), sid)[1] == Never("no recording")
        assert house.asked == []


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(body=SOUND, drips=0.01), {"too slow"}),
        (Answer(body=SOUND, drips=5.0), {"ReadTimeoutError"}),
        (Answer(body=SOUND[:60], drips=0.05, says_bytes=10**6), {"too slow"}),
        (Answer(body=SOUND, drips=0.05, drips_before=True), {"cut in its headers", "ConnectionError"}),
    ],
    ids=["byte by byte", "stands still", "drips in the head", "drips in the headers"],
)
def test_a_sound_that_comes_slower_than_it_was_spoken_is_given_up(answer: Answer, why: set[str]) -> None:
    found = fetch(answer, patience=HURRIED)
    assert isinstance(found, NotYet)
    assert found.why in why


def test_a_provider_that_is_not_there_is_tried_again() -> None:
    assert poured(Media(Door(ACCOUNT, TOKEN, "http://127.0.0.1:1")))[1] == NotYet("ConnectionError")


def test_whoever_has_lost_the_order_stops() -> None:
    with media_house(Answer(body=SOUND)) as house, media(house).opening(SID) as incoming:
        assert isinstance(incoming, Incoming)
        assert incoming.pour(len, lambda: False) == NotYet("somebody else's by now")


def test_a_file_that_ends_before_its_sound_does_is_told_from_a_whole_one() -> None:
    found = fetch(Answer(body=wav_head(48_000) + b"\1" * 16_000))
    assert isinstance(found, Fetched)
    assert (found.whole, found.seconds) == (False, 1)


def test_the_operator_is_told_once_that_the_keys_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    with media_house(Answer(401), Answer(401), Answer(body=SOUND), Answer(401)) as house:
        one = media(house)
        told = []
        for _ in range(4):
            poured(one)
            told.append(len([record for record in caplog.records if record.levelno == logging.ERROR]))
    assert told == [1, 1, 1, 2]


def test_a_region_has_a_host_of_its_own() -> None:
    made = Door(ACCOUNT, TOKEN, "https://api.twilio.com", "ie1", "dublin")
    assert made.origin == "https://api.dublin.ie1.twilio.com"
    assert Door(ACCOUNT, TOKEN, "https://api.twilio.com").origin == "https://api.twilio.com"
