"""What a caller in the line has heard about recording and what she said to it, in her stay's row. SQL only."""

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select, update

from adapters.schema import waiting_caller
from desks.line.stay_store import stay as read_stay

STAY = waiting_caller.c


def carry_over(connection: Connection, stay: RowMapping) -> None:
    """From an earlier stay of the same call: a no holds in any language, what was told only in its own."""
    earlier = select(STAY.language, STAY.recording_told_at, STAY.recording_declined).where(
        STAY.call_sid == stay["call_sid"], STAY.id != stay["id"]
    )
    rows = connection.execute(earlier).mappings().all()
    if any(row["recording_declined"] for row in rows):
        decline(connection, stay["id"])
    told = [row["recording_told_at"] for row in rows if row["language"] == stay["language"]]
    first = min((at for at in told if at is not None), default=None)
    if first is not None:
        tell(connection, stay["id"], first)


def tell(connection: Connection, line_id: str, at: datetime) -> bool:
    """False: she knows already, or has declined."""
    untold = (STAY.id == line_id, STAY.recording_told_at.is_(None), STAY.recording_declined.is_(False))
    return connection.execute(update(waiting_caller).where(*untold).values(recording_told_at=at)).rowcount == 1


def decline(connection: Connection, line_id: str) -> RowMapping | None:
    connection.execute(update(waiting_caller).where(STAY.id == line_id).values(recording_declined=True))
    return read_stay(connection, line_id)
