"""The desk's read model: what one agent sees now, read from the record. It changes nothing and knows no words."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import phonenumbers
from sqlalchemy import Connection, RowMapping, and_, func, select

from adapters.schema import agent, call, callback_request, offer, phone_number, presence, waiting_caller
from callbacks import store as promises
from desks.card import Card, DeskView, EarlierNote, JustEnded, LineCounts, Sound, Told, Why
from desks.store import may_be_rung
from recordings import store as recordings
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

EARLIER = timedelta(days=30)
JUST = timedelta(minutes=2)
OPEN_OFFER = ("offered", "accepted", "dialing", "connected", "wrapup")
WITHOUT_HER_DOING = ("no_answer", "busy", "failed", "caller_gone", "withdrawn", "lost", "unknown")


def desk_view(services: "Services", agent_id: str, language: str = "fi") -> DeskView:
    """Everything on the agent's page; names of topics and desks in the page's ``language``."""
    now = services.clock.now()
    rules = services.rules.current()
    with services.database.read() as connection:
        here = connection.execute(select(presence).where(presence.c.agent_id == agent_id)).mappings().first()
        card = _card(connection, rules, agent_id, language)
        return DeskView(
            presence=here["state"] if here else "offline",
            reason=here["reason"] if here else None,
            presence_since=here["since_at"] if here else None,
            break_after_call=bool(here["break_after_call"]) if here else False,
            offer=card,
            just_ended=None if card else _just_ended(connection, rules, agent_id, language, now),
            line=_line(connection, agent_id, now),
        )


def was_offered_to(services: "Services", agent_id: str, token: str) -> bool:
    """Whether this matter is or was hers; another agent's is as unknown to her as one that never existed."""
    one = select(offer.c.token).where(offer.c.token == token, offer.c.agent_id == agent_id)
    with services.database.read() as connection:
        return connection.execute(one).first() is not None


def _just_ended(
    connection: Connection, rules: Ruleset, agent_id: str, language: str, now: datetime
) -> JustEnded | None:
    row = connection.execute(
        select(offer.c.outcome, offer.c.ended_at, func.coalesce(callback_request.c.topic, waiting_caller.c.topic))
        .join(callback_request, callback_request.c.id == offer.c.request_id, isouter=True)
        .join(waiting_caller, waiting_caller.c.id == offer.c.caller_id, isouter=True)
        .where(offer.c.agent_id == agent_id, offer.c.state == "ended")
        .order_by(offer.c.made_at.desc())
        .limit(1)
    ).first()
    if row is None or row[0] not in WITHOUT_HER_DOING or row[1] is None or now - row[1] > JUST:
        return None
    return JustEnded(row[0], topic_path(rules, row[2], language), row[1])


def _line(connection: Connection, agent_id: str, now: datetime) -> LineCounts:
    one = connection.execute(select(agent.c.departments, agent.c.languages).where(agent.c.id == agent_id)).first()
    if one is None:
        return LineCounts(0, 0, None)
    desks, languages = json.loads(one.departments), json.loads(one.languages)
    waiting = connection.execute(
        select(func.count(), func.min(waiting_caller.c.line_time_at)).where(
            waiting_caller.c.state == "waiting",
            waiting_caller.c.desk.in_(desks),
            waiting_caller.c.service_language.in_(languages),
        )
    ).one()
    due = connection.scalar(
        select(func.count()).where(
            callback_request.c.state == "requested",
            callback_request.c.due_at <= now,
            may_be_rung(now),
            callback_request.c.desk.in_(desks),
            callback_request.c.language.in_(languages),
        )
    )
    return LineCounts(waiting[0], due or 0, waiting[1])


def _card(connection: Connection, rules: Ruleset, agent_id: str, language: str) -> Card | None:
    mine = select(offer).where(offer.c.agent_id == agent_id, offer.c.state.in_(OPEN_OFFER))
    current = connection.execute(mine).mappings().first()
    if current is None:
        return None
    if current["request_id"] is not None:
        return _callback_card(connection, rules, current, language)
    return _live_card(connection, rules, current, language)


def _callback_card(connection: Connection, rules: Ruleset, current: RowMapping, language: str) -> Card:
    one = select(callback_request).where(callback_request.c.id == current["request_id"])
    matter = connection.execute(one).mappings().one()
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
        number=_number(connection, matter["number_id"]),
        keyed_in=matter["keyed_in"],
        own_telephone=current["own_telephone"],
        told=Told(promise=matter["promise_words"]),
        window_start=matter["window_start_at"],
        window_end=matter["window_end_at"],
        due=matter["due_at"],
        attempts=matter["attempts"],
        last_attempt=matter["last_attempt_at"],
        earlier_contacts=_earlier(connection, matter["number_id"], matter["created_at"], matter["origin_call_sid"]),
        earlier_notes=notes_of(connection, matter["id"], current["token"]),
        why=Why(current["clause"], current["clause_number"], moment),
        rang_at=matter["line_time_at"],
        since=_since(current),
        wrap_until=current["wrap_until_at"],
        resident_status=current["resident_status"],
        note=current["note"],
        request_id=matter["id"],
        sounds=sounds_of(connection, matter["id"]),
        contact=matter["contact"],
        interpreter=matter["interpreter"],
    )


def _live_card(connection: Connection, rules: Ruleset, current: RowMapping, language: str) -> Card:
    one = select(waiting_caller).where(waiting_caller.c.id == current["caller_id"])
    matter = connection.execute(one).mappings().one()
    asked_for = matter["request_id"]
    notes = notes_of(connection, asked_for, current["token"]) if asked_for else ()
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
        number=_number(connection, matter["number_id"]),
        keyed_in=False,
        own_telephone=current["own_telephone"],
        told=Told(place=matter["place_told"], wait_minutes=matter["wait_told_minutes"]),
        window_start=None,
        window_end=None,
        due=None,
        attempts=0,
        last_attempt=None,
        earlier_contacts=_earlier(connection, matter["number_id"], matter["joined_at"], matter["call_sid"]),
        earlier_notes=notes,
        why=Why(current["clause"], current["clause_number"], matter["line_time_at"]),
        rang_at=matter["line_time_at"],
        since=_since(current),
        wrap_until=current["wrap_until_at"],
        resident_status=current["resident_status"],
        note=current["note"],
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


def _number(connection: Connection, number_id: str | None) -> str | None:
    if number_id is None:
        return None
    return grouped(connection.scalar(select(phone_number.c.e164).where(phone_number.c.id == number_id)))


def grouped(e164: str | None) -> str | None:
    """``+358401234567`` as a person reads it: ``+358 40 1234567``."""
    if e164 is None:
        return None
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _earlier(connection: Connection, number_id: str | None, before: datetime, own_sid: str | None) -> int:
    if number_id is None:
        return 0
    counted = select(func.count()).where(
        call.c.number_id == number_id,
        call.c.call_sid != (own_sid or ""),
        call.c.arrived_at < before,
        call.c.arrived_at >= before - EARLIER,
    )
    return connection.scalar(counted) or 0


def notes_of(connection: Connection, request_id: str, token: str = "") -> tuple[EarlierNote, ...]:
    """The last three notes of other attempts at the same promise, newest first."""
    rows = connection.execute(
        select(offer.c.ended_at, offer.c.made_at, offer.c.outcome, offer.c.note)
        .where(
            and_(
                offer.c.request_id == request_id, offer.c.token != token, offer.c.note.is_not(None), offer.c.note != ""
            )
        )
        .order_by(offer.c.made_at.desc())
        .limit(3)
    )
    return tuple(EarlierNote(row.ended_at or row.made_at, row.outcome, row.note) for row in rows)


def sounds_of(connection: Connection, *request_ids: str) -> tuple[Sound, ...]:
    return tuple(sound(row) for row in recordings.of_requests(connection, request_ids))


def sound(row: RowMapping) -> Sound:
    return Sound(row["id"], row["seconds"], row["made_at"], row["stored_machine"] is not None, row["failed"])


def topic_path(rules: Ruleset, topic_id: str, language: str) -> tuple[str, ...]:
    """From the branch to the leaf. A topic that the newest ruleset dropped shows its id: the card stays whole."""
    by_id = {topic.id: topic for topic in rules.topics}
    path: list[str] = []
    step: str | None = topic_id
    while step is not None and step in by_id and len(path) < 5:
        path.insert(0, by_id[step].name.get(language, step))
        step = by_id[step].parent
    return tuple(path) or (topic_id,)


def desk_name(rules: Ruleset, department_id: str, language: str) -> str:
    for department in rules.departments:
        if department.id == department_id:
            return department.name.get(language, department_id)
    return department_id
