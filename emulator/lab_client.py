"""The lab as the terminal telephones see it: HTTP and JSON go in here, frozen values come out.

Nothing is printed or decided here, and nothing of the service is known.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import quote

import requests

Json = Mapping[str, object]
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
ADDRESSES = Path("var/run/addresses.json")
_ANSWER_SECONDS = 10.0


class LabError(Exception):
    """The lab refused or could not be reached; the text says which."""


@dataclass(frozen=True)
class Event:
    number: int
    kind: str
    text: str
    language: str
    at: str  # business time, ISO


@dataclass(frozen=True)
class CallNow:
    """One look at a call: what is new in it, and whether it waits for keys."""

    call_sid: str
    sender: str
    to: str
    status: str
    direction: str
    gathering: bool  # keys are listened for
    events: tuple[Event, ...]
    next: int
    listening: bool = False  # speech is listened for
    recording: bool = False

    @property
    def ended(self) -> bool:
        return self.status in ENDED


def addresses(path: Path = ADDRESSES) -> dict[str, str]:
    """What the launcher wrote: "emulator", "web", "city_number". Empty where nothing runs."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}


class Lab:
    def __init__(self, origin: str) -> None:
        self._origin = origin.rstrip("/")
        self._http = requests.Session()
        self._http.trust_env = False  # the lab is on this machine: no proxy stands between

    def ring(self, sender: str, to: str) -> str:
        return str(self._ask("POST", "/lab/calls", {"from": sender, "to": to})["call_sid"])

    def look(self, call_sid: str, since: int, wait: float) -> CallNow:
        return _call_now(self._ask("GET", f"/lab/calls/{call_sid}?since={since}&wait={wait:g}", None, wait))

    def press(self, call_sid: str, digits: str) -> None:
        self._ask("POST", f"/lab/calls/{call_sid}/press", {"digits": digits})

    def speak(self, call_sid: str, text: str, then: str = "") -> None:
        """Into a recording, from its beep on; `then` follows the words: keys, or "hangup"."""
        self._ask("POST", f"/lab/calls/{call_sid}/speak", {"text": text, "then": then})

    def say(self, call_sid: str, text: str) -> None:
        """In answer to a question that listens for speech."""
        self._ask("POST", f"/lab/calls/{call_sid}/say", {"text": text})

    def recordings(self) -> list[Json]:
        """Newest first, with the words that were spoken and where the sound is."""
        return _rows(self._ask("GET", "/lab/recordings", None).get("recordings"))

    def left(self, number: str) -> list[Json]:
        """What the telephone's answering machine has heard, call by call."""
        return _rows(self.telephone(number).get("left"))

    def hang_up(self, call_sid: str) -> None:
        self._ask("POST", f"/lab/calls/{call_sid}/hangup", {})

    def answer(self, call_sid: str) -> None:
        self._ask("POST", f"/lab/calls/{call_sid}/answer", {})

    def decline(self, call_sid: str) -> None:
        self._ask("POST", f"/lab/calls/{call_sid}/decline", {})

    def telephone(self, number: str) -> Json:
        """Creates the telephone, or finds it; with its calls and messages."""
        self._ask("POST", "/lab/phones", {"number": number, "label": ""})
        return self._ask("GET", f"/lab/phones/{quote(number, safe=':')}", None)

    def ringing_at(self, number: str) -> str | None:
        calls = self.telephone(number).get("calls")
        for call in _rows(calls):
            if call.get("status") == "ringing" and call.get("to") == number:
                return str(call["call_sid"])
        return None

    def business_time(self) -> tuple[str, float]:
        clock = self._ask("GET", "/lab/clock", None)
        return str(clock.get("business_time", "")), float(str(clock.get("rate") or 1))

    def device(self, action: str, body: Json) -> Json:
        return self._ask("POST", f"/device/{action}", body)

    def device_events(self, session: str, since: int, wait: int) -> Json:
        return self._ask("GET", f"/device/events?session={session}&since={since}&wait={wait}", None, wait)

    def _ask(self, method: str, path: str, body: Json | None, wait: float = 0) -> Json:
        try:
            answer = self._http.request(
                method,
                self._origin + path,
                data=None if body is None else json.dumps(body),
                headers={"Content-Type": "application/json"},
                timeout=_ANSWER_SECONDS + wait,
            )
        except requests.RequestException as error:
            raise LabError(f"no emulator answers at {self._origin}") from error
        if not answer.ok:
            raise LabError(_reason(answer))
        return cast(Json, answer.json()) if answer.content else {}


def _reason(answer: requests.Response) -> str:
    try:
        said = answer.json()
    except ValueError:
        return f"the emulator answered {answer.status_code}"
    words = said.get("reason") or said.get("message") or said.get("error") if isinstance(said, dict) else None
    return str(words or f"the emulator answered {answer.status_code}")


def _rows(found: object) -> list[Json]:
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def _flag(found: object, name: str) -> bool:
    return isinstance(found, Mapping) and bool(found.get(name))


def _call_now(found: Json) -> CallNow:
    return CallNow(
        call_sid=str(found["call_sid"]),
        sender=str(found.get("from", "")),
        to=str(found.get("to", "")),
        status=str(found["status"]),
        direction=str(found.get("direction", "")),
        gathering=_flag(found.get("gathering"), "keys"),
        listening=_flag(found.get("gathering"), "speech"),
        recording=found.get("recording") is not None,
        events=tuple(_event(row) for row in _rows(found.get("events"))),
        next=int(str(found["next"])),
    )


def _event(row: Json) -> Event:
    return Event(
        number=int(str(row["n"])),
        kind=str(row["kind"]),
        text=str(row.get("text") or ""),
        language=str(row.get("language") or ""),
        at=str(row.get("at") or ""),
    )
