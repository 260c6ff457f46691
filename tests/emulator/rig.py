"""A hand on the emulator for its own tests: the lab pages, the REST pages, and waiting for what is heard."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import requests

ACCOUNT = "AC" + "a" * 32
TOKEN = "12345"
CITY = "+358171000"
RESIDENT = "+358401111111"
AGENT = "+358402222222"


class Rig:
    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()

    def lab(self, method: str, path: str, content: Any = None, expect: int | None = None) -> Any:
        answer = self.session.request(method, f"{self.base}/lab/{path}", json=content, timeout=30)
        if expect is not None:
            assert answer.status_code == expect, answer.text
        else:
            assert answer.ok, f"{answer.status_code} {answer.text}"
        return answer.json()

    def rest(self, method: str, path: str, /, **fields: Any) -> requests.Response:
        return self.session.request(
            method,
            f"{self.base}/2010-04-01/Accounts/{ACCOUNT}/{path}",
            data=fields if method == "POST" else None,
            params=fields if method == "GET" else None,
            auth=(ACCOUNT, TOKEN),
            timeout=30,
        )

    def ring(self, caller: str = RESIDENT, to: str = CITY) -> str:
        return str(self.lab("POST", "calls", {"from": caller, "to": to})["call_sid"])

    def call(self, sid: str) -> Any:
        return self.lab("GET", f"calls/{sid}")

    def press(self, sid: str, digits: str) -> None:
        self.lab("POST", f"calls/{sid}/press", {"digits": digits})

    def speak(self, sid: str, **speech: Any) -> None:
        self.lab("POST", f"calls/{sid}/speak", speech)

    def say(self, sid: str, text: str, **more: Any) -> None:
        self.lab("POST", f"calls/{sid}/say", {"text": text, **more})

    def recording(self, sid: str) -> Any:
        """As the lab knows it."""
        return next(one for one in self.lab("GET", "recordings")["recordings"] if one["sid"] == sid)

    def talk(self, sid: str, text: str, seconds: float) -> None:
        """At once, to whoever is on the line; until it is over."""
        self.speak(sid, text=text, seconds=seconds, now=True)
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        """So many business seconds, and a little."""
        until = self.business_time() + timedelta(seconds=seconds + 0.1)
        while self.business_time() < until:
            time.sleep(0.005)

    def business_time(self) -> datetime:
        return datetime.fromisoformat(self.lab("GET", "clock")["business_time"])

    def on_tape(self, sid: str) -> list[Any]:
        """The sounds in the file, by time."""
        return list(self.lab("GET", f"recordings/{sid}/words")["words"])

    def media(self, name: str) -> requests.Response:
        return self.rest("GET", f"Recordings/{name}")

    def sound(self, sid: str) -> bytes:
        """From the lab, which has it at once."""
        return self.session.get(f"{self.base}/lab/recordings/{sid}.wav", timeout=30).content

    def hang_up(self, sid: str) -> None:
        self.lab("POST", f"calls/{sid}/hangup", {})

    def behave(self, number: str, on_ring: str, **more: Any) -> None:
        self.lab("POST", f"phones/{number}/behaviour", {"on_ring": on_ring, **more})

    def until(self, sid: str, wanted: Callable[[Any], bool], what: str, seconds: float = 5.0) -> Any:
        deadline = time.monotonic() + seconds
        events: list[Any] = []
        while True:
            call = self.lab("GET", f"calls/{sid}?since={len(events)}&wait=1")
            events += call["events"]
            call["events"] = events
            if wanted(call):
                return self.call(sid)
            assert time.monotonic() < deadline, f"{what} never came: {self.kinds(call)}"

    def heard(self, sid: str, kind: str, text: str | None = None) -> Any:
        return self.until(
            sid,
            lambda call: any(e["kind"] == kind and (text is None or e["text"] == text) for e in call["events"]),
            f"{kind} {text}",
        )

    def ended(self, sid: str) -> Any:
        return self.until(sid, lambda call: call["status"] in ENDED, "the end")

    def leg_to(self, number: str) -> str:
        """The newest leg that rings or rang this telephone."""
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            answer = self.session.get(f"{self.base}/lab/phones/{number}", timeout=5)
            if answer.ok and answer.json()["calls"]:
                return str(answer.json()["calls"][0]["call_sid"])
            time.sleep(0.01)
        raise AssertionError(f"nothing rang {number}")

    def errors(self) -> list[int]:
        return [entry["code"] for entry in self.lab("GET", "errors")]

    @staticmethod
    def kinds(call: Any) -> list[str]:
        return [f"{event['kind']}:{event['text'] or ''}" for event in call["events"]]

    @staticmethod
    def words(call: Any) -> list[str]:
        return [event["text"] for event in call["events"] if event["kind"] == "say"]


ENDED = ("completed", "busy", "failed", "no-answer", "canceled")
