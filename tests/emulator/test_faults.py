"""Each kind of fault, the retry policy of the URL's fragment, and the fallback document."""

import time

import pytest
import requests
from flask import Response

from tests.emulator.other_side import OtherSide
from tests.emulator.rig import AGENT, CITY, Rig

POLICY = "#rc=2&amp;rp=ct,rt,5xx"


def fault(rig: Rig, on: str, do: str, match: str, **more: object) -> None:
    rig.lab("POST", "faults", {"on": on, "do": do, "match": match, **more})


def broken(status: int) -> Response:
    return Response("<Response/>", status=status, mimetype="text/xml")


def attempts(rig: Rig, path: str) -> list[int]:
    entries = rig.lab("GET", "history")["entries"]
    return [entry["attempt"] for entry in entries if entry["kind"] == "webhook" and entry["url"].endswith(path)]


def test_dropped_once_is_retried_by_default(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Say>here</Say>")
    fault(rig, "webhook", "drop", "/voice")
    assert rig.words(rig.ended(rig.ring())) == ["here"]
    assert attempts(rig, "/voice") == [0, 1]
    assert len(side.of("/voice")) == 1


def test_dropped_twice_goes_to_the_fallback(rig: Rig, side: OtherSide) -> None:
    side.on("/fallback", "<Say>fallback</Say>")
    fault(rig, "webhook", "drop", "/voice", times=2)
    assert rig.words(rig.ended(rig.ring())) == ["fallback"]
    seen = side.await_request("/fallback").params
    assert (seen["ErrorCode"], seen["ErrorUrl"]) == ("11205", f"{side.base}/voice")


def test_server_error_is_not_retried_unless_asked_for(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", broken(500), "<Say>second</Say>")
    side.on("/fallback", "<Say>fallback</Say>")
    assert rig.words(rig.ended(rig.ring())) == ["fallback"]
    assert side.await_request("/fallback").params["ErrorCode"] == "11200"


def test_server_error_is_retried_by_the_fragment(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f"<Redirect>/step{POLICY}</Redirect>")
    side.on("/step", broken(500), broken(503), "<Say>third</Say>")
    assert rig.words(rig.ended(rig.ring())) == ["third"]
    tokens = {seen.headers["I-Twilio-Idempotency-Token"] for seen in side.of("/step")}
    assert len(tokens) == 1


def test_retries_are_counted(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f"<Redirect>/step{POLICY}</Redirect>")
    side.on("/step", broken(500))
    side.on("/fallback", "<Say>fallback</Say>")
    rig.ended(rig.ring())
    assert len(side.of("/step")) == 3


def test_lost_answer_is_sent_again_by_the_fragment(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", f"<Redirect>/step{POLICY}</Redirect>")
    side.on("/step", "<Say>first</Say>", "<Say>second</Say>")
    fault(rig, "webhook", "lose_answer", "/step")
    assert rig.words(rig.ended(rig.ring())) == ["second"]


def test_slow_answer_is_a_read_time_out(rig: Rig, side: OtherSide) -> None:
    def slow(_params: dict[str, str]) -> str:
        time.sleep(0.4)
        return "<Say>slow</Say>"

    side.on("/voice", "<Redirect>/step#rt=150&amp;rc=1&amp;rp=rt</Redirect>")
    side.on("/step", slow, "<Say>quick</Say>")
    assert rig.words(rig.ended(rig.ring())) == ["quick"]


@pytest.mark.parametrize("kind", ["double", "double_at_once"])
def test_doubled_webhook(rig: Rig, side: OtherSide, kind: str) -> None:
    side.on("/voice", '<Say>here</Say><Pause length="5"/>')
    fault(rig, "webhook", kind, "/voice")
    assert rig.words(rig.ended(rig.ring())) == ["here"]
    side.await_request("/voice", 2)


def test_a_copy_overtakes_the_webhook(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Say>copy</Say>", "<Say>itself</Say>")
    fault(rig, "webhook", "overtaken", "/voice", seconds=0.3)
    assert rig.words(rig.ended(rig.ring())) == ["itself"]
    assert len(side.of("/voice")) == 2


def test_held_back_until_the_next_of_its_call(rig: Rig, side: OtherSide) -> None:
    rig.behave(AGENT, "answer", after=1)
    side.on("/out", '<Pause length="20"/>')
    fault(rig, "webhook", "hold_back", "/told")
    rig.rest(
        "POST",
        "Calls.json",
        To=AGENT,
        From=CITY,
        Url=f"{side.base}/out",
        StatusCallback=f"{side.base}/told",
        StatusCallbackEvent=["ringing"],
    )
    assert side.await_request("/told").params["CallStatus"] == "ringing"
    assert side.paths() == ["/out", "/told"]


def test_delay(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Say>here</Say>")
    fault(rig, "webhook", "delay", "/voice", seconds=0.3)
    began = time.monotonic()
    rig.ended(rig.ring())
    assert time.monotonic() - began >= 0.3


def test_skip_and_times(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Redirect>/a</Redirect>")
    side.on("/a", "<Redirect>/b</Redirect>")
    fault(rig, "webhook", "double", side.base, skip=1)
    rig.ended(rig.ring())
    side.await_request("/a", 2)
    assert len(side.of("/voice")) == 1


def test_no_fallback_is_an_apology(rig: Rig, side: OtherSide) -> None:
    side.on("/plain", broken(404))
    call = rig.ended(rig.ring(to="+358172000"))
    assert len(rig.words(call)) == 1
    assert call["status"] == "completed"


@pytest.mark.parametrize(("status", "code"), [(429, 20429), (500, 20500)])
def test_refused_before_any_effect(rig: Rig, side: OtherSide, status: int, code: int) -> None:
    fault(rig, "rest", "status_before", "Calls.json", status=status)
    answer = rig.rest("POST", "Calls.json", To=AGENT, From=CITY, Url=f"{side.base}/out")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert rig.rest("GET", "Calls.json").json()["calls"] == []


def test_refused_after_the_effect(rig: Rig, side: OtherSide) -> None:
    fault(rig, "rest", "status_after", "POST /2010-04-01")
    answer = rig.rest("POST", "Calls.json", To=AGENT, From=CITY, Url=f"{side.base}/out")
    assert answer.status_code == 500
    assert len(rig.rest("GET", "Calls.json").json()["calls"]) == 1


def test_answer_lost_after_the_effect(rig: Rig, side: OtherSide) -> None:
    fault(rig, "rest", "lose_answer", "POST /2010-04-01")
    with pytest.raises(requests.exceptions.ConnectionError):
        rig.rest("POST", "Calls.json", To=AGENT, From=CITY, Url=f"{side.base}/out")
    assert len(rig.rest("GET", "Calls.json").json()["calls"]) == 1


def test_rest_delay(rig: Rig) -> None:
    fault(rig, "rest", "delay", "Calls.json", seconds=0.3)
    began = time.monotonic()
    rig.rest("GET", "Calls.json")
    assert time.monotonic() - began >= 0.3


def test_a_list_of_calls_lags_behind(rig: Rig, side: OtherSide) -> None:
    side.on("/out", '<Pause length="20"/>')
    rig.rest("POST", "Calls.json", To=AGENT, From=CITY, Url=f"{side.base}/out")
    fault(rig, "rest", "stale", "GET /2010-04-01", seconds=60)
    assert rig.rest("GET", "Calls.json").json()["calls"] == []
    assert len(rig.rest("GET", "Calls.json").json()["calls"]) == 1


def test_calls_wait_for_the_accounts_pace(rig: Rig, side: OtherSide) -> None:
    side.on("/out", '<Pause length="20"/>')
    rig.lab("POST", "pace", {"calls_per_second": 0.01})
    for _ in range(2):
        rig.rest("POST", "Calls.json", To=AGENT, From=CITY, Url=f"{side.base}/out")
    rig.lab("POST", "pace", {"calls_per_second": None})
    rig.lab("POST", "pace", {"calls_per_second": 0}, expect=400)
    statuses = [call["status"] for call in rig.rest("GET", "Calls.json").json()["calls"]]
    assert statuses.count("queued") >= 1


def test_impossible_fault_is_refused(rig: Rig) -> None:
    rig.lab("POST", "faults", {"on": "rest", "do": "drop", "match": ""}, expect=400)


def test_applied_faults_are_in_the_history(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", "<Say>here</Say>")
    fault(rig, "webhook", "drop", "/voice", id="F1")
    rig.ended(rig.ring())
    struck = [entry["fault"] for entry in rig.lab("GET", "history")["entries"] if entry["kind"] == "fault"]
    assert struck == ["F1"]
    assert rig.lab("GET", "faults")[0]["times"] == 0
