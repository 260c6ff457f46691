"""A caller's own message played back in parts, by the same door: what is asked for and not a byte else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.support.media_house import Answer, media_house, wav
from tests.support.messages import Speaker, carried_out, the_message
from tests.support.services import Town, empty_record

SOUND = wav(20.0)  # several sealed chunks
SIZE = len(SOUND)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    place = tmp_path_factory.mktemp("parts")
    with media_house(Answer(body=SOUND)) as house:
        settings = {"TWILIO_API_BASE_URL": house.origin, "DATA_DIR": str(place)}
        one = Town.over(empty_record("sqlite", place), **settings)
        yield one
        one.services.database.dispose()


@pytest.fixture(scope="module")
def speaker(town: Town) -> Speaker:
    one = Speaker.at(town)
    one.telephone.rings()
    one.is_led_to_the_tone()
    one.speaks(seconds=20)
    carried_out(town)
    return one


def asked(town: Town, speaker: Speaker, wanted: str | None) -> TestResponse:
    headers = {} if wanted is None else {"Range": wanted}
    return speaker.telephone.client.get(f"/voice/recorded/{the_message(town)['token']}.wav", headers=headers)


@pytest.mark.parametrize(
    ("wanted", "part"),
    [
        ("bytes=0-43", (0, 44)),
        ("bytes=44-", (44, SIZE)),
        ("bytes=-100", (SIZE - 100, SIZE)),
        ("bytes=65000-70000", (65000, 70001)),
        (f"bytes=100-{SIZE * 2}", (100, SIZE)),
        (f"bytes={SIZE - 1}-", (SIZE - 1, SIZE)),
    ],
)
def test_a_part_is_that_part(town: Town, speaker: Speaker, wanted: str, part: tuple[int, int]) -> None:
    heard, (start, end) = asked(town, speaker, wanted), part
    assert heard.status_code == 206
    assert heard.get_data() == SOUND[start:end]
    assert heard.headers["Content-Range"] == f"bytes {start}-{end - 1}/{SIZE}"
    assert (heard.content_length, heard.headers["Cache-Control"]) == (end - start, "no-store")


def test_without_a_wish_it_is_the_whole(town: Town, speaker: Speaker) -> None:
    heard = asked(town, speaker, None)
    assert (heard.status_code, heard.get_data(), heard.content_length) == (200, SOUND, SIZE)
    assert heard.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE * 9}-{SIZE * 10}", "bytes=0-1,5-9"])
def test_what_is_not_there_or_not_one_part_is_refused(town: Town, speaker: Speaker, wanted: str) -> None:
    heard = asked(town, speaker, wanted)
    assert (heard.status_code, heard.get_data()) == (416, b"")
    assert heard.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("wanted", ["", "bytes", "bytes=", "bytes=x-y", "bytes=9-1", "lines=1-2", "bytes=--1", "\xff"])
def test_a_wish_that_is_none_is_not_heeded(town: Town, speaker: Speaker, wanted: str) -> None:
    heard = asked(town, speaker, wanted)
    assert heard.status_code in (200, 416)
    assert heard.get_data() in (SOUND, b"")


def _flipped(files: list[Path]) -> None:
    for file in files:
        sealed = bytearray(file.read_bytes())
        sealed[100] ^= 1
        file.write_bytes(sealed)


def test_what_was_damaged_on_the_disk_is_refused_before_a_byte_is_sent(town: Town, speaker: Speaker) -> None:
    files = list((town.services.settings.data_dir / "recordings").rglob("*.body"))
    _flipped(files)
    try:
        heard = asked(town, speaker, None)
        assert (heard.status_code, heard.get_data()) == (404, b"")
    finally:
        _flipped(files)
    assert asked(town, speaker, None).get_data() == SOUND
