"""Which master key each sound needs, as the record knows it."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, or_, select, update

from adapters.schema import recording


def note_key(connection: Connection, recording_id: str, key: str) -> None:
    """No row of that name, or the same key noted already: nothing changes."""
    another = or_(recording.c.sealed_with.is_(None), recording.c.sealed_with != key)
    connection.execute(update(recording).where(recording.c.id == recording_id, another).values(sealed_with=key))


def keys_needed(connection: Connection) -> Mapping[str, int]:
    """By name of the key: how many sounds in the vault. One query, however many there are."""
    rests = select(recording.c.sealed_with, func.count()).where(
        recording.c.stored_machine.is_not(None), recording.c.deleted_at.is_(None), recording.c.sealed_with.is_not(None)
    )
    return {str(key): int(count) for key, count in connection.execute(rests.group_by(recording.c.sealed_with))}
