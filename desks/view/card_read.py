"""The card: everything known about the one matter before an agent. Queries only; no words but those that were told."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import RowMapping, select

from adapters.schema import callback_request, waiting_caller
from callbacks import store as promises
from desks import store
from desks.talk.moments import moments
from desks.view.card import Card, Told, Why
from desks.view.looking import Looking
from desks.view.parts import desk_name, e164_of, earlier_calls, grouped, notes_of, sounds_of, topic_path
from desks.view.promises import next_time, not_rung, open_requests, promised
from desks.view.talk import consulted, handed_over, listener, recorded, transfer_of

PROMISES_IN = ("connected", "wrapup")


def card_of(look: Looking) -> Card | None:
    current = store.offer_of_agent(look.connection, look.agent_id)
    if current is None:
        return None
    if current["request_id"] is not None:
        one = select(callback_request).where(callback_request.c.id == current["request_id"])
        matter = look.connection.execute(one).mappings().one()
        return _around(look, _callback(look, current, matter), current, matter, current["request_id"])
    stay = select(waiting_caller).where(waiting_caller.c.id == current["caller_id"])
    matter = look.connection.execute(stay).mappings().one()
    return _around(look, _live(look, current, matter), current, matter, matter["request_id"])


def _around(look: Looking, card: Card, current: RowMapping, matter: RowMapping, about: str | None) -> Card:
    """What belongs to live callers and callbacks alike."""
    topic = look.rules.topic(matter["topic"])
    name, coaches = listener(look, current["token"])
    refused = not_rung(look, matter["number_id"])
    asked = consulted(look, current["token"])
    free = current["state"] in PROMISES_IN
    at_once = free and refused is None and current["request_id"] is None  # a callback's own time is its outcome
    return replace(
        card,
        topic=topic.id,
        open_requests=open_requests(look, matter["number_id"], current["request_id"], about),
        promised=promised(look, current) if free else (),
        next_time=next_time(look, topic.id, matter["language"]) if at_once else None,
        not_rung=refused,
        advice=topic.advice.get(card.service_language) if topic.advice is not None else None,
        emergency=look.emergency(card.service_language),
        on_hold=current["on_hold"],
        transfer=transfer_of(look, current["token"]),
        handed_over=handed_over(look, current["handed_over_by"] or matter.get("handed_over_by")),
        consulted=asked,
        listened_by=name,
        coached=coaches,
        recording=recorded(look, current, matter, asked),
    )


def _callback(look: Looking, current: RowMapping, matter: RowMapping) -> Card:
    connection, rules, language = look.connection, look.rules, look.language
    moment = matter["window_end_at"] if current["clause"] == "needed" else matter["line_time_at"]
    return Card(
        token=current["token"],
        state=current["state"],
        kind=matter["kind"],
        language=matter["language"],
        service_language=matter["language"],
        topic_path=topic_path(rules, matter["topic"], language),
        department=desk_name(rules, matter["department"], language),
        desk=desk_name(rules, matter["desk"], language),
        extended=matter["desk"] != matter["department"],
        urgent=matter["urgent"],
        number=grouped(e164_of(connection, matter["number_id"])),
        keyed_in=matter["keyed_in"],
        own_telephone=current["own_telephone"],
        told=Told(promise=matter["promise_words"]),
        window_start=matter["window_start_at"],
        window_end=matter["window_end_at"],
        due=matter["due_at"],
        attempts=matter["attempts"],
        last_attempt=matter["last_attempt_at"],
        earlier_contacts=earlier_calls(
            connection, matter["number_id"], matter["created_at"], matter["origin_call_sid"]
        ),
        earlier_notes=notes_of(connection, matter["id"], current["token"]),
        why=Why(current["clause"], current["clause_number"], moment),
        rang_at=min(matter["created_at"], matter["line_time_at"]),
        since=_since(current),
        wrap_until=current["wrap_until_at"],
        resident_status=current["resident_status"],
        note=current["note"],
        request_id=matter["id"],
        sounds=sounds_of(connection, matter["id"]),
        contact=matter["contact"],
        interpreter=matter["interpreter"],
        code=matter["code"],
        later=moments(rules, matter, look.now) if current["state"] in PROMISES_IN else (),
    )


def _live(look: Looking, current: RowMapping, matter: RowMapping) -> Card:
    connection, rules, language = look.connection, look.rules, look.language
    asked_for = matter["request_id"]
    wishes = promises.get(connection, asked_for) if asked_for else None
    return Card(
        token=current["token"],
        state=current["state"],
        kind="live",
        language=matter["language"],
        service_language=matter["service_language"],
        topic_path=topic_path(rules, matter["topic"], language),
        department=desk_name(rules, matter["department"], language),
        desk=desk_name(rules, matter["desk"], language),
        extended=matter["desk"] != matter["department"],
        urgent=matter["urgent"],
        number=grouped(e164_of(connection, matter["number_id"])),
        keyed_in=False,
        own_telephone=current["own_telephone"],
        told=Told(place=matter["place_told"], wait_minutes=matter["wait_told_minutes"]),
        window_start=None,
        window_end=None,
        due=None,
        attempts=0,
        last_attempt=None,
        earlier_contacts=earlier_calls(connection, matter["number_id"], matter["joined_at"], matter["call_sid"]),
        earlier_notes=notes_of(connection, asked_for, current["token"]) if asked_for else (),
        why=Why(current["clause"], current["clause_number"], matter["line_time_at"]),
        rang_at=matter["line_time_at"],
        since=_since(current),
        wrap_until=current["wrap_until_at"],
        resident_status=current["resident_status"],
        note=current["note"],
        rings_about=asked_for if wishes is not None and wishes["state"] == "requested" else None,
        sounds=sounds_of(connection, asked_for) if asked_for else (),
        contact=wishes["contact"] if wishes is not None else "ring",
        interpreter=wishes["interpreter"] if wishes is not None else None,
    )


def _since(current: RowMapping) -> datetime:
    """When the present state began; in the wrap-up, when the talk ended."""
    by_state = {
        "offered": current["rung_at"],
        "accepted": current["accepted_at"],
        "dialing": current["accepted_at"],
        "connected": current["connected_at"],
        "wrapup": current["talk_ended_at"],
    }
    began: datetime = by_state.get(current["state"]) or current["made_at"]
    return began
