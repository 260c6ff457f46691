"""``python -m tests.support.vault_memory STORE MEGABYTES PLACE``: what memory it takes to seal and read one long sound.

In a process of its own: the growth of its greatest resident memory over what it held when it was ready to begin. A
short sound goes first, so that libraries, threads and connections are there. The sound is made on the way.
"""

import base64
import json
import resource
import struct
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from recordings.vault import put
from recordings.vault.opening import bucket_vault, local_vault
from tests.support.byte_stores import ACCOUNT, BUCKET

KEY = base64.b64encode(bytes(range(32))).decode()
ID = "afourhoursound"
PIECE = 48_000  # no multiple of a chunk
MEGABYTE = 1 << 20


def wav(megabytes: int) -> Iterator[bytes]:
    """8 kHz, 16 bit, mono; 4 hours are 220 MB."""
    size = megabytes * MEGABYTE
    yield b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
    yield b"data" + struct.pack("<I", size)
    for number in range(size // PIECE):
        yield struct.pack("<H", number % 65536) * (PIECE // 2)


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / MEGABYTE


def greatest_mb() -> float:
    """Since this program began; what ``getrusage`` tells begins with the memory of whoever started it."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main(store: str, megabytes: int, place: str) -> dict[str, float]:
    local = store == "local"
    vault = local_vault(Path(place), KEY) if local else bucket_vault(BUCKET, place, ACCOUNT, KEY)
    put(vault, "warmedupfirst", b"short")
    before, began = resident_mb(), time.perf_counter()
    with vault.writing(ID) as writer:
        for piece in wav(megabytes):
            writer.write(piece)
        written = writer.seal().bytes
    sealed = time.perf_counter()
    read = sum(len(piece) for piece in vault.open(ID).read())
    done = time.perf_counter()
    grown = greatest_mb() - before
    return {"grown": grown, "bytes": written, "read": read, "seal_s": sealed - began, "read_s": done - sealed}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[3])))
