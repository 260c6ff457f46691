"""What a backup asks of the record besides its rows: which sounds rest, what is published, whether the clock runs."""

from sqlalchemy import Connection, select

from adapters.schema import process_start, recording, ruleset


def last_beat(connection: Connection) -> float | None:
    """Of the clock, in machine time."""
    beat = connection.scalar(select(process_start.c.beat_machine).where(process_start.c.kind == "clock"))
    return None if beat is None else float(beat)


def wanted(connection: Connection) -> set[str]:
    """Recordings whose sound the record wants, stored already or not."""
    return set(connection.scalars(select(recording.c.id).where(recording.c.deleted_at.is_(None))))


def resting(connection: Connection) -> list[str]:
    """Recordings whose sound the record says is in the vault."""
    there = (recording.c.stored_machine.is_not(None), recording.c.deleted_at.is_(None), recording.c.state != "dropped")
    return list(connection.scalars(select(recording.c.id).where(*there)))


def published_rules(connection: Connection) -> str | None:
    """The newest version's document."""
    query = select(ruleset.c.document).where(ruleset.c.state == "published").order_by(ruleset.c.version.desc())
    return connection.scalar(query.limit(1))
