"""Recordings over REST: listed, fetched, deleted; their sound behind the keys, and only when it is ready."""

import threading

import pytest
import requests

from emulator.app import make
from emulator.config import Config, OwnedNumber
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import ACCOUNT, CITY, TOKEN, Rig


@pytest.fixture
def kept(rig: Rig, side: OtherSide) -> str:
    """A recording that is complete."""
    return record(rig, side)


def record(rig: Rig, side: OtherSide, *, ready: bool = True) -> str:
    """The sid of a new recording."""
    side.on("/voice", '<Record action="/kept" recordingStatusCallback="/told"/>')
    side.on("/kept", "<Hangup/>")
    sid = rig.ring()
    rig.heard(sid, "answered")
    rig.speak(sid, text="x" * 70, then="1")
    told = side.await_request("/told" if ready else "/kept", len(side.of("/told" if ready else "/kept")) + 1)
    return told.params["RecordingSid"]


def test_fetch_and_list(rig: Rig, kept: str) -> None:
    found = rig.rest("GET", f"Recordings/{kept}.json").json()
    assert (found["status"], found["duration"], found["source"], found["channels"]) == (
        "completed",
        "5",
        "RecordVerb",
        1,
    )
    call_sid = found["call_sid"]
    assert rig.rest("GET", f"Calls/{call_sid}/Recordings/{kept}.json").json() == found
    for path in ("Recordings.json", f"Calls/{call_sid}/Recordings.json"):
        assert [one["sid"] for one in rig.rest("GET", path).json()["recordings"]] == [kept]
    assert rig.rest("GET", "Recordings.json", CallSid="CA1").json()["recordings"] == []
    assert rig.rest("GET", f"Calls/CA1/Recordings/{kept}.json").status_code == 404


def test_by_date(rig: Rig, kept: str) -> None:
    created = "2000-01-01T00:00:00Z"
    assert rig.rest("GET", "Recordings.json", **{"DateCreated>": created}).json()["recordings"]
    assert rig.rest("GET", "Recordings.json", **{"DateCreated<": created}).json()["recordings"] == []


@pytest.mark.parametrize("ending", ["", ".wav"])
def test_the_sound(rig: Rig, kept: str, ending: str) -> None:
    answer = rig.media(kept + ending)
    assert answer.headers["Content-Type"] == "audio/x-wav"
    assert int(answer.headers["Content-Length"]) == len(answer.content) == 44 + 5 * 16000


def test_the_words_are_not_told_over_rest(rig: Rig, kept: str) -> None:
    assert "xxx" not in rig.rest("GET", f"Recordings/{kept}.json").text


def test_mp3_is_refused_clearly(rig: Rig, kept: str) -> None:
    answer = rig.media(f"{kept}.mp3")
    assert answer.status_code == 415
    assert "WAV" in answer.json()["message"]


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "b" * 32, TOKEN)])
def test_the_sound_is_behind_the_keys(rig: Rig, kept: str, auth: tuple[str, str] | None) -> None:
    url = f"{rig.base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{kept}"
    assert requests.get(url, auth=auth, timeout=5).status_code == 401
    assert requests.get(url, auth=("SK1", "secret"), timeout=5).status_code == 200


def test_too_early_is_not_found(rig: Rig, side: OtherSide) -> None:
    rig.lab("POST", "clock", {"rate": 10})
    sid = record(rig, side, ready=False)
    assert rig.media(sid).status_code == 404
    assert rig.rest("GET", f"Recordings/{sid}.json").json()["status"] == "processing"
    side.await_request("/told")
    assert rig.media(sid).status_code == 200


def test_deleted(rig: Rig, kept: str) -> None:
    assert rig.rest("DELETE", f"Recordings/{kept}.json").status_code == 204
    assert rig.media(kept).status_code == 404
    assert rig.rest("GET", f"Recordings/{kept}.json").status_code == 404
    assert rig.rest("DELETE", f"Recordings/{kept}.json").status_code == 404
    assert rig.rest("GET", "Recordings.json").json()["recordings"] == []
    shown = rig.rest("GET", f"Recordings/{kept}.json", IncludeSoftDeleted="true").json()
    assert (shown["status"], shown["duration"]) == ("deleted", "5")
    assert [
        one["sid"] for one in rig.rest("GET", "Recordings.json", IncludeSoftDeleted="true").json()["recordings"]
    ] == [kept]
    assert requests.get(f"{rig.base}/lab/recordings/{kept}.wav", timeout=5).status_code == 404


def test_one_in_progress_cannot_be_deleted(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Record/>")
    sid = rig.ring()
    rig.heard(sid, "record")
    recording = rig.lab("GET", "recordings")["recordings"][0]["sid"]
    assert rig.rest("DELETE", f"Recordings/{recording}.json").status_code == 400
    rig.hang_up(sid)


def test_faults_strike_the_sound_too(rig: Rig, kept: str) -> None:
    rig.lab("POST", "faults", {"on": "rest", "do": "status_before", "match": f"Recordings/{kept}", "status": 503})
    assert rig.media(kept).status_code == 503
    assert rig.media(kept).status_code == 200
    rig.lab("POST", "faults", {"on": "rest", "do": "lose_answer", "match": "DELETE"})
    with pytest.raises(requests.exceptions.ConnectionError):
        rig.rest("DELETE", f"Recordings/{kept}.json")
    assert rig.media(kept).status_code == 404


def test_a_reset_forgets_recordings(rig: Rig, kept: str) -> None:
    rig.lab("POST", "reset", {})
    assert rig.lab("GET", "recordings")["recordings"] == []


def test_the_lab_plays_it_to_the_page(rig: Rig, kept: str) -> None:
    shown = rig.lab("GET", "recordings")["recordings"][0]
    assert (shown["sid"], shown["seconds"], shown["text"]) == (kept, 5, "x" * 70)
    part = requests.get(rig.base + shown["audio"], headers={"Range": "bytes=0-43"}, timeout=5)
    assert (part.status_code, len(part.content)) == (206, 44)


def test_an_account_that_leaves_its_media_open(side: OtherSide) -> None:
    number = OwnedNumber(CITY, voice_url=f"{side.base}/voice")
    server = make(Config("127.0.0.1", 0, ACCOUNT, TOKEN, "SK1", "secret", None, None, (number,), media_auth=False))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    rig = Rig(f"http://127.0.0.1:{server.port}")
    rig.lab("POST", "clock", {"rate": 30})
    sid = record(rig, side)
    assert requests.get(f"{rig.base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}", timeout=5).status_code == 200
    assert requests.get(f"{rig.base}/2010-04-01/Accounts/{ACCOUNT}/Recordings/{sid}.json", timeout=5).status_code == 401
    server.shutdown()


@pytest.mark.parametrize(
    ("wanted", "first", "after"), [("0-43", 0, 44), ("16000-47999", 16000, 48000), ("-100", -100, None)]
)
def test_the_lab_gives_the_part_that_a_player_asks_for(
    rig: Rig, kept: str, wanted: str, first: int, after: int | None
) -> None:
    url = f"{rig.base}/lab/recordings/{kept}.wav"
    whole = requests.get(url, timeout=5).content
    part = requests.get(url, headers={"Range": f"bytes={wanted}"}, timeout=5)
    assert (part.status_code, part.content) == (206, whole[first:after])
    assert part.headers["Content-Range"].endswith(f"/{len(whole)}")
