"""The head of a WAV file: what kind of sound follows, how much of it, how long it lasts. Pure; bytes in, values out."""

import struct
from dataclasses import dataclass

HEAD_BYTES = 4096  # a head that is longer holds something else than a recording's
NOT_KNOWN = 0xFFFF_FF00  # from here on a length was written before the end was known
FASTEST = 192_000 * 8 * 4  # bytes a second; more is no telephone's sound


@dataclass(frozen=True)
class Wav:
    kind: int  # 1: PCM, 6: A-law, 7: mu-law
    channels: int
    rate: int  # samples a second
    bytes_a_second: int
    begins: int  # at which byte of the file the sound begins
    says: int | None  # bytes of sound, as the head says; None: it was written before the end was known

    def seconds(self, size: int) -> float:
        """Of a file of so many bytes."""
        sound = max(0, size - self.begins)
        return min(sound, self.says if self.says is not None else sound) / self.bytes_a_second

    def is_whole(self, size: int) -> bool:
        """Whether a file of so many bytes holds all the sound that its head speaks of."""
        return self.says is None or size >= self.begins + self.says


def looks_like(head: bytes) -> bool:
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def read_head(head: bytes) -> Wav | None:
    """None: no WAV, or its sound begins further on than this head reaches."""
    if not looks_like(head):
        return None
    form, at = None, 12
    while at + 8 <= len(head):
        name, length = struct.unpack_from("<4sI", head, at)
        at += 8
        if name == b"data":
            return None if form is None else _wav(form, at, length)
        if name == b"fmt " and length >= 16 and at + 16 <= len(head):
            form = struct.unpack_from("<HHIIHH", head, at)
        at += length + length % 2
    return None


def _wav(form: tuple[int, ...], begins: int, length: int) -> Wav | None:
    kind, channels, rate, bytes_a_second, _, _ = form
    if not (0 < channels <= 8 and 0 < rate <= 192_000 and 0 < bytes_a_second <= FASTEST):
        return None
    return Wav(kind, channels, rate, bytes_a_second, begins, length if 0 < length < NOT_KNOWN else None)
