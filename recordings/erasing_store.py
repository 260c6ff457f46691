"""One number let go of, in SQL: every column that shows it or tells of its owner. Statements only."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, or_, select, update

from adapters.schema import (
    audit_event,
    call,
    call_draft,
    callback_event,
    callback_request,
    code_try,
    offer,
    receipt,
    recording,
    sound_access,
    supervisor_item,
    text_message,
    transfer,
    waiting_caller,
)
from recordings.hold_store import asker_is_held
from recordings.resident_store import Everything

LOST_AFTER = timedelta(days=1)  # no call lasts that long: the news of its end was lost


def unlink(
    connection: Connection, found: Everything, kept_requests: Sequence[str], kept_sounds: Sequence[str],
    kept_calls: Collection[str],
) -> None:  # fmt: skip
    """Her number, from everything but what lies under a legal hold."""
    number = found.number_id
    connection.execute(update(code_try).where(code_try.c.number_id == number).values(number_id=None))
    rang = (call.c.number_id == number, call.c.call_sid.not_in(kept_calls))
    connection.execute(update(call).where(*rang).values(number_id=None))
    for table in (waiting_caller, text_message, supervisor_item):
        free = or_(table.c.request_id.is_(None), table.c.request_id.not_in(kept_requests))
        connection.execute(update(table).where(table.c.number_id == number, free).values(number_id=None))
    mine = (recording.c.number_id == number, recording.c.id.not_in(kept_sounds))
    connection.execute(update(recording).where(*mine).values(number_id=None))
    free = callback_request.c.id.not_in(kept_requests)
    asked = update(callback_request).where(callback_request.c.asked_by_number_id == number, free)
    connection.execute(asked.values(asked_by_number_id=None))
    hers = (callback_request.c.number_id == number, free)
    connection.execute(update(callback_request).where(*hers, ~asker_is_held()).values(asked_by_number_id=None))
    connection.execute(update(callback_request).where(*hers).values(number_id=None, interpreter=None))


def blank(connection: Connection, requests: Sequence[str], tokens: Sequence[str], subjects: Sequence[str]) -> int:
    """What was written about her matters; how many notes that were."""
    notes = 0
    for table, column, ids in (
        (offer, offer.c.token, tokens), (transfer, transfer.c.token, tokens),
        (callback_event, callback_event.c.request_id, requests),
    ):  # fmt: skip
        mine = update(table).where(column.in_(ids), table.c.note.is_not(None))
        notes += connection.execute(mine.values(note=None)).rowcount
    told = update(audit_event).where(audit_event.c.subject_id.in_(subjects), audit_event.c.detail.is_not(None))
    return notes + connection.execute(told.values(detail=None)).rowcount


def blank_sounds(connection: Connection, ids: Sequence[str]) -> int:
    noted = update(recording).where(recording.c.id.in_(ids), recording.c.note.is_not(None))
    why = update(sound_access).where(sound_access.c.recording_id.in_(ids), sound_access.c.why.is_not(None))
    connection.execute(why.values(why=None))
    return connection.execute(noted.values(note=None)).rowcount


def blank_texts(connection: Connection, ids: Sequence[str]) -> int:
    mine = update(text_message).where(text_message.c.id.in_(ids))
    return connection.execute(mine.values(body="")).rowcount


def forget_calls(connection: Connection, call_sids: Sequence[str], e164: str) -> None:
    """Answers that may say the number aloud, and what was keyed in: nobody waits for another copy of them."""
    connection.execute(delete(receipt).where(receipt.c.call_sid.in_(call_sids)))
    connection.execute(delete(call_draft).where(or_(call_draft.c.call_sid.in_(call_sids), call_draft.c.e164 == e164)))


def still_on_the_line(connection: Connection, found: Everything, now: datetime) -> bool:
    """A call of hers that nobody has told the end of, what she is speaking just now, or an agent who has her matter
    before her."""
    tokens, young = [row["token"] for row in found.offers], now - LOST_AFTER
    hers = [table.c.number_id == found.number_id for table in (waiting_caller, call, recording)]
    return any(connection.scalar(query.limit(1)) is not None for query in (
        select(offer.c.token).where(offer.c.token.in_(tokens), offer.c.ended_at.is_(None)),
        select(waiting_caller.c.id).where(hers[0], waiting_caller.c.ended_at.is_(None)),
        select(call.c.call_sid).where(hers[1], call.c.ended_at.is_(None), call.c.arrived_at > young),
        select(recording.c.id).where(hers[2], recording.c.state == "draft", recording.c.made_at > young),
    ))  # fmt: skip
