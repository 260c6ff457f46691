"""What the fault suite stands on: the proxy that asks the other instance, and the power that can be cut."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.proxy import Front
from tests.chaos.synced import cut_to_synced, shim
from tests.support.own_loop import to_its_end

REQUEST = b"POST /voice/incoming HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
WRITES = """
import os, sys
with open(sys.argv[1], "wb") as file:
    file.write(b"x" * 100)
    file.flush()
    os.fsync(file.fileno())
    file.write(b"y" * 50)
"""


def closed_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


async def _asked(control: Path, status: bytes, cut: bytes | None = None) -> bytes:
    """Through the proxy: the first instance refuses, or breaks off after ``cut``; the second one answers."""

    async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hi")
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def breaks_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"hi")
        writer.write(cut or b"")
        writer.close()

    second = await asyncio.start_server(answers, "127.0.0.1", 0)
    first = await asyncio.start_server(breaks_off, "127.0.0.1", 0)
    ports = [first.sockets[0].getsockname()[1] if cut else closed_port(), second.sockets[0].getsockname()[1]]
    async with first, second:
        return await Front(ports, control, turn=1).answer(REQUEST)


def test_whoever_refuses_is_passed_over(tmp_path: Path) -> None:
    assert to_its_end(_asked(tmp_path / "none.json", b"200 OK")).startswith(b"HTTP/1.1 200 OK")


def test_half_an_answer_is_none(tmp_path: Path) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n<Resp"
    assert to_its_end(_asked(tmp_path / "none.json", b"200 OK", half)).endswith(b"ok")


def test_with_both_down_nobody_answers(tmp_path: Path) -> None:
    control = tmp_path / "proxy.json"
    control.write_text('{"down": [0, 1], "delay": 0}')
    assert to_its_end(_asked(control, b"200 OK")).startswith(b"HTTP/1.1 503")


@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("cc") is None, reason="this machine has no Linux or no C compiler"
)
def test_of_a_file_only_what_was_synced_is_left(tmp_path: Path) -> None:
    log, file, other = tmp_path / "synced.log", tmp_path / "record", tmp_path / "never synced"
    other.write_bytes(b"z" * 10)
    environment = {**os.environ, "LD_PRELOAD": str(shim()), "SYNCED_LOG": str(log)}
    subprocess.run([sys.executable, "-c", WRITES, str(file)], env=environment, check=True)
    assert file.stat().st_size == 150
    assert cut_to_synced(log, tmp_path) == 50
    assert file.read_bytes() == b"x" * 100
    assert other.stat().st_size == 10


def test_a_loop_that_runs_already_is_in_nobodys_way(tmp_path: Path) -> None:
    async def beside_a_browser() -> bytes:
        return to_its_end(_asked(tmp_path / "none.json", b"200 OK"))

    assert to_its_end(beside_a_browser()).startswith(b"HTTP/1.1 200 OK")
