"""What a tester can spoil of a recording: its sound on the way, its deletion, and what is told of it."""

import subprocess
import sys
import time
from collections.abc import Callable

import pytest
import requests

from emulator.sound import HEADER
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import ACCOUNT, TOKEN, Rig
from tests.emulator.test_recorders import ON, start
from tests.emulator.test_rest_recordings import record

FOUR_HOURS = 14400
MADE = f"""
import tracemalloc
from emulator.tapes import Pause, Taped, spliced
from emulator.voice import Sound
sounds = (Sound(0, {FOUR_HOURS}, "hum"), Sound({FOUR_HOURS} - 30, {FOUR_HOURS} - 20, "somebody else"))
tape = spliced(Taped(sounds, 0, {FOUR_HOURS}), [Pause(60, 120)])
tracemalloc.start()
total = sum(len(piece) for piece in tape.pieces())
print(total, tracemalloc.get_traced_memory()[1])
"""


@pytest.fixture
def kept(rig: Rig, side: OtherSide) -> str:
    """A recording that is complete."""
    return record(rig, side)


def fault(rig: Rig, do: str, match: str, on: str = "rest", **more: object) -> None:
    rig.lab("POST", "faults", {"on": on, "do": do, "match": match, **more})


def get(rig: Rig, sid: str) -> requests.Response:
    url = f"{rig.base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}"
    return requests.get(url, auth=(ACCOUNT, TOKEN), timeout=5, allow_redirects=False, stream=True)


def test_not_there_for_a_while(rig: Rig, kept: str) -> None:
    fault(rig, "status_before", f"Recordings/{kept}", status=404, times=2)
    answers = [rig.media(kept) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert answers[0].json()["code"] == 20404


@pytest.mark.parametrize("status", [302, 307])
def test_sent_elsewhere(rig: Rig, kept: str, status: int) -> None:
    fault(rig, "redirect", f"Recordings/{kept}", to="http://169.254.169.254/latest", status=status)
    answer = get(rig, kept)
    assert (answer.status_code, answer.headers["Location"]) == (status, "http://169.254.169.254/latest")
    assert get(rig, kept).status_code == 200, "once"


def test_a_page_and_a_wrong_type(rig: Rig, kept: str) -> None:
    fault(rig, "html", f"Recordings/{kept}")
    fault(rig, "wrong_type", f"Recordings/{kept}", content_type="text/plain")
    page, wrong, sound = get(rig, kept), get(rig, kept), get(rig, kept)
    assert page.headers["Content-Type"].startswith("text/html")
    assert wrong.headers["Content-Type"].startswith("text/plain")
    assert wrong.content == sound.content


def test_nothing_and_half(rig: Rig, kept: str) -> None:
    fault(rig, "empty", f"Recordings/{kept}")
    fault(rig, "truncate", f"Recordings/{kept}")
    nothing, half = get(rig, kept), get(rig, kept)
    assert (nothing.status_code, nothing.content, nothing.headers["Content-Type"]) == (200, b"", "audio/x-wav")
    assert int(half.headers["Content-Length"]) == HEADER + 5 * 16000
    got: list[bytes] = []
    with pytest.raises(requests.exceptions.RequestException):
        got.extend(half.iter_content(1024))
    assert 0 < sum(map(len, got)) <= (HEADER + 5 * 16000) // 2


def test_drop_by_drop(rig: Rig, kept: str) -> None:
    fault(rig, "drip", f"Recordings/{kept}", seconds=0.02, piece=8000)
    began = time.monotonic()
    assert get(rig, kept).content == get(rig, kept).content
    assert time.monotonic() - began >= 0.2


@pytest.mark.parametrize("do", ["huge", "huge_unsized"])
def test_huge(rig: Rig, kept: str, do: str) -> None:
    fault(rig, do, f"Recordings/{kept}", sound_seconds=600)
    answer = get(rig, kept)
    size = HEADER + 600 * 16000
    assert answer.headers.get("Content-Length") == (str(size) if do == "huge" else None)
    assert sum(len(piece) for piece in answer.iter_content(65536)) == size


def test_four_hours_need_no_more_room_than_a_minute() -> None:
    """In a process of its own: here the room of other threads would be counted too."""
    made = subprocess.run([sys.executable, "-c", MADE], capture_output=True, text=True, check=True)
    total, most = (int(figure) for figure in made.stdout.split())
    assert total == HEADER + FOUR_HOURS * 16000
    assert most < 1024 * 1024


def test_a_long_talk_is_streamed_whole(rig: Rig, side: OtherSide) -> None:
    """Four hours of a call, in a moment of the machine's time."""
    side.on("/voice", '<Enqueue waitUrl="">line</Enqueue>')
    call = rig.ring()
    rig.heard(call, "queued")
    sid = start(rig, side, call)
    rig.lab("POST", "clock", {"rate": 10000})
    rig.passes(FOUR_HOURS)
    rig.hang_up(call)
    side.await_request("/told", 2)
    answer = get(rig, sid)
    size = int(answer.headers["Content-Length"])
    assert size >= HEADER + FOUR_HOURS * 16000
    assert sum(len(piece) for piece in answer.iter_content(1 << 20)) == size


def test_deletion_refused_for_a_while(rig: Rig, kept: str) -> None:
    fault(rig, "status_before", "DELETE", status=500, times=2)
    assert [rig.rest("DELETE", f"Recordings/{kept}.json").status_code for _ in range(3)] == [500, 500, 204]


@pytest.fixture
def talk(rig: Rig, side: OtherSide) -> str:
    side.on("/voice", '<Say>here</Say><Pause length="3000"/>')
    sid = rig.ring()
    rig.heard(sid, "pause")
    return sid


def statuses(side: OtherSide) -> list[str]:
    return [seen.params["RecordingStatus"] for seen in side.of("/told")]


def test_one_word_of_it_lost(rig: Rig, side: OtherSide, talk: str) -> None:
    """The same address, told apart by what is posted; `times` covers the sender's own second attempt."""
    fault(rig, "drop", "/told", on="webhook", fields="RecordingStatus=completed", times=2)
    sid = start(rig, side, talk)
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    wait_until(lambda: [entry["outcome"].split()[0] for entry in webhooks(rig)].count("ct") == 2)
    assert statuses(side) == ["in-progress"]
    assert rig.media(sid).status_code == 200


def test_told_twice(rig: Rig, side: OtherSide, talk: str) -> None:
    fault(rig, "double", "/told", on="webhook", fields="RecordingStatus=completed")
    start(rig, side, talk)
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    side.await_request("/told", 3)
    assert sorted(statuses(side)) == ["completed", "completed", "in-progress"]


def test_its_beginning_told_after_its_end(rig: Rig, side: OtherSide, talk: str) -> None:
    held = {"fields": "RecordingStatus=in-progress", "until": "RecordingStatus=completed"}
    fault(rig, "hold_back", "/told", on="webhook", **held)
    start(rig, side, talk)
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    side.await_request("/told", 2)
    assert statuses(side) == ["completed", "in-progress"]


def test_told_before_the_end_of_the_call_is(rig: Rig, side: OtherSide, talk: str) -> None:
    held = {"fields": "CallStatus=completed", "until": "RecordingStatus=completed"}
    fault(rig, "hold_back", "/status", on="webhook", **held)
    start(rig, side, talk)
    rig.talk(talk, "hello", 2)
    rig.hang_up(talk)
    side.await_request("/status")
    ended = [seen.path for seen in side.seen if seen.params.get("CallStatus") == "completed"]
    assert [seen.path for seen in side.seen][-2:] == ["/told", "/status"]
    assert ended == ["/status"]


def test_started_but_the_answer_lost(rig: Rig, side: OtherSide, talk: str) -> None:
    fault(rig, "lose_answer", f"POST /2010-04-01/Accounts/{ACCOUNT}/Calls/{talk}/Recordings.json")
    with pytest.raises(requests.exceptions.ConnectionError):
        rig.rest("POST", f"Calls/{talk}/Recordings.json", RecordingStatusCallback=f"{side.base}/told", **ON)
    side.await_request("/told")
    assert len(rig.rest("GET", f"Calls/{talk}/Recordings.json").json()["recordings"]) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_refused_changes_nothing(rig: Rig, side: OtherSide, talk: str, status: int) -> None:
    sid = start(rig, side, talk)
    fault(rig, "status_before", f"Recordings/{sid}.json", status=status)
    path = f"Calls/{talk}/Recordings/{sid}.json"
    assert rig.rest("POST", path, Status="paused").status_code == status
    assert rig.rest("GET", path).json()["status"] == "in-progress"


def webhooks(rig: Rig) -> list[dict[str, str]]:
    entries = rig.lab("GET", "history")["entries"]
    return [entry for entry in entries if entry["kind"] == "webhook" and entry["url"].endswith("/told")]


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)
