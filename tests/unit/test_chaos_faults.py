"""What the faults themselves look for: zombies that write late, nights counted twice, callers who were not told 112."""

import base64
import hashlib
import threading
from pathlib import Path
from typing import Any

import pytest

from recordings.vault.model import put
from recordings.vault.opening import local_vault
from tests.chaos.faults_agents import together
from tests.chaos.faults_people import heard_to_the_end, not_advised
from tests.chaos.faults_process import written_over
from tests.chaos.faults_sound import not_as_noted
from tests.chaos.mishaps import Mishap, named
from tests.chaos.nights import counted_once

DONE = (2, 17.0, "not wanted")


def test_whoever_writes_over_the_end_of_an_order_that_was_anothers_is_named() -> None:
    assert written_over({"o1": DONE}, {"o1": DONE}) == []
    assert written_over({"o1": DONE}, {}) == [], "tidied away"
    assert len(written_over({"o1": DONE}, {"o1": (2, 25.0, "rung")})) == 1


@pytest.mark.parametrize(
    ("gone", "proved", "found"),
    [
        (60, 60, []),
        (75, 75, []),
        (60, 120, ["the night's work: 60 let go, 120 counted"]),
        (40, 40, ["the night's work: 60 were due, 40 let go"]),
    ],
)
def test_what_is_let_go_at_night_is_let_go_and_counted_once(gone: int, proved: int, found: list[str]) -> None:
    assert counted_once(gone, proved, 60) == found


def said(language: str, text: str) -> dict[str, Any]:
    return {"kind": "say", "language": language, "text": text}


END = {"kind": "end", "data": {"by": "document"}}
TOLD = {
    "fi": said("fi-FI", "Soita hätänumeroon yksi yksi kaksi."),
    "sv": said("sv-SE", "Ring nödnumret ett ett två."),
    "en": said("en-GB", "Ring the emergency number one one two."),
}


@pytest.mark.parametrize("missing", [(), ("sv",), ("fi", "en")])
def test_each_language_has_to_be_told_the_emergency_number_in_itself(missing: tuple[str, ...]) -> None:
    events = [words for language, words in TOLD.items() if language not in missing]
    assert not_advised([*events, END]) == list(missing)


def test_in_the_voice_of_another_language_it_is_not_told() -> None:
    events = [TOLD["fi"], TOLD["en"], said("en-GB", "Ring nödnumret ett ett två."), END]
    assert not_advised(events) == ["sv"]


def test_who_hung_up_did_not_hear_it_to_the_end() -> None:
    assert heard_to_the_end([TOLD["fi"], END])
    assert not heard_to_the_end([TOLD["fi"], {"kind": "end", "data": None}])
    assert not heard_to_the_end([])


def test_a_500_and_a_429_have_names_of_their_own() -> None:
    sown = [Mishap("rest", "status_before", "/", 8, {"status": status}).name for status in (500, 429)]
    assert [named({"do": "status_before", "fault": name}) for name in sown] == [
        "status_before 500",
        "status_before 429",
    ]
    assert named({"do": "delay", "fault": "FT123"}) == "delay"


def test_two_tabs_are_at_it_at_the_same_moment_and_one_that_is_refused_hinders_nobody() -> None:
    both, met = threading.Barrier(2), []

    def answers() -> None:
        met.append(both.wait(10))

    def is_refused() -> None:
        met.append(both.wait(10))
        raise AssertionError("409")

    together(answers, is_refused)
    assert sorted(met) == [0, 1], "one began when the other was over"


def test_a_sound_that_is_not_what_was_noted_or_is_nowhere_is_named(tmp_path: Path) -> None:
    vault = local_vault(tmp_path, base64.b64encode(bytes(32)).decode())
    put(vault, "a" * 32, b"sound")
    row = {"id": "a" * 32, "stored_machine": 1.0, "deleted_at": None, "sha256": hashlib.sha256(b"sound").hexdigest()}
    assert not_as_noted(vault, [row]) == []
    assert len(not_as_noted(vault, [{**row, "sha256": hashlib.sha256(b"other").hexdigest()}])) == 1
    assert len(not_as_noted(vault, [{**row, "id": "b" * 32}])) == 1
    assert not_as_noted(vault, [{**row, "id": "b" * 32, "deleted_at": "today"}]) == []
