"""An agent at work: signed in at the console over HTTP, with a browser telephone that the lab plays.

Heartbeats run in a thread of their own, as the page's do, until the agent leaves or her browser dies.
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import requests

from tests.rig.lab import CallView, Lab
from tests.rig.waiting import until

HEARTBEAT_SECONDS = 2.0
PATIENCE = 10.0  # machine seconds on top of what a wait should take
PAGE_SECONDS = 10.0
CSRF_FIELD = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="csrf_token"')


@dataclass(frozen=True)
class Card:
    token: str
    state: str
    kind: str
    language: str
    topic_path: tuple[str, ...]
    clause: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class Credentials:
    agent_id: str
    sign_in: str
    password: str


class Agent:
    def __init__(self, lab: Lab, console_url: str, who: Credentials, rate: Callable[[], float]) -> None:
        self.id = who.agent_id
        self.number = f"client:{who.agent_id}"
        self._lab = lab
        self._console_url = console_url
        self._who = who
        self._rate = rate
        self._http = requests.Session()
        self._http.trust_env = False
        self._csrf = ""
        self._stopped = threading.Event()
        self._beating: threading.Thread | None = None

    # --- coming and going ---------------------------------------------------------------------------------------

    def signs_in(self) -> "Agent":
        page = self._http.get(self._console_url + "/console/sign-in", timeout=PAGE_SECONDS)
        found = CSRF_FIELD.search(page.text)
        assert found, f"the sign-in page has no csrf_token:\n{page.text}"
        form = {"sign_in": self._who.sign_in, "password": self._who.password, "csrf_token": found[1] or found[2]}
        answer = self._http.post(
            self._console_url + "/console/sign-in", data=form, timeout=PAGE_SECONDS, allow_redirects=False
        )
        assert answer.status_code in {302, 303}, f"{self._who.sign_in} could not sign in: {answer.status_code}"
        self._lab.telephone(self.number, self._who.sign_in)
        self._lab.behave(self.number, "manual")
        self._csrf = str(self.desk()["csrf"])
        return self

    def available(self, answers: bool = False) -> "Agent":
        """On duty; ``answers``: the robot takes every call by itself after a second."""
        self._lab.behave(self.number, "answer" if answers else "manual", after=1.0)
        self.posts("/console/presence", {"state": "available"})
        self.heartbeats()
        return self

    def away(self) -> "Agent":
        self.posts("/console/presence", {"state": "away"})
        return self

    def offline(self) -> None:
        self.posts("/console/presence", {"state": "offline"})
        self.browser_dies()

    def heartbeats(self) -> None:
        if self._beating and self._beating.is_alive():
            return
        self._stopped.clear()
        self._beating = threading.Thread(target=self._beat, daemon=True)
        self._beating.start()

    def browser_dies(self) -> None:
        """No heartbeat any more; the telephone on the wire stays as it is."""
        self._stopped.set()
        if self._beating:
            self._beating.join(PAGE_SECONDS)

    def _beat(self) -> None:
        while not self._stopped.wait(HEARTBEAT_SECONDS):
            try:
                self.posts("/console/heartbeat", {})
            except (requests.RequestException, AssertionError):
                continue  # the web process may just be dead: a page would try again too

    def line(self) -> str:
        """A supervisor's look at the whole line: the size of the page she was shown."""
        try:
            answer = self._http.get(self._console_url + "/console/line", timeout=PAGE_SECONDS)
        except requests.RequestException as trouble:
            return f"the supervisor's page did not load: {type(trouble).__name__}"
        return f"the supervisor looks at the line: {answer.status_code}, {len(answer.text)} characters"

    # --- the matter ---------------------------------------------------------------------------------------------

    def desk(self) -> Mapping[str, Any]:
        answer = self._http.get(self._console_url + "/console/desk.json", timeout=PAGE_SECONDS)
        answer.raise_for_status()
        seen: Mapping[str, Any] = answer.json()
        return seen

    def listens(self, recording_id: str) -> bytes | None:
        """The sound of a message as her page plays it; None: not there, or not hers."""
        try:
            self.posts(f"/console/sounds/{recording_id}/listen", {"reason": "matter"})
        except AssertionError:
            return None
        answer = self._http.get(f"{self._console_url}/console/sounds/{recording_id}", timeout=PAGE_SECONDS)
        return answer.content if answer.status_code == 200 else None

    def settles_message(self, recording_id: str, note: str = "") -> None:
        self.posts(f"/console/recordings/{recording_id}/heard", {"note": note})

    def card(self) -> Card | None:
        try:
            offer = self.desk().get("offer")
        except requests.RequestException:
            return None
        return _card(offer) if offer else None

    def is_offered(self, within: float = 60.0) -> Card:
        """Waits until the card is shown and the telephone rings."""
        self._ringing_sid(within)
        return until(self.card, PATIENCE, lambda: f"{self.id} is rung without a card: {self.desk()}")

    def is_idle(self) -> bool:
        return self.card() is None and self._find({"queued", "ringing", "in-progress"}) is None

    def accepts(self, within: float = 60.0) -> "Agent":
        self._lab.answer(self._ringing_sid(within))
        return self

    def declines(self, reason: str, within: float = 60.0) -> "Agent":
        self.posts(f"/console/offers/{self.is_offered(within).token}/decline", {"reason": reason})
        return self

    def is_joined(self, within: float = 60.0) -> CallView:
        return until(
            self._joined, within / self._rate() + PATIENCE, lambda: f"{self.id} talks with nobody\n{self.story()}"
        )

    def hangs_up(self) -> "Agent":
        sid = self._find({"in-progress"})
        assert sid, f"{self.id} has no call to end\n{self.story()}"
        self._lab.hang_up(sid)
        return self

    def puts_down(self) -> "Agent":
        """Her telephone is silent again: a person notes what came of a talk only after that."""
        until(self.is_silent, PATIENCE, lambda: f"the call of {self.id} goes on\n{self.story()}")
        return self

    def is_silent(self) -> bool:
        return self._find({"in-progress"}) is None

    def notes(self, outcome: str, note: str = "", minutes: int | None = None) -> "Agent":
        token = self._current().token
        body = {"outcome": outcome, "note": note} | ({} if minutes is None else {"minutes": minutes})
        until(
            lambda: self._noted(token, body),
            PATIENCE,
            lambda: f"{self.id} could not note {outcome}: {self.desk()}\n{self.story()}",
        )
        return self

    def _noted(self, token: str, body: Mapping[str, object]) -> bool:
        """Also when the first click had its effect and its answer was lost: the matter is no longer on the desk."""
        answer = self._send(f"/console/offers/{token}/outcome", body)
        card = self.card()
        return answer.status_code < 300 or card is None or card.token != token

    def does(self, deed: str, **body: object) -> "Agent":
        """A key of her talk: hold, transfer, transfer/complete, transfer/take-back, transfer/join, abusive."""
        self.posts(f"/console/offers/{self._current().token}/{deed}", body)
        return self

    def asks(self, path: str, **body: object) -> "Agent":
        """A button that stands beside the talk's own."""
        self.posts(path, body)
        return self

    def is_refused(self, deed: str, **body: object) -> str:
        """The code with which the page refuses it."""
        answer = self._send(f"/console/offers/{self._current().token}/{deed}", body)
        assert answer.status_code == 422, f"{deed} as {self.id}: {answer.status_code}"
        return str(answer.json()["error"])

    def supervises(self, token: str, deed: str, **body: object) -> "Agent":
        """A supervisor's key at somebody else's talk: listen, stop-listening."""
        self.posts(f"/console/talks/{token}/{deed}", body)
        return self

    def answers_telephone(self, within: float = 60.0) -> str:
        """Picks up without a card; the call's sid."""
        sid = self._ringing_sid(within)
        self._lab.answer(sid)
        return sid

    def talks_with(self) -> frozenset[str]:
        """The calls that she hears and that hear her."""
        sid = self._find({"in-progress"})
        return frozenset(self._lab.call(sid).talking_with) if sid else frozenset()

    def hears_a_machine(self) -> bool:
        return self._lab.hears_a_machine(self.number)

    def leg(self) -> str:
        sid = self._find({"in-progress"})
        assert sid, f"{self.id} is in no call\n{self.story()}"
        return sid

    # --- inside -------------------------------------------------------------------------------------------------

    def story(self) -> str:
        calls = reversed(self._lab.phone(self.number).calls)
        return "\n".join(
            f"{c.call_sid} {c.status} {[e.text for e in self._lab.call(c.call_sid).events]}" for c in calls
        )

    def _current(self) -> Card:
        return until(self.card, PATIENCE, lambda: f"{self.id} has no matter on the desk: {self.desk()}")

    def _ringing_sid(self, within: float) -> str:
        return until(
            lambda: self._find({"ringing"}),
            within / self._rate() + PATIENCE,
            lambda: f"{self.id} is offered nothing\n{self.desk()}\n{self.story()}",
        )

    def _find(self, statuses: set[str]) -> str | None:
        return next((c.call_sid for c in self._lab.phone(self.number).calls if c.status in statuses), None)

    def _joined(self) -> CallView | None:
        sid = self._find({"in-progress"})
        seen = self._lab.call(sid) if sid else None
        return seen if seen and seen.talking_with else None

    def posts(self, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        answer = self._send(path, body)
        assert answer.status_code < 300, f"{path} as {self.id}: {answer.status_code} {answer.text[:300]}"
        seen: Mapping[str, Any] = answer.json() if answer.headers.get("Content-Type") == "application/json" else {}
        return seen

    def _send(self, path: str, body: Mapping[str, Any]) -> requests.Response:
        return until(lambda: self._try(path, body), PATIENCE, lambda: f"{path}: nobody answers {self.id}")

    def _try(self, path: str, body: Mapping[str, Any]) -> requests.Response | None:
        """None where the web process died under her click: she clicks again."""
        headers = {"X-CSRF-Token": self._csrf}
        try:
            return self._http.post(self._console_url + path, json=body, headers=headers, timeout=PAGE_SECONDS)
        except requests.ConnectionError:
            return None


def _card(offer: Mapping[str, Any]) -> Card:
    return Card(
        token=str(offer["token"]),
        state=str(offer["state"]),
        kind=str(offer["kind"]),
        language=str(offer["language"]),
        topic_path=tuple(offer["topic_path"]),
        clause=str(offer["why"]["clause"]),
        fields=offer,
    )
