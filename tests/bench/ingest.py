"""Ingest of voice messages, one minute each, against ``curl | openssl``: the same server, the same run, in turns.

Ours is the whole way: fetched, sealed (AES-256-GCM, a key for each), synced, read back and verified, noted in SQL,
deleted at the provider, noted again; each order claimed and settled. The other end is one pipe: no sync, no check, no
record, nothing deleted. Both with the same number of hands.

Then the memory of one job, of a minute and of four hours: what the process grows by while it works.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import select

from adapters.database import Database
from adapters.schema import metadata, outbox, recording
from adapters.voice_gateway import VoiceGateway
from bootstrap import Services
from queue_workers import effects
from recordings.model import Announced
from recordings.service import Recordings
from tests.support.services import ACCOUNT, TOKEN, services_for

MESSAGES, ROUNDS, HANDS = 1000, 5, 4  # hands as in two workers, two each
MINUTE, FOUR_HOURS = 60, 4 * 3600
BAR = 0.6
MOST_GROWTH = 8 * 1024 * 1024
RATE = 16_000  # bytes of sound in a second: 8 kHz, 16 bit, mono


@dataclass(frozen=True)
class Place:
    origin: str
    directory: Path


def measure(messages: int = MESSAGES, rounds: int = ROUNDS) -> bool:
    each = max(1, messages // rounds)
    with TemporaryDirectory(prefix="onenumber-ingest-") as directory, provider() as origin:
        place = Place(origin, Path(directory))
        ours, theirs = _rounds(place, each, rounds)
        grown = {seconds: growth(place, seconds) for seconds in (MINUTE, FOUR_HOURS)}
    return _told(each, ours, theirs, grown)


def _rounds(place: Place, each: int, rounds: int) -> tuple[list[float], list[float]]:
    services = _services(place, "throughput")
    _announced(services, 0, 2 * HANDS)
    _ours(services)  # what is imported and connected at the first
    ours, theirs = [], []
    for n in range(rounds):
        _announced(services, (n + 1) * 10_000, each)
        ours.append(each / _timed(lambda: _ours(services)))
        theirs.append(each / _timed(lambda: _theirs(place, each)))
        print(f"  round {n + 1}: ours {ours[-1]:6.1f}/s   curl | openssl {theirs[-1]:6.1f}/s", flush=True)
    services.database.dispose()
    return ours, theirs


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _told(each: int, ours: list[float], theirs: list[float], grown: dict[int, int]) -> bool:
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    ratio = median(ratios)
    print(f"\ningest of messages of one minute ({each} in each of {len(ours)} rounds, {HANDS} hands), medians")
    print(f"  ours             {median(ours):8.1f} a second")
    print(f"  curl | openssl   {median(theirs):8.1f} a second")
    verdict = "holds" if ratio >= BAR else "DOES NOT HOLD"
    print(f"  ratio            {ratio:8.2f}   ({min(ratios):.2f} to {max(ratios):.2f})   bar {BAR:.2f}   {verdict}")
    print("memory that one job adds, at most")
    for seconds, growth in grown.items():
        verdict = "holds" if growth <= MOST_GROWTH else "DOES NOT HOLD"
        print(f"  {seconds:6} s of sound {growth / 2**20:6.1f} MB   bar {MOST_GROWTH / 2**20:.1f} MB   {verdict}")
    return ratio >= BAR and all(growth <= MOST_GROWTH for growth in grown.values())


# --- ours ----------------------------------------------------------------------------------------------------------


def _services(place: Place, name: str) -> Services:
    """The record as it is in production: each commit waits for the disk."""
    directory = place.directory / name
    directory.mkdir()
    url = f"sqlite:///{directory / 'record.db'}"
    services = services_for(url, TWILIO_API_BASE_URL=place.origin, DATA_DIR=str(directory))
    database = Database(url, deadline=30.0)
    with database.write() as tx:
        metadata.create_all(tx.connection)
    return replace(services, database=database, gateway=VoiceGateway(ACCOUNT, TOKEN, place.origin))


def _announced(services: Services, first: int, many: int, seconds: int = MINUTE) -> None:
    """As the webhook does it, while the caller is on the line."""
    for n in range(first, first + many):
        with services.database.write() as tx:
            what = Announced(_sid(seconds, n), f"CA{n:032x}", seconds, "housing", "fi", "message")
            Recordings(services, tx, services.rules.current()).announced(what)


def _ours(services: Services) -> None:
    with ThreadPoolExecutor(HANDS) as hands:
        while orders := _orders(services):
            list(hands.map(lambda one: effects.carry_out(services, one), orders))
    with services.database.read() as connection:
        rows = connection.execute(select(recording).where(recording.c.removed_machine.is_(None))).all()
    if rows:
        raise AssertionError(f"{len(rows)} messages were not ingested")


def _orders(services: Services) -> list[str]:
    with services.database.read() as connection:
        return list(connection.scalars(select(outbox.c.id).where(outbox.c.done_machine.is_(None))))


def _sid(seconds: int, n: int) -> str:
    """The server reads from it how long a sound it is to send."""
    return f"RE{seconds:016x}{n:016x}"


# --- theirs --------------------------------------------------------------------------------------------------------


def _theirs(place: Place, many: int) -> None:
    target = place.directory / "piped"
    target.mkdir()
    with ThreadPoolExecutor(HANDS) as hands:
        list(hands.map(lambda n: _piped(place.origin, _sid(MINUTE, n), target / f"{n}.enc"), range(many)))
    sizes = {path.stat().st_size for path in target.iterdir()}
    if sizes != {MINUTE * RATE + 44}:
        raise AssertionError(f"the pipe has written {sizes}")
    shutil.rmtree(target)


def _piped(origin: str, sid: str, target: Path) -> None:
    url = f"{origin}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.wav"
    curl = subprocess.Popen(["curl", "-sf", "-u", f"{ACCOUNT}:{TOKEN}", "--noproxy", "*", url], stdout=subprocess.PIPE)
    key, iv = os.urandom(32).hex(), os.urandom(16).hex()
    subprocess.run(
        ["openssl", "enc", "-aes-256-ctr", "-K", key, "-iv", iv, "-out", str(target)], stdin=curl.stdout, check=True
    )
    if curl.wait() != 0:
        raise AssertionError("curl failed")


# --- memory --------------------------------------------------------------------------------------------------------


def growth(place: Place, seconds: int) -> int:
    """In a process of its own, so that nothing is left from before; its highest point against that after a first,
    short message."""
    directory = str(place.directory / f"memory-{seconds}")
    command = [sys.executable, "-m", "tests.bench.ingest", place.origin, directory, str(seconds)]
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def _grown(origin: str, directory: Path, seconds: int) -> int:
    services = _services(Place(origin, directory.parent), directory.name)
    _announced(services, 0, 1, seconds=2)
    _ours(services)
    _announced(services, 1, 1, seconds)
    Path("/proc/self/clear_refs").write_text("5")  # the highest point is forgotten: it begins anew from here
    before = _memory("VmRSS")
    _ours(services)
    return _memory("VmHWM") - before


def _memory(name: str) -> int:
    """Of this process, in bytes, as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


# --- the provider --------------------------------------------------------------------------------------------------


@contextmanager
def provider() -> Iterator[str]:
    """A process of its own, so that it takes nothing of our interpreter's time."""
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.sound_server"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    print(_grown(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
