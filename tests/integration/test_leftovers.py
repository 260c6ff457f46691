"""What a killed run left behind is ended before the next one starts: its processes, and what they had forked."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from adapters.places import Places
from operations.leftovers import end_earlier_run
from operations.sessions import end_leftovers, members
from tests.rig.waiting import until

SLEEPS = "import time; time.sleep(600)"
FORKS = f"import os; os.fork(); {SLEEPS}"


def left(root: Path, *argv: str, forks: int = 0) -> int:
    """A process of an earlier run with a session of its own, told in a pid file."""
    Places(root).make()
    leader = subprocess.Popen(argv, start_new_session=True)
    (root / "var/run/worker-1.pid").write_text(f"{leader.pid}\n")
    until(lambda: len(members(leader.pid)) == 1 + forks, 20, lambda: "it does not begin")
    return leader.pid


def killed(leader: int) -> None:
    os.kill(leader, signal.SIGKILL)
    os.waitpid(leader, 0)


@pytest.mark.parametrize("leader_killed", [True, False])
def test_a_job_is_ended_with_its_worker_or_after_it(tmp_path: Path, leader_killed: bool) -> None:
    leader = left(tmp_path, sys.executable, "-c", FORKS, forks=1)
    if leader_killed:
        killed(leader)
        assert len(members(leader)) == 1
    try:
        end_earlier_run(tmp_path)
        until(lambda: not members(leader), 20, lambda: f"left behind: {members(leader)}")
    finally:
        end_leftovers(leader)
    assert list((tmp_path / "var/run").glob("*.pid")) == []


def test_what_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    """A number of a process belongs to another program by now."""
    leader = left(tmp_path, "/bin/sleep", "600")
    try:
        end_earlier_run(tmp_path)
        assert members(leader) == [leader]
    finally:
        end_leftovers(leader)
        os.waitpid(leader, 0)
