"""Which sound has no text although it could have one, in SQL. Statements only."""

from datetime import datetime

from sqlalchemy import Connection, or_, select

from adapters.schema import outbox, recording

RECORDING = recording
AT_ONCE = 20


def without_text(connection: Connection, young: datetime, ended_by: float) -> list[str]:
    """Rests here, was made after ``young``, and nobody works on its text; ``ended_by`` (machine time): an order that
    ended later is left in peace. Those that were tried longest ago come first: one that always fails hides no other."""
    query = (
        select(RECORDING.c.id)
        .outerjoin(outbox, (outbox.c.ref == RECORDING.c.id) & (outbox.c.kind == "transcribe"))
        .where(RECORDING.c.deleted_at.is_(None), RECORDING.c.made_at > young, RECORDING.c.state != "dropped")
        .where(RECORDING.c.stored_machine.is_not(None), RECORDING.c.transcribed_machine.is_(None))
        .where(or_(outbox.c.id.is_(None), outbox.c.done_machine < ended_by))
        .order_by(outbox.c.done_machine, RECORDING.c.made_at)
        .limit(AT_ONCE)
    )
    return [str(found) for found in connection.scalars(query)]
