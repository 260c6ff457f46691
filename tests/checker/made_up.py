"""A small honest history for the checker's own tests; each test breaks one thing in it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.checker.judge import judge
from tests.checker.read import read

CALL = "CA" + "1" * 32
AGENT_LEG = "CA" + "2" * 32
RESIDENT_LEG = "CA" + "3" * 32
TOKEN = "t" * 32
RESIDENT = "+358401234567"
NOON = "2026-11-24T10:00:00+00:00"
LATER = "2026-11-24T10:05:00+00:00"

History = dict[str, Any]


def honest() -> History:
    """A caller who took a callback from the line; the agent accepted; they talked; a text message went out."""
    return {
        "run": {"rate": 1.0, "disturbances": []},
        "sql": {
            "phone_number": [{"id": "n1", "e164": RESIDENT}],
            "agent": [{"id": "aino", "telephone": None}, {"id": "eino", "telephone": None}],
            "call": [{"call_sid": CALL, "number_id": "n1"}],
            "callback_request": [request()],
            "promise_told": [told()],
            "callback_event": [
                change(1, "claim", "requested", "offered", 1),
                change(2, "accept", "offered", "dialing", 1),
                change(3, "answered", "dialing", "connected", 1),
                change(4, "done", "connected", "done", 1),
            ],
            "waiting_caller": [caller("c1", "2026-11-24T10:00:00+00:00"), caller("c2", "2026-11-24T10:01:00+00:00")],
            "line_event": [
                *joins(),
                stay(11, "c1", "offer", "waiting", "offered", "2026-11-24T10:02:00+00:00"),
                stay(12, "c2", "offer", "waiting", "offered", "2026-11-24T10:03:00+00:00"),
            ],
            "offer": [offer(TOKEN, request_id="r1"), offer("u" * 32, caller_id="c1", agent_id="eino")],
            "text_message": [{"number_id": "n1", "body": "Hei"}],
        },
        "lab": {
            "calls": [
                leg(CALL, "+358170000000", "inbound", said=("Kiitos.", "Soitto tulee samasta numerosta.")),
                leg(AGENT_LEG, "client:aino", "outbound-api", start=10, end=60),
                leg(RESIDENT_LEG, RESIDENT, "outbound-dial", parent=AGENT_LEG, start=12, end=60),
            ],
            "history": [hook(AGENT_LEG, f"http://city/voice/agent/accept?token={TOKEN}")],
            "errors": [],
            "messages": [{"from": "+358170000000", "to": RESIDENT, "body": "Hei"}],
        },
    }


def request(**changes: object) -> Mapping[str, object]:
    return {
        "id": "r1",
        "number_id": "n1",
        "topic": "housing",
        "state": "done",
        "kind": "asap",
        "window_start_at": NOON,
        "window_end_at": LATER,
        "promise_words": "",
        "offer_token": None,
        "fence": 1,
        "origin_call_sid": CALL,
        **changes,
    }


def told(**changes: object) -> Mapping[str, object]:
    """Rung in its window."""
    return {
        "request_id": "r1",
        "at": NOON,
        "via": "voice",
        "window_start_at": NOON,
        "window_end_at": LATER,
        "verdict": "kept",
        "judged_at": NOON,
        **changes,
    }


def change(n: int, event: str, before: str, after: str, fence: int) -> Mapping[str, object]:
    return {
        "id": n,
        "request_id": "r1",
        "at": NOON,
        "event": event,
        "from_state": before,
        "to_state": after,
        "fence": fence,
        "offer_token": TOKEN,
    }


def caller(id_: str, line_time: str) -> Mapping[str, object]:
    return {
        "id": id_,
        "call_sid": f"CA{id_}",
        "desk": "housing",
        "service_language": "fi",
        "urgent": False,
        "state": "offered",
        "line_time_at": line_time,
    }


def stay(n: int, owner: str, event: str, before: str, after: str, at: str) -> Mapping[str, object]:
    return {
        "id": n,
        "caller_id": owner,
        "at": at,
        "event": event,
        "from_state": before,
        "to_state": after,
        "fence": 0,
    }


def joins() -> list[Mapping[str, object]]:
    return [
        stay(1, "c1", "join", "", "waiting", "2026-11-24T10:00:00+00:00"),
        stay(2, "c2", "join", "", "waiting", "2026-11-24T10:01:00+00:00"),
    ]


def offer(token: str, **changes: object) -> Mapping[str, object]:
    return {
        "token": token,
        "agent_id": "aino",
        "caller_id": None,
        "request_id": None,
        "state": "ended",
        "made_at": "2026-11-24T10:02:00+00:00",
        "accepted_at": "2026-11-24T10:02:05+00:00",
        "talk_ended_at": "2026-11-24T10:04:00+00:00",
        "ended_at": LATER,
        "agent_call_sid": AGENT_LEG,
        **changes,
    }


def transferred(token: str, **changes: object) -> Mapping[str, object]:
    row = {"id": "t1", "token": token, "kind": "warm", "goal_kind": "agent", "state": "done", "leg_sid": None}
    return {**row, "made_at": NOON, "ended_at": "2026-11-24T10:02:00+00:00", **changes}


def leg(
    sid: str,
    to: str,
    direction: str,
    parent: str | None = None,
    start: float = 1,
    end: float = 9,
    said: tuple[str, ...] = (),
) -> Mapping[str, object]:
    words = [event("say", start, text=text, language="fi-FI") for text in said]
    marks = [event(kind, at) for kind, at in (("ring", start), ("answered", start), ("end", end))]
    return {"call_sid": sid, "to": to, "direction": direction, "parent": parent, "events": [*words, *marks]}


def event(kind: str, machine: float, **more: object) -> Mapping[str, object]:
    return {"kind": kind, "machine": machine, "at": NOON, **more}


def hook(call_sid: str, url: str, status: int | None = 200) -> Mapping[str, object]:
    return {"kind": "webhook", "url": url, "params": {"CallSid": call_sid}, "status": status, "body": "<Response/>"}


def write(history: History, directory: Path) -> Path:
    """As a run leaves it behind."""
    for name, content in history.items():
        (directory / f"{name}.json").write_text(json.dumps(content))
    return directory


def rules_broken(history: History, directory: Path) -> set[str]:
    return {violation.rule for violation in judge(read(write(history, directory))).violations}
