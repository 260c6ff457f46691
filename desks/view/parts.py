"""Pieces of the read models: names in the page's language, numbers for the eye, notes, sounds. Queries, no change."""

from datetime import datetime, timedelta

import phonenumbers
from sqlalchemy import Connection, RowMapping, and_, func, select

from adapters.schema import call, offer, phone_number
from desks.view.card import EarlierNote, Sound
from recordings import store as recordings
from routing_rules.model import Ruleset

EARLIER = timedelta(days=30)
LONGEST_PATH = 5


def e164_of(connection: Connection, number_id: str | None) -> str | None:
    if number_id is None:
        return None
    return connection.scalar(select(phone_number.c.e164).where(phone_number.c.id == number_id))


def grouped(e164: str | None) -> str | None:
    """``+358401234567`` as a person reads it: ``+358 40 1234567``."""
    if e164 is None:
        return None
    try:
        parsed = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def earlier_calls(connection: Connection, number_id: str | None, before: datetime, own_sid: str | None) -> int:
    """From the same telephone in the 30 days before this call."""
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
    ready = row["stored_machine"] is not None
    return Sound(row["id"], row["seconds"], row["made_at"], ready, row["failed"], row["kind"], row["deleted_at"])


def topic_path(rules: Ruleset, topic_id: str, language: str) -> tuple[str, ...]:
    """From the branch to the leaf. A topic that the newest ruleset dropped shows its id: the card stays whole."""
    by_id = {topic.id: topic for topic in rules.topics}
    path: list[str] = []
    step: str | None = topic_id
    while step is not None and step in by_id and len(path) < LONGEST_PATH:
        path.insert(0, by_id[step].name.get(language, step))
        step = by_id[step].parent
    return tuple(path) or (topic_id,)


def desk_name(rules: Ruleset, department_id: str, language: str) -> str:
    for department in rules.departments:
        if department.id == department_id:
            return department.name.get(language, department_id)
    return department_id
