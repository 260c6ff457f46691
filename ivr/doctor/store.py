"""The record as the doctor sees it: one row of its own written and read, the schema's revision, the clock's beat."""

from pathlib import Path

from alembic.script import ScriptDirectory
from sqlalchemy import column, select, table, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError

from adapters.database import Database, DatabaseError, insert_once
from adapters.places import ROOT
from adapters.schema import process_start
from ivr.doctor.model import NoAnswer, Record
from routing_rules import store as rulesets

MINE = "doctor"
DEADLINE_SECONDS = 3.0


def look(url: str, now_machine: float) -> Record | NoAnswer:
    if is_missing_file(url):
        return NoAnswer("no such file")
    try:
        database = Database(url, deadline=DEADLINE_SECONDS)
        try:
            return _read(database, now_machine)
        finally:
            database.dispose()
    except DatabaseError as error:
        return NoAnswer(type(error).__name__)


def _read(database: Database, now_machine: float) -> Record:
    revision = _revision(database)
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""
    _write(database, now_machine)
    with database.read() as connection:
        beats = select(process_start.c.beat_machine).where(process_start.c.kind == "clock")
        return Record(revision, head, connection.scalar(beats), rulesets.published(connection))


def _write(database: Database, now_machine: float) -> None:
    """A commit that changes nothing for anybody: full disks and read-only stores show only here."""
    row = {"kind": MINE, "started_machine": now_machine, "beat_machine": now_machine}
    with database.write() as tx:
        if not insert_once(tx.connection, process_start, row, ("kind",)):
            mine = update(process_start).where(process_start.c.kind == MINE)
            tx.connection.execute(mine.values(beat_machine=now_machine))


def _revision(database: Database) -> str:
    """Empty where nothing was ever migrated: a database made by other hands."""
    version = table("alembic_version", column("version_num"))
    try:
        with database.read() as connection:
            return str(connection.scalar(select(version.c.version_num)) or "")
    except (OperationalError, ProgrammingError):
        return ""


def is_missing_file(url: str) -> bool:
    """Opening it would make an empty one."""
    parts = make_url(url)
    return parts.get_backend_name() == "sqlite" and bool(parts.database) and not Path(str(parts.database)).exists()
