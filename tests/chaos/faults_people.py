"""T26 to T29: nobody of ours answers, agents' browsers die, callers do what callers do, a cancel races the ring."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

from emulator.rest_account import number_sid
from ivr.fallback import PLACE
from tests.chaos.fault import Fault, Scene
from tests.chaos.naive import origin, promised
from tests.chaos.residents import Crowd, calls_off, leaves_at, presses_anything, presses_at_once, says_nothing
from tests.rig.installation import CITY_NUMBER
from tests.rig.waiting import until

LEFT_AT = ("greeting", "callback_offer", "number_right", "promise")
KEPT_SECONDS = 40.0  # a city that has just begun writes it at its first slow ticks
BEFORE_SECONDS = 60.0
OFFLINE_SECONDS = 18.0  # longer than the fifteen after which a browser counts as dead
LIVES = (says_nothing, presses_at_once, presses_anything, *(leaves_at(piece) for piece in LEFT_AT))
HOLDERS = 24  # residents whose requests are due at the same moment
ADVISES = ("112", "yksi yksi kaksi")


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
        yield f"http://127.0.0.1:{host.server_address[1]}/voice-fallback.xml"
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
    """Whoever rang in the dark heard the city's own words, with the emergency number, and not the provider's apology.

    An agent's leg is not looked at: her talk is over by then, and the page tells her.
    """
    found, own = [], (scene.city.settings.data_dir / PLACE).read_text(encoding="utf-8").lower()
    if not any(number in own for number in ADVISES):
        found.append("the document hosted elsewhere does not name the emergency number")
    for call in scene.city.lab.get("/lab/calls")["calls"]:
        events = scene.city.lab.call(call["call_sid"]).events if call["direction"] == "inbound" else ()
        if any("application error" in event.text.lower() for event in events):
            found.append(f"{call['call_sid']} heard the provider's apology")
    return found


# --- T27: agents --------------------------------------------------------------------------------------------------


def agents_are_lost(scene: Scene) -> None:
    """One after another: her browser dies while it rings, she loses the network, she answers twice at once."""
    workers = list(scene.load.workers)
    while scene.left > 0:
        worker = scene.random.choice(workers)
        deed = scene.random.choice(("dies", "network", "twice"))
        scene.counts[f"agent: {deed}"] += 1
        if deed == "twice":
            _answers_twice(scene, worker.agent.number)
            scene.wait(1.0)
            continue
        worker.lost = True
        worker.agent.browser_dies()
        if deed == "dies":
            scene.city.lab.behave(worker.agent.number, "no-answer")
        scene.wait(OFFLINE_SECONDS if deed == "dies" else 4.0)
        scene.city.lab.behave(worker.agent.number, "answer", after=1.0)
        worker.agent.heartbeats()
        worker.lost = False
    for worker in workers:
        worker.lost = False
        worker.agent.heartbeats()


def _answers_twice(scene: Scene, number: str) -> None:
    """Two tabs, one telephone: both press as soon as it rings."""
    with suppress(requests.RequestException, AssertionError):
        for call in scene.city.lab.phone(number).calls:
            if call.status == "ringing":
                for _ in range(2):
                    scene.city.lab.answer(call.call_sid)


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
    Fault("T27", "agents' browsers die, lose the network, answer twice", agents_are_lost),
    Fault("T28", "callers say nothing, press early, press anything, hang up", callers_as_they_are, nothing_unconfirmed),
    Fault("T29", "residents cancel while their matter is being dealt", cancels_race_rings, no_ring_after_a_cancel),
)
