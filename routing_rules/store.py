"""Published rulesets in SQL: versions and their documents as text. No parsing, no rules about who may publish."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from adapters.schema import ruleset

PUBLISHED = "published"
DRAFT = "draft"


@dataclass(frozen=True)
class Publication:
    """Who put which document into force, when (business time) and why."""

    version: int
    document: str
    author: str
    reason: str
    published_at: datetime
    kind: str = "first"  # first | draft | hours | rollback | file
    based_on: int | None = None  # the version it was published over
    source: str | None = None
    changes: str = "[]"  # JSON
    warnings: str = "[]"  # JSON


def published(connection: Connection) -> tuple[int, str] | None:
    """The version in force and its document."""
    newest = select(ruleset.c.version, ruleset.c.document).where(ruleset.c.state == PUBLISHED)
    row = connection.execute(newest.order_by(ruleset.c.version.desc()).limit(1)).first()
    return None if row is None else (row.version, row.document)


def published_version(connection: Connection) -> int | None:
    """Only the number: what every process asks each second."""
    found: int | None = connection.scalar(select(func.max(ruleset.c.version)).where(ruleset.c.state == PUBLISHED))
    return found


def next_version(connection: Connection) -> int:
    highest: int | None = connection.scalar(select(func.max(ruleset.c.version)))
    return 1 if highest is None else highest + 1


def insert_published(connection: Connection, publication: Publication) -> bool:
    """False when another process has taken the version: its row stands, the transaction lives on."""
    row = insert(ruleset).values(
        version=publication.version,
        state=PUBLISHED,
        published_at=publication.published_at,
        author=publication.author,
        reason=publication.reason,
        document=publication.document,
        kind=publication.kind,
        based_on=publication.based_on,
        source=publication.source,
        changes=publication.changes,
        warnings=publication.warnings,
    )
    try:
        with connection.begin_nested():
            connection.execute(row)
    except IntegrityError:
        return False
    return True


def recent_versions(connection: Connection, since_machine: float) -> tuple[int, ...]:
    """Versions that a call still in progress may have begun with: in force, or retired since then (machine time)."""
    recent = or_(ruleset.c.state == PUBLISHED, ruleset.c.retired_machine >= since_machine)
    rows = select(ruleset.c.version).where(ruleset.c.state != DRAFT, recent)
    return tuple(connection.scalars(rows.order_by(ruleset.c.version)))


def documents(connection: Connection, versions: Collection[int]) -> Mapping[int, str]:
    """Hundreds of kilobytes each: only those that are not held already."""
    if not versions:
        return {}
    rows = select(ruleset.c.version, ruleset.c.document).where(ruleset.c.version.in_(versions))
    return {row.version: row.document for row in connection.execute(rows)}
