"""The telephone in the terminal, as a person or a script starts it: a process of its own."""

import signal
import subprocess
import sys

import pytest

from emulator.lab_client import CallNow, Event
from emulator.terminal_script import HangUp, Press, Script, Speak, WaitFor, due, hear, left, parse
from tests.emulator_pages.laboratory import CITY, Laboratory
from tests.emulator_pages.terminals import read_until, started, type_in

TELEPHONE = "emulator.terminal"
TERMINAL = [sys.executable, "-m", TELEPHONE]


def terminal(lab: Laboratory, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    what, *rest = arguments
    command = [*TERMINAL, what, "--lab", lab.emulator, *rest]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_a_scripted_call_hears_presses_and_ends_well(lab: Laboratory) -> None:
    done = terminal(lab, "call", "--to", CITY, "--keys", "1,wait:painoit YKSI,hangup")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[fi] Kuopion kaupunki. Suomeksi: paina yksi." in done.stdout
    assert "> 1" in done.stdout
    assert "[fi] Kiitos. Painoit yksi." in done.stdout


def test_words_that_never_come_are_a_failure(lab: Laboratory) -> None:
    done = terminal(lab, "call", "--to", CITY, "--keys", "2,wait:Olet jonossa,1")
    assert done.returncode == 1
    assert "never reached: wait:Olet jonossa,1" in done.stdout
    assert "[sv] Tack och adjö." in done.stdout


def test_typed_keys_are_pressed(lab: Laboratory) -> None:
    with started(TELEPHONE, "call", "--lab", lab.emulator, "--to", CITY, "--withheld") as process:
        seen = read_until(process, "På svenska")
        type_in(process, "2")
        seen += read_until(process, "the call has ended")
        assert process.wait(20) == 0
    assert "withheld" in seen
    assert "[sv] Tack och adjö." in seen


def test_a_script_leaves_a_message(lab: Laboratory) -> None:
    script = "5,say:Katuvalo on rikki,#,wait:Kiitos viestistä,hangup"
    done = terminal(lab, "call", "--to", CITY, "--keys", script)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '> "Katuvalo on rikki"' in done.stdout
    assert lab.recordings()[0]["text"] == "Katuvalo on rikki"


def test_a_script_answers_in_words(lab: Laboratory) -> None:
    done = terminal(lab, "call", "--to", CITY, "--keys", "6,say:pysäköinti,wait:Kuulin: pysäköinti,hangup")
    assert done.returncode == 0, done.stdout + done.stderr


def test_typed_words_are_spoken(lab: Laboratory) -> None:
    with started(TELEPHONE, "call", "--lab", lab.emulator, "--to", CITY) as process:
        read_until(process, "På svenska")
        type_in(process, "6")
        read_until(process, "Kerro asiasi")
        type_in(process, "pysäköinti torilla")
        read_until(process, "Kuulin: pysäköinti torilla")
        type_in(process, "h")
        read_until(process, "the call has ended")
        assert process.wait(20) == 0


def test_control_c_hangs_up(lab: Laboratory) -> None:
    with started(TELEPHONE, "call", "--lab", lab.emulator, "--to", CITY) as process:
        read_until(process, "På svenska")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "hung up" in out
    assert "Traceback" not in err


def test_a_telephone_that_listens_answers_and_hears(lab: Laboratory) -> None:
    script = ["--keys", "wait:Ni bad oss,hangup"]
    with started(TELEPHONE, "listen", "--lab", lab.emulator, "--from", "+358401234503", *script) as process:
        read_until(process, "waits to be rung")
        lab.ring_back("+358401234503")
        out, _err = process.communicate(timeout=20)
    assert "[sv] Ni bad oss ringa tillbaka." in out
    assert process.returncode == 0


def test_without_an_emulator_it_says_so(lab: Laboratory) -> None:
    done = subprocess.run(
        [*TERMINAL, "call", "--lab", "http://127.0.0.1:9", "--to", CITY, "--keys", "1"],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert "no emulator answers" in done.stderr
    assert "Traceback" not in done.stderr


def _call(gathering: bool = False, status: str = "in-progress", **now: bool) -> CallNow:
    return CallNow("CA1", "+358401234501", CITY, status, "inbound", gathering, (), 0, **now)


def _event(kind: str, text: str = "") -> Event:
    return Event(0, kind, text, "fi-FI", "")


def test_a_script_is_read_as_it_is_written() -> None:
    script = parse("1,wait:Olet jonossa,say:Katu on pimeä,040#,hangup")
    assert script.steps == (Press("1"), WaitFor("Olet jonossa"), Speak("Katu on pimeä"), Press("040#"), HangUp())
    assert left(script) == "1,wait:Olet jonossa,say:Katu on pimeä,040#,hangup"


def test_words_wait_for_a_listener_and_take_the_key_after_them_along() -> None:
    assert due(parse("say:hei,#"), _call())[0] is None
    assert due(parse("say:hei,#"), _call(recording=True)) == (Speak("hei", "#"), Script(()))
    assert due(parse("say:hei,hangup"), _call(recording=True)) == (Speak("hei", "hangup"), Script(()))
    assert due(parse("say:hei,1"), _call(listening=True)) == (Speak("hei"), Script((Press("1"),)))
    assert due(parse("#"), _call(recording=True)) == (Press("#"), Script(()))


def test_a_script_with_nonsense_names_the_nonsense() -> None:
    with pytest.raises(ValueError, match="x1"):
        parse("1,x1")


def test_a_key_waits_for_a_question_and_answers_it_once() -> None:
    script = parse("1,2")
    assert due(script, _call(gathering=True))[0] is None
    asked = hear(script, _event("gather"))
    pressed, after = due(asked, _call(gathering=True))
    assert pressed == Press("1")
    assert due(after, _call(gathering=True)) == (None, Script((Press("2"),)))
    assert due(hear(after, _event("gather")), _call(gathering=True))[0] == Press("2")


def test_words_are_waited_for_before_the_next_key() -> None:
    script = hear(parse("wait:jonossa,1"), _event("gather"))
    assert due(script, _call(gathering=True))[0] is None
    heard = hear(script, _event("say", "Olet JONOSSA neljäntenä."))
    assert due(heard, _call(gathering=True))[0] == Press("1")
