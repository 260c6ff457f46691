"""Recorded sound at the provider, over plain HTTP: asked for by name, checked by its head, poured in pieces. The whole
of a sound is never in memory, and nothing of it is ever on disk here.

The address is made from names of a checked shape. What a webhook says about an address is never used: whoever forges
one must not choose what this machine connects to.
"""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError

from adapters.digits import whole
from adapters.provider_door import Door
from adapters.wav import HEAD_BYTES, Wav, read_head

LOG = logging.getLogger("effects")
RECORDING_SID = re.compile(r"RE[0-9a-f]{32}")
MOST_BYTES = 256 * 1024 * 1024  # four hours of a telephone's sound, which is as long as the provider records
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Patience:
    """How long, how slow and how much: a sound that comes slower than twice its own speed is a line in trouble."""

    connect: float = 3.0  # seconds
    silence: float = 5.0  # between two pieces
    grace: float = 15.0
    bytes_a_second: int = 32_000
    most_bytes: int = MOST_BYTES

    def is_over(self, gone: float, size: int) -> bool:
        return gone > self.grace + size / self.bytes_a_second


USUAL = Patience()


@dataclass(frozen=True)
class Fetched:
    content_type: str
    bytes: int
    wav: Wav

    @property
    def seconds(self) -> int:
        """As the provider counts: whole seconds."""
        return round(self.wav.seconds(self.bytes))

    @property
    def whole(self) -> bool:
        return self.wav.is_whole(self.bytes)


@dataclass(frozen=True)
class NotYet:
    """Worth another try: not there yet, or the provider or the line is in trouble."""

    why: str


@dataclass(frozen=True)
class Never:
    """Another try would most likely bring the same."""

    why: str


Take = Callable[[bytes], object]
Still = Callable[[], bool]  # whether whoever fetches is still the one who should


class Incoming:
    """An answer that is sound: its head is read, and the rest waits to be poured."""

    def __init__(self, answer: requests.Response, patience: Patience, begun: float) -> None:
        self._raw, self._patience, self._begun = answer.raw, patience, begun
        self.content_type = answer.headers.get("Content-Type", "")[:40]
        self._head, self._size = b"", 0
        self.wav: Wav | None = None

    def read_head(self) -> NotYet | Never | None:
        while len(self._head) < HEAD_BYTES and self.wav is None:
            piece = self._piece()
            if isinstance(piece, NotYet):
                return piece
            if not piece:
                return Never("not audio") if self._head else NotYet("empty")
            self._head += piece
            self.wav = read_head(self._head)
        return None if self.wav is not None else Never("not audio")

    def pour(self, take: Take, still: Still) -> Fetched | NotYet | Never:
        """All of it, piece by piece. Another result than ``Fetched``: what was taken is to be thrown away."""
        piece: bytes | NotYet = self._head
        while piece:
            if isinstance(piece, NotYet):
                return piece
            if self._size > self._patience.most_bytes:
                return Never("too big")
            if not still():
                return NotYet("somebody else's by now")
            take(piece)
            piece = self._piece()
        return Fetched(self.content_type, self._size, self.wav) if self.wav is not None else Never("not audio")

    def _piece(self) -> bytes | NotYet:
        """What one look at the line brings; empty: the end. A cut line is told from an end by the length announced."""
        if self._patience.is_over(time.monotonic() - self._begun, self._size):
            return NotYet("too slow")
        try:
            piece: bytes = self._raw.read1(CHUNK, decode_content=False) or b""
        except (HTTPError, OSError) as error:
            return NotYet(type(error).__name__)
        self._size += len(piece)
        return piece


class Media:
    def __init__(self, door: Door, patience: Patience = USUAL) -> None:
        self.door, self._patience = door, patience
        self._keys_refused = False

    @contextmanager
    def opening(self, recording_sid: str) -> Iterator[Incoming | NotYet | Never]:
        """Asked for once; nothing is followed, nothing of another kind is read on."""
        if RECORDING_SID.fullmatch(recording_sid) is None:
            yield Never("no recording")
            return
        begun = time.monotonic()
        try:
            place, patience = f"Recordings/{recording_sid}.wav", self._patience
            answer = self.door.get(place, connect=patience.connect, silence=patience.silence)
        except requests.RequestException as error:
            yield NotYet(type(error).__name__)
            return
        with answer:
            yield self._looked_at(answer, begun)

    def _looked_at(self, answer: requests.Response, begun: float) -> Incoming | NotYet | Never:
        self._tell_of_keys(answer.status_code)
        refused = _refusal(answer)
        if refused is not None:
            return refused
        incoming = Incoming(answer, self._patience, begun)
        return incoming.read_head() or incoming

    def _tell_of_keys(self, status: int) -> None:
        """The operator is told once, not once for each sound that waits."""
        if status in (401, 403):
            if not self._keys_refused:
                LOG.error("the provider refuses our keys; recorded sound waits there until they are right")
            self._keys_refused = True
        elif status in (200, 404):
            self._keys_refused = False


def _refusal(answer: requests.Response) -> NotYet | Never | None:
    """404 is "not yet": the file may follow its announcement by seconds. A redirect leads elsewhere: not followed."""
    if 300 <= answer.status_code < 400:
        return Never("redirect")
    if answer.status_code != 200:
        return NotYet(f"http {answer.status_code}")
    if "Content-Type" not in answer.headers:
        return NotYet("cut in its headers")  # where a line is cut, the client takes what there is for all
    if not answer.headers["Content-Type"].lower().startswith("audio/"):
        return Never("not audio")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        return Never("packed")  # a small answer must not swell here
    length = answer.headers.get("Content-Length", "0")
    told = whole(length, len(str(MOST_BYTES)))
    return Never("too big") if told is None or told > MOST_BYTES else None
