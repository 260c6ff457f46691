"""T26, T28, T29: nobody of ours answers, callers do what callers do, a cancel races the ring."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from emulator.rest_account import number_sid
from ivr.fallback import PLACE
from tests.chaos.fault import Fault, Scene
from tests.chaos.naive import origin, promised
from tests.chaos.residents import Crowd, calls_off, leaves_at, presses_anything, presses_at_once, says_nothing
from tests.chaos.voices import ADVICE
from tests.rig.installation import CITY_NUMBER
from tests.rig.resident import HEARD
from tests.rig.waiting import until

LEFT_AT = ("greeting", "callback_offer", "number_right", "promise")
HOSTED = "voice-fallback.xml"
KEPT_SECONDS = 40.0  # a city that has just begun writes it at its first slow ticks
BEFORE_SECONDS = 60.0
LIVES = (says_nothing, presses_at_once, presses_anything, *(leaves_at(piece) for piece in LEFT_AT))
HOLDERS = 24  # residents whose requests are due at the same moment


# --- T26: both instances are down ---------------------------------------------------------------------------------


def nobody_answers(scene: Scene) -> None:
    """The document hosted elsewhere speaks; then both come back and everything goes on."""
    with elsewhere(scene) as url, number_falls_back_to(scene, url):
        _who_rang_before_is_gone(scene)
        scene.begun = time.monotonic()
        for name in ("web-a", "web-b"):
            scene.city.stop_process(name)
        scene.counts["instances down"] += 2
        scene.wait(scene.seconds * 0.6)
        for name in ("web-a", "web-b"):
            scene.city.start_process(name)
        scene.wait(2.0)


def _who_rang_before_is_gone(scene: Scene) -> None:
    """A call keeps the fallback that its number had when it began; a city's number has it long before."""

    def active() -> set[str]:
        return {str(call["call_sid"]) for call in scene.city.lab.get("/lab/calls", active="1")["calls"]}

    before = active()
    until(lambda: not before & active(), BEFORE_SECONDS, lambda: "somebody who rang before is still there")


@contextmanager
def elsewhere(scene: Scene) -> Iterator[str]:
    """A host that needs nothing of ours but the file that is kept for it."""
    path = scene.city.settings.data_dir / PLACE
    until(path.exists, KEPT_SECONDS, lambda: "the dispatcher has not written the document")
    document = path.read_bytes()

    class Host(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            scene.counts["fallback spoke"] += 1
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    host = ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=host.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{host.server_address[1]}/{HOSTED}"
    finally:
        host.shutdown()
        host.server_close()


@contextmanager
def number_falls_back_to(scene: Scene, url: str) -> Iterator[None]:
    """As an operator sets it at the provider (docs/running.md)."""
    usual = f"{scene.city.installation.web}/voice/fallback"
    _set_fallback(scene, url)
    try:
        yield
    finally:
        _set_fallback(scene, usual)


def _set_fallback(scene: Scene, url: str) -> None:
    city = scene.city.installation
    path = f"/2010-04-01/Accounts/{city.account}/IncomingPhoneNumbers/{number_sid(CITY_NUMBER)}.json"
    keys = (city.account, city.token)
    requests.post(city.emulator + path, {"VoiceFallbackUrl": url}, auth=keys, timeout=5).raise_for_status()


def heard_words_of_ours(scene: Scene) -> list[str]:
    """Whoever rang in the dark heard the city's own words, and not the provider's apology; whoever heard them to the
    end heard the emergency number in each language, whichever is hers.

    An agent's leg is not looked at: her talk is over by then, and the page tells her.
    """
    found, in_the_dark = (
        [],
        {
            str(one["call_sid"])
            for one in scene.city.lab.history()
            if one["kind"] == "webhook" and HOSTED in str(one["url"]) and one["status"] == 200
        },
    )
    for call in scene.city.lab.get("/lab/calls")["calls"]:
        sid = str(call["call_sid"])
        events = scene.city.lab.get(f"/lab/calls/{sid}")["events"] if call["direction"] == "inbound" else []
        if any("application error" in str(event.get("text")).lower() for event in events):
            found.append(f"{sid} heard the provider's apology")
        if sid in in_the_dark and heard_to_the_end(events):
            scene.counts["heard the document to its end"] += 1
            found += [f"{sid} did not hear the emergency number in {language}" for language in not_advised(events)]
    return found if scene.counts["heard the document to its end"] else [*found, "nobody heard the document to its end"]


def heard_to_the_end(events: Sequence[Mapping[str, Any]]) -> bool:
    return bool(events) and (events[-1].get("data") or {}).get("by") == "document"


def not_advised(events: Sequence[Mapping[str, Any]]) -> list[str]:
    """Languages in which this caller was not told the emergency number."""
    said = [(str(e.get("language"))[:2], str(e.get("text")).lower()) for e in events if e["kind"] in HEARD]
    return [
        language
        for language, number in ADVICE.items()
        if not any(spoken == language and number in words for spoken, words in said)
    ]


# --- T28, T29: callers --------------------------------------------------------------------------------------------


def callers_as_they_are(scene: Scene) -> None:
    crowd = Crowd(scene)
    while scene.wait(0.7):
        crowd.rings(scene.random.choice(LIVES))
    crowd.has_gone()


def nothing_unconfirmed(scene: Scene) -> list[str]:
    """A request without the key that makes it does not exist: who left before it has none."""
    heard = {promise.call_sid for promise in scene.load.heard}
    found = []
    due = {origin(number) for number in scene.at_stake}
    for row in scene.city.sql("SELECT id, origin_call_sid FROM callback_request"):
        sid = str(row["origin_call_sid"])
        if sid in due:
            continue
        keys = [event for event in scene.city.lab.call(sid).events if event.kind == "key"]
        if sid not in heard and not keys:
            found.append(f"{row['id']} was made without a key")
    return found


def cancels_race_rings(scene: Scene) -> None:
    """Residents whose requests are all due ring and cancel them, while agents are being dealt the same matters."""
    crowd, series = Crowd(scene), scene.load.pace.series
    holders = [f"+35841{series:03}{n:04}" for n in range(HOLDERS)]
    promised(scene.city, holders)
    scene.counts["requests due"] += HOLDERS
    for number in holders:
        crowd.rings(calls_off, number)
        if not scene.wait(scene.random.uniform(0, 2 * scene.seconds / HOLDERS)):
            break
    scene.load.numbers.extend(number for number in holders if number not in scene.load.numbers)
    crowd.has_gone()


def no_ring_after_a_cancel(scene: Scene) -> list[str]:
    """From the commit of the cancel on, no telephone rings about that matter."""
    query = """SELECT request_id, at FROM callback_event WHERE to_state = 'cancelled'"""
    ends = {str(row["request_id"]): _moment(str(row["at"])) for row in scene.city.sql(query)}
    scene.counts["cancelled"] += len(ends)
    dialled = "SELECT request_id, at FROM callback_event WHERE to_state = 'dialing'"
    return [
        f"{row['request_id']} was rung after it had been cancelled"
        for row in scene.city.sql(dialled)
        if _moment(str(row["at"])) > ends.get(str(row["request_id"]), datetime.max)
    ]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


FAULTS = (
    Fault(
        "T26",
        "both instances are down: the document hosted elsewhere speaks",
        nobody_answers,
        heard_words_of_ours,
        caller_may_notice=True,
    ),
    Fault("T28", "callers say nothing, press early, press anything, hang up", callers_as_they_are, nothing_unconfirmed),
    Fault("T29", "residents cancel while their matter is being dealt", cancels_race_rings, no_ring_after_a_cancel),
)
