"""The agent in the terminal: signs in as a browser does, is rung through the emulator, works one matter."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.emulator_pages.console_stand_in import ConsoleStandIn, console_stand_in
from tests.emulator_pages.laboratory import Laboratory
from tests.emulator_pages.terminals import read_until, started, type_in

AGENT = "emulator.terminal_agent"


@pytest.fixture
def console(lab: Laboratory) -> Iterator[ConsoleStandIn]:
    with console_stand_in(lab) as one:
        yield one


def signs_in(console: ConsoleStandIn) -> list[str]:
    return ["--console", console.origin, "--sign-in", "aino", "--password", "right"]


def test_the_automatic_agent_answers_talks_hangs_up_and_notes(console: ConsoleStandIn, lab: Laboratory) -> None:
    with started(AGENT, *signs_in(console), "--auto", "--talk", "10") as agent:
        read_until(agent, "aino is available")
        call_sid = lab.ring_back("client:a_1")
        seen = read_until(agent, "noted: done")
    assert 'heard: "Ni bad oss ringa tillbaka."' in seen
    assert "language: sv" in seen
    assert ("/console/presence", {"state": "available"}) in console.posts
    assert ("/console/offers/offer-1/outcome", {"outcome": "done"}) in console.posts
    assert lab.status(call_sid) == "completed"


def test_a_person_accepts_hangs_up_and_notes_by_keys(console: ConsoleStandIn, lab: Laboratory) -> None:
    with started(AGENT, *signs_in(console)) as agent:
        read_until(agent, "aino is available")
        lab.ring_back("client:a_1")
        read_until(agent, "RINGING")
        type_in(agent, "a")
        read_until(agent, "connected")
        type_in(agent, "h")
        read_until(agent, "wrapup")
        type_in(agent, "o machine")
        read_until(agent, "noted: machine")
        type_in(agent, "q")
        assert agent.wait(20) == 0
    assert ("/console/offers/offer-1/outcome", {"outcome": "machine"}) in console.posts
    assert console.posts[-1] == ("/console/presence", {"state": "offline"})


def test_a_decline_carries_its_reason(console: ConsoleStandIn, lab: Laboratory) -> None:
    with started(AGENT, *signs_in(console)) as agent:
        read_until(agent, "aino is available")
        lab.ring_back("client:a_1")
        read_until(agent, "offered")
        type_in(agent, "d language")
        type_in(agent, "q")
        assert agent.wait(20) == 0
    assert ("/console/offers/offer-1/decline", {"reason": "language"}) in console.posts


def test_the_heartbeat_goes_on(console: ConsoleStandIn) -> None:
    with started(AGENT, *signs_in(console), "--auto") as agent:
        read_until(agent, "aino is available")
        assert console.beaten.wait(20)


def test_control_c_goes_home(console: ConsoleStandIn) -> None:
    with started(AGENT, *signs_in(console)) as agent:
        read_until(agent, "aino is available")
        agent.send_signal(signal.SIGINT)
        _out, err = agent.communicate(timeout=20)
    assert agent.returncode == 0
    assert "Traceback" not in err
    assert console.posts[-1] == ("/console/presence", {"state": "offline"})


def test_a_wrong_password_is_said_in_a_sentence(console: ConsoleStandIn) -> None:
    done = subprocess.run(
        [sys.executable, "-m", AGENT, "--console", console.origin, "--sign-in", "aino", "--password", "wrong"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "did not let aino in" in done.stderr
    assert "Traceback" not in done.stderr
