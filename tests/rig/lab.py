"""The emulator's lab interface as typed calls. JSON stops here; the rest of the rig sees frozen values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import requests

WAIT_SECONDS = 30.0  # of one request; the lab itself answers a long poll within 25


class Impossible(AssertionError):
    """The telephone network refused what a person tried to do: no such call, already answered, nothing rings."""


@dataclass(frozen=True)
class Word:
    """One event that a telephone's owner hears or does."""

    n: int
    kind: str
    text: str
    language: str
    at: str  # business time, ISO
    machine: float


@dataclass(frozen=True)
class CallView:
    call_sid: str
    from_: str
    to: str
    direction: str
    status: str
    parent: str | None
    in_queue: str | None
    conference: str | None
    talking_with: tuple[str, ...]
    hears: tuple[str, ...]  # without being heard by them
    gathering: bool  # keys are listened for
    listening: bool  # speech is listened for
    recording: bool
    speaking: bool  # into the recording: not all that was to be said has been said
    events: tuple[Word, ...]
    next: int


@dataclass(frozen=True)
class CallSummary:
    call_sid: str
    status: str


@dataclass(frozen=True)
class Message:
    from_: str
    to: str
    body: str


@dataclass(frozen=True)
class Left:
    """What an answering machine heard in one call after its beep."""

    call_sid: str
    text: str


@dataclass(frozen=True)
class Recorded:
    """A recording as the lab knows it: with the words that were spoken."""

    sid: str
    call_sid: str
    status: str
    seconds: int
    text: str
    source: str  # RecordVerb | StartCallRecordingAPI


@dataclass(frozen=True)
class OnTape:
    """One sound in a recording: seconds from the beginning of the file, and whose telephone it is ("" is the line)."""

    begin: float
    end: float
    text: str
    by: str
    key: bool  # a key that was pressed, not words


@dataclass(frozen=True)
class Phone:
    number: str
    calls: tuple[CallSummary, ...]  # newest first
    messages: tuple[Message, ...]
    left: tuple[Left, ...] = ()  # on its answering machine, oldest first


class Lab:
    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = requests.Session()
        self._http.trust_env = False

    def get(self, path: str, **query: object) -> Any:
        answer = self._http.get(
            self.base_url + path, params={k: str(v) for k, v in query.items()}, timeout=WAIT_SECONDS
        )
        answer.raise_for_status()
        return answer.json()

    def post(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        answer = self._http.post(self.base_url + path, json=body or {}, timeout=WAIT_SECONDS)
        if answer.status_code == 409:
            raise Impossible(f"{path}: {answer.text}")
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def delete(self, path: str) -> None:
        self._http.delete(self.base_url + path, timeout=WAIT_SECONDS).raise_for_status()

    # --- telephones ---------------------------------------------------------------------------------------------

    def telephone(self, number: str, label: str = "") -> None:
        self.post("/lab/phones", {"number": number, "label": label})

    def behave(self, number: str, on_ring: str, after: float = 2.0, **more: object) -> None:
        self.post(f"/lab/phones/{quote(number, safe='')}/behaviour", {"on_ring": on_ring, "after": after, **more})

    def phone(self, number: str) -> Phone:
        seen = self.get(f"/lab/phones/{quote(number, safe='')}")
        calls = tuple(CallSummary(c["call_sid"], c["status"]) for c in seen["calls"])
        messages = tuple(Message(m["from"], m["to"], m["body"]) for m in seen["messages"])
        return Phone(number, calls, messages, tuple(Left(one["call_sid"], one["text"]) for one in seen["left"]))

    # --- calls --------------------------------------------------------------------------------------------------

    def ring(self, caller: str, number: str) -> str:
        return str(self.post("/lab/calls", {"from": caller, "to": number})["call_sid"])

    def call(self, call_sid: str, since: int = 0, wait: float = 0) -> CallView:
        return _call_view(self.get(f"/lab/calls/{call_sid}", since=since, wait=wait))

    def press(self, call_sid: str, digits: str) -> None:
        self.post(f"/lab/calls/{call_sid}/press", {"digits": digits})

    def speak(
        self, call_sid: str, text: str = "", *, seconds: float | None = None, silence: float = 0, then: str = ""
    ) -> None:
        """Waits for the beep, if there was none yet; `then` is done when the words are over: keys, or "hangup"."""
        said = {"text": text, "silence": silence, "then": then}
        self.post(f"/lab/calls/{call_sid}/speak", said if seconds is None else {**said, "seconds": seconds})

    def talk(self, call_sid: str, text: str, seconds: float | None = None) -> None:
        """At once, to whoever is on the line; nobody need have beeped."""
        said: dict[str, object] = {"text": text, "now": True}
        self.post(f"/lab/calls/{call_sid}/speak", said if seconds is None else {**said, "seconds": seconds})

    def say(self, call_sid: str, text: str, confidence: float | None = 0.9) -> None:
        self.post(f"/lab/calls/{call_sid}/say", {"text": text, "confidence": confidence})

    def recordings(self) -> tuple[Recorded, ...]:
        """Newest first."""
        return tuple(
            Recorded(one["sid"], one["call_sid"], one["status"], one["seconds"], one["text"], one["source"])
            for one in self.get("/lab/recordings")["recordings"]
        )

    def sound(self, recording_sid: str) -> bytes | None:
        """What was recorded, as the provider holds it; None once it is deleted."""
        answer = self._http.get(f"{self.base_url}/lab/recordings/{recording_sid}.wav", timeout=WAIT_SECONDS)
        return answer.content if answer.status_code == 200 else None

    def on_tape(self, recording_sid: str) -> tuple[OnTape, ...]:
        """What is in the file, in the order of time; the recording must be over."""
        words = self.get(f"/lab/recordings/{recording_sid}/words")["words"]
        return tuple(OnTape(one["begin"], one["end"], one["text"], one["by"], one["key"]) for one in words)

    def hears_a_machine(self, number: str) -> bool:
        """Whoever this telephone talks with has beeped."""
        mine = [self.call(one.call_sid) for one in self.phone(number).calls if one.status == "in-progress"]
        others = (self.call(sid) for view in mine for sid in view.talking_with)
        return any(event.kind == "beep" for other in others for event in other.events)

    def hang_up(self, call_sid: str) -> None:
        self.post(f"/lab/calls/{call_sid}/hangup")

    def answer(self, call_sid: str) -> None:
        self.post(f"/lab/calls/{call_sid}/answer")

    def decline(self, call_sid: str) -> None:
        self.post(f"/lab/calls/{call_sid}/decline")

    # --- the whole ----------------------------------------------------------------------------------------------

    def set_clock(self, business_time: str | None, rate: float | None) -> None:
        self.post("/lab/clock", {"business_time": business_time, "rate": rate})

    def errors(self) -> Sequence[Mapping[str, object]]:
        found: Sequence[Mapping[str, object]] = self.get("/lab/errors")
        return found

    def history(self) -> Sequence[Mapping[str, object]]:
        """Everything since the last reset, however many pages the lab cuts it into."""
        entries: list[Mapping[str, object]] = []
        since = 0
        while page := self.get("/lab/history", since=since):
            entries += page["entries"]
            if not page["entries"] or page["next"] == since:
                return entries
            since = page["next"]
        return entries

    def fault(self, on: str, do: str, match: str, **more: object) -> None:
        self.post("/lab/faults", {"on": on, "do": do, "match": match, **more})

    def reset(self) -> None:
        self.post("/lab/reset")


def _call_view(seen: Mapping[str, Any]) -> CallView:
    gathering = seen.get("gathering") or {}
    return CallView(
        call_sid=seen["call_sid"],
        from_=seen["from"],
        to=seen["to"],
        direction=seen["direction"],
        status=seen["status"],
        parent=seen.get("parent"),
        in_queue=seen.get("in_queue"),
        conference=seen.get("conference"),
        talking_with=tuple(seen.get("talking_with") or ()),
        hears=tuple(seen.get("hears") or ()),
        gathering=bool(gathering.get("keys")),
        listening=bool(gathering.get("speech")),
        recording=seen.get("recording") is not None,
        speaking=bool((seen.get("recording") or {}).get("speaking")),
        events=tuple(_word(event) for event in seen["events"]),
        next=seen["next"],
    )


def _word(event: Mapping[str, Any]) -> Word:
    return Word(
        n=event["n"],
        kind=event["kind"],
        text=event.get("text") or "",
        language=event.get("language") or "",
        at=event["at"],
        machine=event["machine"],
    )
