"""A town with a past: a resident with a request, a call, a talk, texts, notes and sound; and the nights that follow."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from adapters.schema import (
    audit_event,
    call,
    callback_event,
    callback_request,
    offer,
    recording,
    supervisor_item,
    text_message,
    transfer,
    waiting_caller,
)
from callbacks import store as promises
from queue_workers.keeping import STEPS, carried_out
from recordings.keeping import Keeping
from recordings.vault import put
from tests.support.media_house import wav
from tests.support.services import Town

NUMBER = "+358401112223"
WORDS = "soitti katolta"
SOUND = wav()


@dataclass(frozen=True)
class Past:
    """Whatever one telephone can have left, all of it ended just now; every id by its table's name."""

    number: str
    request: str
    stay: str
    call: str
    message: str
    talk: str
    text: str
    offers: tuple[str, str]


def past_of(town: Town, e164: str = NUMBER, agent: str = "aino") -> Past:
    number = town.within(lambda tx: promises.number_id(tx.connection, e164, town.clock.now()))
    if not town.every(waiting_caller):
        town.agent(agent)
    request, stay = town.request(), town.caller()
    return _written(town, str(number), request, stay, agent)


def _written(town: Town, number: str, request: str, stay: str, agent: str) -> Past:
    now, sid = town.clock.now(), town.new_sid()
    ids = {name: f"{name}{town.calls:04}" for name in ("message", "talk", "text", "item", "moved", "one", "two")}
    over = {"state": "ended", "outcome": "done", "ended_at": now, "note": WORDS}

    def write(tx: Any) -> None:
        run = tx.connection.execute
        closed = {"number_id": number, "state": "done", "closed_at": now, "outcome": "done"}
        run(update(callback_request).where(callback_request.c.id == request).values(**closed))
        left = {"number_id": number, "state": "ended", "ended_at": now}
        run(update(waiting_caller).where(waiting_caller.c.id == stay).values(**left))
        run(insert(call).values(call_sid=sid, number_id=number, topic="housing", arrived_at=now, ended_at=now))
        for token, matter in ((ids["one"], {"request_id": request}), (ids["two"], {"caller_id": stay})):
            run(insert(offer).values(token=token, agent_id=agent, **matter, **over, **_offered(now)))
        run(insert(transfer).values(id=ids["moved"], token=ids["two"], note=WORDS, ended_at=now, **_moved(now)))
        run(insert(callback_event).values(request_id=request, who=agent, note=WORDS, **_event(now)))
        run(
            insert(text_message).values(
                id=ids["text"],
                number_id=number,
                request_id=request,
                body=WORDS,
                language="fi",
                key="missed",
                created_at=now,
                message_sid="SM" + "1" * 32,
                status="sent",
            )
        )
        run(insert(supervisor_item).values(id=ids["item"], kind="duty_unanswered", number_id=number, made_at=now))
        for name, state in (("message", "heard"), ("talk", "kept")):
            run(insert(recording).values(**_sound(ids[name], name, state, number, request, sid, now), note=WORDS))
        run(insert(audit_event).values(at=now, machine=0.0, who="sirpa", deed="close", subject="request",
                                       subject_id=request, department="housing", detail=WORDS))  # fmt: skip

    town.within(write)
    for name in ("message", "talk"):
        put(town.services.vault, ids[name], SOUND)
    return Past(number, request, stay, sid, ids["message"], ids["talk"], ids["text"], (ids["one"], ids["two"]))


def _offered(now: Any) -> dict[str, Any]:
    return {"clause": "place", "fence": 1, "own_telephone": False, "made_at": now, "made_machine": 0.0}


def _moved(now: Any) -> dict[str, Any]:
    blind = {"kind": "blind", "goal_kind": "desk", "goal": "streets", "state": "done"}
    return {**blind, "made_at": now, "made_machine": 0.0}


def _event(now: Any) -> dict[str, Any]:
    return {"at": now, "event": "done", "from_state": "connected", "to_state": "done", "fence": 1}


def _sound(id_: str, kind: str, state: str, number: str, request: str, sid: str, now: Any) -> dict[str, Any]:
    return {
        "id": id_, "recording_sid": f"RE{id_:0>32}"[:34], "call_sid": sid, "number_id": number, "request_id": request,
        "kind": kind, "state": state, "topic": "housing", "language": "fi", "department": "housing", "token": id_,
        "seconds": 9, "made_at": now, "stored_machine": 1.0, "bytes": len(SOUND), "sha256": "a" * 64, "heard_at": now,
        "content_type": "audio/x-wav", "removed_machine": None if kind == "talk" else 2.0,
    }  # fmt: skip


def night(town: Town) -> None:
    """One night's work, from beginning to end, whatever the hour."""
    work, gone = Keeping(town.services, town.clock.now().date().isoformat()), 0
    for step in range(STEPS):
        done = carried_out(work, step, None)
        gone += done.gone
        while done.after is not None:
            done = carried_out(work, step, done.after)
            gone += done.gone
    work.finished(gone)


def days_pass(town: Town, days: float) -> None:
    town.clock.pass_(minutes=days * 24 * 60)
