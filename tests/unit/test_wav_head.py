"""The head of a WAV file: how long its sound lasts, whatever else stands in it, and whatever does not."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.wav import HEAD_BYTES, read_head
from tests.support.media_house import wav, wav_head


def chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


@settings(deadline=None, max_examples=10)
@given(seconds=st.integers(1, 5), rate=st.sampled_from([8000, 16_000, 44_100]))
def test_a_real_file_tells_its_length(seconds: int, rate: int) -> None:
    file = wav(seconds, rate)
    found = read_head(file[:HEAD_BYTES])
    assert found is not None
    assert (found.kind, found.channels, found.rate, found.begins) == (1, 1, rate, 44)
    assert round(found.seconds(len(file))) == seconds
    assert found.is_whole(len(file))
    assert not found.is_whole(len(file) - 1)


@given(between=st.lists(st.binary(max_size=200), max_size=5))
def test_what_stands_between_is_passed_over(between: list[bytes]) -> None:
    form = struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8)
    body = chunk(b"fmt ", form) + b"".join(chunk(b"LIST", one) for one in between) + chunk(b"data", b"\1" * 8000)
    found = read_head((b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body)[:HEAD_BYTES])
    assert found is not None
    assert (found.kind, found.says, found.seconds(found.begins + 8000)) == (7, 8000, 1.0)


@pytest.mark.parametrize("written", [0, 0xFFFF_FFFF, 0xFFFF_FFDB])
def test_a_length_that_was_not_known_when_it_was_written_is_counted(written: int) -> None:
    found = read_head(wav_head(written))
    assert found is not None
    assert found.says is None
    assert (found.seconds(44 + 16_000), found.is_whole(44)) == (1.0, True)


@given(st.binary(max_size=300))
def test_anything_at_all_is_read_or_refused(head: bytes) -> None:
    for tried in (head, b"RIFF\0\0\0\0WAVE" + head, wav_head(100)[: len(head)] + head):
        found = read_head(tried)
        assert found is None or found.bytes_a_second > 0


@pytest.mark.parametrize(
    ("channels", "rate", "a_second"),
    [(0, 8000, 16_000), (9, 8000, 16_000), (1, 0, 16_000), (1, 8000, 0), (1, 8000, 2**31)],
)
def test_a_form_that_cannot_be_is_refused(channels: int, rate: int, a_second: int) -> None:
    form = struct.pack("<HHIIHH", 1, channels, rate, a_second, 2, 16)
    assert read_head(b"RIFF\0\0\0\0WAVE" + chunk(b"fmt ", form) + b"data\0\1\0\0") is None
