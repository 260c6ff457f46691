"""What tells a record apart that is being moved: half moved where it goes to, gone where it came from."""

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, insert, inspect, text

from adapters.moved import PREFIX, TABLE

_metadata = MetaData()
HALF_MOVED = Table("half_moved", _metadata, Column("source", String(200), nullable=False))
MOVED_TO = Table(TABLE, _metadata, Column("url", Text, nullable=False))


def is_half_moved(connection: Connection) -> bool:
    """A copy that nobody uses yet: the one it was made of went on, or is closed this very moment."""
    return HALF_MOVED.name in inspect(connection).get_table_names()


def mark_half_moved(connection: Connection, source: str) -> None:
    HALF_MOVED.create(connection)
    connection.execute(insert(HALF_MOVED).values(source=source))


def whole_now(connection: Connection) -> None:
    HALF_MOVED.drop(connection, checkfirst=True)


def forget_half(connection: Connection, names: list[str]) -> None:
    """An earlier try that was ended: its rows go, the last table's first."""
    for name in reversed(names):
        connection.execute(text(f'DELETE FROM "{name}"'))  # noqa: S608  our own tables' names
    whole_now(connection)


def close(connection: Connection, url: str, names: list[str]) -> None:
    """SQLite. Nothing of it answers any more, not even a look: no page and no call goes on by what was true once."""
    MOVED_TO.create(connection)
    connection.execute(insert(MOVED_TO).values(url=url))
    for name in names:
        connection.exec_driver_sql(f'ALTER TABLE "{name}" RENAME TO "{PREFIX}{name}"')


def commits_wait_for_the_disk(connection: Connection) -> bool:
    return str(connection.scalar(text("SHOW synchronous_commit"))) != "off"
