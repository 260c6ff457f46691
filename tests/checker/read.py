"""From a run's directory to evidence. The only reader of its files: run.json, sql.json, lab.json.

sql.json holds {table: [row, ...]}, lab.json {"calls", "history", "errors", "messages"} as the lab answers them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.checker.evidence import (
    Caller,
    Evidence,
    Left,
    Leg,
    Listening,
    Moment,
    Offer,
    Promised,
    ProviderError,
    Request,
    Run,
    Said,
    Text,
    Transfer,
    Transition,
    Webhook,
)
from tests.checker.messages import FORGOTTEN

Row = Mapping[str, Any]
HEARD = frozenset({"say", "play"})
COMPANY = frozenset({"say", "joined", "gather", "queued", "end"})
STATUS_PATHS = ("/voice/status", "/voice/leg", "/voice/recording", "/sms/")


def read(directory: Path) -> Evidence:
    run, sql, lab = (_json(directory / name) for name in ("run.json", "sql.json", "lab.json"))
    numbers = {str(row["id"]): str(row["e164"]) for row in sql["phone_number"]}
    tokens = frozenset(str(row["token"]) for row in sql["offer"])
    history = lab["history"]
    webhooks = [entry for entry in history if entry["kind"] == "webhook"]
    hooks = _by_call(webhooks)
    return Evidence(
        run=Run(float(run["rate"]), tuple(run["disturbances"])),
        numbers=numbers,
        call_numbers={str(row["call_sid"]): row["number_id"] for row in sql["call"]},
        agent_addresses=dict(_addresses(sql["agent"])),
        requests=tuple(_request(row) for row in sql["callback_request"]),
        promised=tuple(_promised(row) for row in sql["promise_told"]),
        request_history=tuple(_transition(row, "request_id") for row in sql["callback_event"]),
        callers=tuple(_caller(row) for row in sql["waiting_caller"]),
        line_history=tuple(_transition(row, "caller_id") for row in sql["line_event"]),
        offers=tuple(_offer(row) for row in sql["offer"]),
        texts_ordered=_texts_ordered(sql["text_message"], lab["messages"], numbers),
        legs=tuple(_leg(call, hooks, tokens) for call in lab["calls"]),
        webhooks=tuple(_webhook(entry) for entry in webhooks),
        errors=tuple(ProviderError(str(e["call_sid"]), int(e["code"]), str(e["message"])) for e in lab["errors"]),
        texts_sent=tuple(Text(str(e["to"]), str(e["body"])) for e in lab["messages"]),
        partner_legs=frozenset(str(row["leg_sid"]) for row in sql.get("transfer", ()) if row["leg_sid"]),
        transfers=tuple(_transfer(row) for row in sql.get("transfer", ())),
        listenings=tuple(_listening(row) for row in sql.get("listening", ())),
        left=tuple(Left(str(one["call_sid"]), str(one["text"])) for one in lab.get("left", ())),
    )


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def _texts_ordered(rows: Iterable[Row], messages: Iterable[Row], numbers: Mapping[str, str]) -> tuple[Text, ...]:
    """Where the record has let go of words and number, days later, the provider's id still says which text it was."""
    sent = {str(one["sid"]): Text(str(one["to"]), str(one["body"])) for one in messages if "sid" in one}
    kept = (Text(numbers.get(str(row["number_id"]), FORGOTTEN), str(row["body"])) for row in rows)
    return tuple(
        text if text.body else sent.get(str(row.get("message_sid")), text) for row, text in zip(rows, kept, strict=True)
    )


def _addresses(rows: Iterable[Row]) -> Iterable[tuple[str, str]]:
    for row in rows:
        yield f"client:{row['id']}", str(row["id"])
        if row["telephone"]:
            yield str(row["telephone"]), str(row["id"])


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _maybe(text: str | None) -> datetime | None:
    return None if text is None else _moment(text)


def _request(row: Row) -> Request:
    return Request(
        id=row["id"],
        number_id=row["number_id"],
        topic=row["topic"],
        state=row["state"],
        kind=row["kind"],
        window_start=_moment(row["window_start_at"]),
        window_end=_moment(row["window_end_at"]),
        promise_words=row["promise_words"],
        offer_token=row["offer_token"],
        fence=row["fence"],
        origin_call_sid=row["origin_call_sid"],
    )


def _promised(row: Row) -> Promised:
    return Promised(
        request_id=row["request_id"],
        at=_moment(row["at"]),
        via=row["via"],
        start=_moment(row["window_start_at"]),
        end=_moment(row["window_end_at"]),
        verdict=row["verdict"],
        judged=_maybe(row["judged_at"]),
    )


def _transition(row: Row, owner: str) -> Transition:
    return Transition(
        n=row["id"],
        owner=row[owner],
        at=_moment(row["at"]),
        event=row["event"],
        before=row["from_state"],
        after=row["to_state"],
        fence=row["fence"],
        token=row.get("offer_token"),
    )


def _caller(row: Row) -> Caller:
    return Caller(
        id=row["id"],
        call_sid=row["call_sid"],
        desk=row["desk"],
        service_language=row["service_language"],
        urgent=bool(row["urgent"]),
        state=row["state"],
        line_time=_moment(row["line_time_at"]),
    )


def _offer(row: Row) -> Offer:
    return Offer(
        token=row["token"],
        agent_id=row["agent_id"],
        caller_id=row["caller_id"],
        request_id=row["request_id"],
        state=row["state"],
        made=_moment(row["made_at"]),
        accepted=_maybe(row["accepted_at"]),
        talk_ended=_maybe(row["talk_ended_at"]),
        ended=_maybe(row["ended_at"]),
        agent_call_sid=row["agent_call_sid"],
        resident_call_sid=row.get("resident_call_sid"),
    )


def _transfer(row: Row) -> Transfer:
    return Transfer(
        id=row["id"],
        token=row["token"],
        kind=row["kind"],
        goal_kind=row["goal_kind"],
        state=row["state"],
        made=_moment(row["made_at"]),
        ended=_maybe(row["ended_at"]),
    )


def _listening(row: Row) -> Listening:
    return Listening(row["id"], row["token"], row["leg_sid"], _moment(row["made_at"]), _maybe(row["ended_at"]))


def _by_call(webhooks: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    """A day of thousands of calls would be read once for each of them otherwise."""
    found: dict[str, list[Row]] = {}
    for hook in webhooks:
        found.setdefault(_sid(hook), []).append(hook)
    return found


def _leg(call: Row, hooks: Mapping[str, Sequence[Row]], tokens: frozenset[str]) -> Leg:
    events = call["events"]
    moments = (*_moments(events), *(Moment(_moment(event["at"]), "last", False) for event in events[-1:]))
    sids = {str(call["call_sid"]), str(call.get("parent") or call["call_sid"])}
    words = {word for sid in sids for hook in hooks.get(sid, ()) for word in _values(str(hook["url"]))}
    return Leg(
        call_sid=call["call_sid"],
        to=call["to"],
        inbound=str(call["direction"]).startswith("inbound"),
        parent=call.get("parent"),
        rang=_first(events, "ring"),
        rang_at=next((_moment(event["at"]) for event in events if event["kind"] == "ring"), None),
        engaged_at=_engaged(call),
        answered=_first(events, "answered"),
        ended=_first(events, "end"),
        heard=tuple(Said(e["text"], e.get("language") or "", e["machine"]) for e in events if e["kind"] in HEARD),
        tokens=frozenset(words & tokens),
        talks=sum(1 for event in events if event["kind"] == "joined"),
        alone_seconds=max(_alone(moments), default=0.0),
        moments=moments,
    )


def _engaged(call: Row) -> datetime | None:
    """When the network said so: a telephone that rang and was declined ends with the same word."""
    rang = any(event["kind"] == "ring" for event in call["events"])
    return None if rang or call.get("status") != "busy" else _moment(call["events"][-1]["at"])


def _moments(events: Iterable[Row]) -> Iterable[Moment]:
    """In a talk of three the one who leaves leaves two: she is alone who is parted from the last."""
    others: set[str] = set()
    for event in events:
        if event["kind"] in COMPANY | {"parted"}:
            other = str((event.get("data") or {}).get("with", ""))
            match event["kind"]:
                case "joined":
                    others.add(other)
                case "parted":
                    others.discard(other)
                case "end":
                    others.clear()
            yield Moment(_moment(event["at"]), event["kind"], bool(others))


def _alone(moments: Sequence[Moment]) -> Iterable[float]:
    for moment, following in pairwise(moments):
        if moment.kind == "parted" and not moment.together:
            yield (following.at - moment.at).total_seconds()


def _first(events: Iterable[Row], kind: str) -> float | None:
    return next((float(event["machine"]) for event in events if event["kind"] == kind), None)


def _sid(hook: Row) -> str:
    params: Row = hook.get("params") or {}
    return str(params.get("CallSid", ""))


def _values(url: str) -> Iterable[str]:
    parts = urlsplit(url)
    return [value for _, value in parse_qsl(parts.query)] + parts.path.split("/")


def _webhook(entry: Row) -> Webhook:
    url = str(entry["url"])
    return Webhook(
        url=url,
        call_sid=_sid(entry),
        status=entry.get("status"),
        answer=str(entry.get("body") or ""),
        voice=not any(path in url for path in STATUS_PATHS),
    )
