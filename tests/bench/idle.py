"""All processes of ``make run`` idle: the sum of their memory, shared pages counted once (PSS)."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from adapters.places import ROOT, Places
from operations.addresses import FILE
from tests.bench.tree import below, command, pss_kilobytes
from tests.rig.ports import free_ports

BAR_MEGABYTES = 450.0
START_SECONDS, STEADY_SECONDS, LEAST_STEADY = 90.0, 60.0, 4


def measure() -> bool:
    with tempfile.TemporaryDirectory(prefix="onenumber-idle-") as directory:
        web, events, emulator = free_ports(3)
        ports = {"WEB_PORT": str(web), "EVENTS_PORT": str(events), "EMULATOR_PORT": str(emulator)}
        command_line = [sys.executable, "-m", "operations.run", "--root", directory]
        said = Path(directory) / "said.log"
        with open(said, "wb") as out:
            run = subprocess.Popen(command_line, cwd=ROOT, env={**os.environ, **ports}, stdout=out, stderr=out)
        try:
            _wait_for_calls(run, Path(directory), said)
            table = _steady(run.pid)
        finally:
            run.send_signal(signal.SIGINT)
            run.wait(timeout=15)
    return _told(table)


def _wait_for_calls(run: "subprocess.Popen[bytes]", root: Path, said: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not (Places(root).run / FILE).exists():
        if run.poll() is not None or time.monotonic() > end:
            sys.exit(f"the service did not start:\n{said.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


def _steady(root: int) -> list[tuple[str, int]]:
    """Looked at until it no longer changes by more than a hundredth, at most a minute."""
    end, sums = time.monotonic() + STEADY_SECONDS, list[int]()
    while True:
        table = [(command(pid), pss_kilobytes(pid)) for pid in below(root)]
        sums.append(sum(kilobytes for _, kilobytes in table))
        last = sums[-LEAST_STEADY:]
        if time.monotonic() > end or (len(last) == LEAST_STEADY and max(last) - min(last) < max(last) / 100):
            return table
        time.sleep(3)


def _told(table: list[tuple[str, int]]) -> bool:
    print("\nMemory of every process, idle (PSS)")
    for name, kilobytes in sorted(table, key=lambda row: -row[1]):
        print(f"  {kilobytes / 1024:6.1f} MB  {_short(name)}")
    total = sum(kilobytes for _, kilobytes in table) / 1024
    holds = total <= BAR_MEGABYTES
    print(f"  {total:6.1f} MB  together   bar {BAR_MEGABYTES:.0f}   {'holds' if holds else 'DOES NOT HOLD'}")
    return holds


def _short(line: str) -> str:
    words = [word for word in line.split() if not word.startswith("/") and word != "-m"]
    return " ".join(words)[:70] or line[-70:]
