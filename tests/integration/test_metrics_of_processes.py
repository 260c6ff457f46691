"""A real web server with its two processes: whichever is asked tells the sum, also of one that was killed; the folder
goes with the server, and a killed server's with the next one."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import requests

from adapters import meter_files
from adapters.places import ROOT
from operations.specs import web_command
from tests.rig.ports import free_ports
from tests.support.services import ACCOUNT, SETTINGS, empty_record

TOKEN = "a-token-of-the-scraper"
PATIENCE = 120.0


@pytest.fixture
def address(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    [port] = free_ports(1)
    files = tmp_path / "tmp"
    files.mkdir()
    known = {
        **SETTINGS,
        "DATABASE_URL": empty_record("sqlite", tmp_path),
        "DATA_DIR": str(tmp_path),
        "WEB_PORT": str(port),
    }
    known |= {
        "METRICS_TOKEN": TOKEN,
        "TMPDIR": str(files),
        "PATH": os.environ["PATH"],
        "REDIS_URL": "redis://127.0.0.1:1/0",
    }
    server = subprocess.Popen(
        web_command("wsgi:create_app()"), env=known, cwd=ROOT, stderr=(tmp_path / "log").open("wb")
    )
    try:
        until(lambda: answers(f"http://127.0.0.1:{port}"), server)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.wait()


def until(holds: object, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():  # type: ignore[operator]
        assert server.poll() is None, "the server has ended"
        assert time.monotonic() < end
        time.sleep(0.05)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=10).ok
    except requests.RequestException:
        return False


def refused(address: str, times: int) -> None:
    for _ in range(times):
        form = {"CallSid": "CA" + "1" * 32, "AccountSid": ACCOUNT}
        assert requests.post(f"{address}/voice/incoming", data=form, timeout=10).status_code == 403


def counted(address: str) -> float:
    page = requests.get(f"{address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=10).text
    [line] = [one for one in page.splitlines() if one.startswith('one_number_answers_total{part="voice",status="403"}')]
    return float(line.rpartition(" ")[2])


def workers(server: subprocess.Popen[bytes]) -> list[int]:
    return [one.pid for one in psutil.Process(server.pid).children()]


def folders(server: subprocess.Popen[bytes]) -> list[Path]:
    place = Path(psutil.Process(server.pid).environ()["TMPDIR"])
    return list(place.glob(f"{meter_files.PREFIX}*"))


def test_a_killed_worker_takes_no_count_with_it(address: tuple[str, subprocess.Popen[bytes]]) -> None:
    url, server = address
    refused(url, 30)
    assert {counted(url) for _ in range(8)} == {30}
    before = workers(server)
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(set(workers(server)) - set(before)) == 1, server)
    until(lambda: answers(url), server)
    refused(url, 10)
    assert {counted(url) for _ in range(8)} == {40}
    [folder] = folders(server)
    place = folder.parent
    server.terminate()
    server.wait(PATIENCE)
    assert list(place.glob(f"{meter_files.PREFIX}*")) == []


def test_what_a_killed_server_left_behind_goes_with_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A live one keeps its own, whatever its number: in another container it is no process that we could see."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv(meter_files.FOLDER, "")
    with parent_elsewhere(tmp_path) as (server, orphan):
        server.kill()
        server.wait()
        assert orphan.is_dir()
        with parent_elsewhere(tmp_path) as (_, seen):
            assert not orphan.exists()
            alive = seen.rename(tmp_path / f"{meter_files.PREFIX}{server.pid}-alive")  # a number that nobody has
            other = tmp_path / "of-somebody-else"
            other.mkdir()
            meter_files.folder_for_workers()
            mine = Path(os.environ[meter_files.FOLDER])
            assert sorted(tmp_path.iterdir()) == sorted([alive, other, mine])
            meter_files.forget()
            assert sorted(tmp_path.iterdir()) == sorted([alive, other])


HOLDS = """
import os, sys
from adapters import meter_files
meter_files.folder_for_workers()
print(os.environ[meter_files.FOLDER], flush=True)
sys.stdin.read()
"""


@contextmanager
def parent_elsewhere(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A server's parent, and its folder."""
    known = {"TMPDIR": str(place), "PATH": os.environ["PATH"]}
    command, pipe = [sys.executable, "-c", HOLDS], subprocess.PIPE
    with subprocess.Popen(command, env=known, cwd=ROOT, text=True, stdin=pipe, stdout=pipe) as one:
        try:
            assert one.stdout is not None
            yield one, Path(one.stdout.readline().strip())
        finally:
            one.kill()
