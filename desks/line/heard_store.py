"""What a caller in the line has heard, of her place and of recording, and what she said to that, in her stay's row. SQL
only."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from adapters.schema import offer, waiting_caller
from desks.line.stay_store import stay as read_stay

STAY = waiting_caller.c


def carry_over(connection: Connection, stay: RowMapping) -> bool:
    """From an earlier stay of the same call: a no holds in any language, what was heard only in its own. True: she has
    heard it. Whoever never came into the queue may have been sent the words in an answer that was lost."""
    earlier = select(STAY.language, STAY.queue_sid, STAY.recording_told_at, STAY.recording_declined).where(
        STAY.call_sid == stay["call_sid"], STAY.id != stay["id"]
    )
    rows = connection.execute(earlier).mappings().all()
    if any(row["recording_declined"] for row in rows):
        decline(connection, stay["id"])
    heard = [row for row in rows if row["language"] == stay["language"] and row["queue_sid"] is not None]
    first = min((at for row in heard if (at := row["recording_told_at"]) is not None), default=None)
    if first is None:
        return False
    tell(connection, stay["id"], first)
    return True


def note_told(connection: Connection, line_id: str, place: int | None, wait_minutes: int | None) -> None:
    """Place and wait as she last heard them. ``place`` None: it was not told, and the last one stands."""
    values: dict[str, int | None] = {"wait_told_minutes": wait_minutes}
    if place is not None:
        values["place_told"] = place
    connection.execute(update(waiting_caller).where(STAY.id == line_id).values(**values))


def tell(connection: Connection, line_id: str, at: datetime) -> bool:
    """False: she knows already, or has declined."""
    untold = (STAY.id == line_id, STAY.recording_told_at.is_(None), STAY.recording_declined.is_(False))
    return connection.execute(update(waiting_caller).where(*untold).values(recording_told_at=at)).rowcount == 1


def may_not_have_heard(connection: Connection, line_id: str) -> bool:
    """The words stand before the queue in one document: who has not come into it may never have had that document."""
    lost = (STAY.id == line_id, STAY.recording_told_at.is_not(None), STAY.queue_sid.is_(None))
    return connection.execute(select(STAY.id).where(*lost, STAY.recording_declined.is_(False))).first() is not None


def decline_call(connection: Connection, call_sid: str) -> None:
    """In every stay of this call, also one in which a colleague is asked, and in the rings that led to it."""
    connection.execute(update(waiting_caller).where(STAY.call_sid == call_sid).values(recording_declined=True))
    rang = offer.c.resident_call_sid == call_sid
    connection.execute(update(offer).where(rang).values(recording_declined=True))


def decline(connection: Connection, line_id: str) -> RowMapping | None:
    connection.execute(update(waiting_caller).where(STAY.id == line_id).values(recording_declined=True))
    return read_stay(connection, line_id)
