"""Publishing: a draft now, one department's hours, a document from the command line, an older version again.

Whatever is published is merged onto the live version, checked, and put into force whole; or nothing has changed.
``also`` is done in the publication's own transaction, with the new version's number (a plan's: with the plan's id).
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from adapters.database import Database, Transaction
from adapters.ids import new_id
from routing_rules.checking.model import Announcements, Finding, Numbers
from routing_rules.document import dump
from routing_rules.model import Ruleset
from routing_rules.versions import store
from routing_rules.versions.in_force import Also, Candidate, Deed, Holds, Lost, put, tried
from routing_rules.versions.merge import Choices
from routing_rules.versions.model import Behind, Draft, Published, Refused, Stale, Version, Written
from routing_rules.versions.of_draft import gone, moved, readied
from routing_rules.versions.plans import cancel_plan, plan, plans, publish_due
from routing_rules.versions.readying import (
    Known,
    Unchecked,
    checked,
    checked_beside,
    onto_live,
    read,
    written_of,
)

__all__ = [
    "Unchecked", "cancel_plan", "hours_findings", "hours_merged", "plan", "plans", "publish", "publish_document",
    "publish_due", "publish_hours", "roll_back", "version", "versions",
]  # fmt: skip
LISTED = 200


def publish(
    database: Database, draft_id: str, revision: int, author: str, reason: str, ticked: frozenset[str], now: datetime,
    known_announcements: Announcements | None = None, numbers: Numbers | None = None, also: Also | None = None,
    seen: int | None = None,
) -> Published | Unchecked | Behind | Stale | Refused:  # fmt: skip
    """``ticked``: keys of the warnings that the author has seen and accepts. ``seen``: the live version whose
    difference she was shown; Behind without conflicts: another is live by now, and she is to look again."""
    deed = Deed(author, reason, now, also)

    def once() -> Published | Unchecked | Behind | Stale | Refused:
        ready = readied(database, draft_id, revision, ticked, now, Known(known_announcements, numbers))
        if not isinstance(ready, tuple):
            return ready
        if not _shown(ready[1].live, seen):
            return Behind((), ready[1].live.version)
        try:
            return put(database, ready[1], deed, moved(draft_id, revision, "published"))
        except Lost:
            return gone(database, draft_id)

    return tried(reason, once)


def _shown(live: Version, seen: int | None) -> bool:
    """What is put into force goes over ``live`` or is readied anew, so this holds inside the transaction, too."""
    return seen is None or seen == live.version


def roll_back(
    database: Database, number: int, author: str, reason: str, now: datetime, also: Also | None = None,
    seen: int | None = None,
) -> Published | Behind | Refused:  # fmt: skip
    """That version's document as a new version. No check stops it: it has been in force, and there is a hurry.
    ``seen``: as for ``publish``; what a version that she never saw has brought is not taken away unseen."""
    deed = Deed(author, reason, now, also)

    def once() -> Published | Behind | Refused:
        with database.read() as connection:
            live, wanted = store.live(connection), store.version(connection, number)
        if live is None or wanted is None:
            return Refused("unknown_version")
        rules = read(wanted.document, "unreadable_version")
        if isinstance(rules, Refused):
            return rules
        if not _shown(live, seen):
            return Behind((), live.version)
        return put(database, Candidate(live, rules, "rollback", str(number)), deed)

    return tried(reason, once)


def publish_hours(
    database: Database, department: str, hours: Mapping[str, object], author: str, reason: str, now: datetime, *,
    based_on: int | None = None, ticked: frozenset[str] = frozenset(), also: Also | None = None,
    known_announcements: Announcements | None = None, numbers: Numbers | None = None,
) -> Published | Unchecked | Behind | Refused:  # fmt: skip
    """Hours and days of one department, and nothing else. ``hours``: as a document writes them (week, exceptional,
    holidays). ``based_on``: the version that the author saw; what has become live since is kept."""
    deed = Deed(author, reason, now, also)

    def once() -> Published | Unchecked | Behind | Refused:
        merged = hours_merged(database, department, hours, based_on)
        if not isinstance(merged, tuple):
            return merged
        live, rules = merged
        warnings = _beside(live, rules, ticked, now, Known(known_announcements, numbers))
        if isinstance(warnings, Unchecked):
            return warnings
        return put(database, Candidate(live, rules, "hours", department, warnings), deed)

    return tried(reason, once)


def hours_merged(
    database: Database, department: str, hours: Mapping[str, object], based_on: int | None = None,
    choices: Choices | None = None,
) -> tuple[Version, Ruleset] | Behind | Refused:  # fmt: skip
    """The live version, and what ``publish_hours`` would make of it. ``choices``: place of a conflict -> whose word."""
    with database.read() as connection:
        live = store.live(connection)
        base = live if based_on is None else store.version(connection, based_on)
    if live is None or base is None:
        return Refused("no_ruleset" if live is None else "unknown_version")
    mine = _with_hours(written_of(base.document), department, hours)
    rules = onto_live(base.document, live, mine, choices) if mine is not None else Refused("unknown_department")
    return (live, rules) if isinstance(rules, Ruleset) else rules


def hours_findings(
    live: Version, rules: Ruleset, now: datetime, known_announcements: Announcements, numbers: Numbers
) -> tuple[Finding, ...]:
    """What ``publish_hours`` would stop at or want ticked."""
    found = _beside(live, rules, frozenset(), now, Known(known_announcements, numbers))
    return found.findings if isinstance(found, Unchecked) else ()


def _with_hours(written: Written, department: str, hours: Mapping[str, object]) -> Written | None:
    """None: there is no such department."""
    found = written.get("departments")
    departments = found if isinstance(found, list) else []
    if not any(one.get("id") == department for one in departments):
        return None
    new = [{**one, "hours": dict(hours)} if one.get("id") == department else one for one in departments]
    return {**written, "departments": new}


def _beside(
    live: Version, rules: Ruleset, ticked: frozenset[str], now: datetime, known: Known
) -> tuple[str, ...] | Unchecked:
    before = read(live.document)
    if isinstance(before, Refused):
        return checked(rules, ticked, now, known)
    return checked_beside(before, rules, ticked, now, known)


def publish_document(
    database: Database, text: str, author: str, reason: str, ticked: frozenset[str], now: datetime, *,
    known_announcements: Announcements | None = None, numbers: Numbers | None = None,
    based_on: int | None = None, also: Also | None = None,
) -> Published | Unchecked | Behind | Refused:  # fmt: skip
    """A whole document, from a city that keeps its rules in files. ``based_on``: the version it was exported from;
    None: it goes on from the file that was published last. What others have published since is kept."""
    deed = Deed(author, reason, now, also)

    def once() -> Published | Unchecked | Behind | Refused:
        rules = read(text)
        if isinstance(rules, Refused):
            return rules
        with database.read() as connection:
            live, base = store.live(connection), _file_base(connection, based_on)
        if live is None or base is None:
            return Refused("no_ruleset" if live is None else "unknown_version")
        onto = onto_live(base, live, written_of(text))
        if not isinstance(onto, Ruleset):
            return onto
        warnings = checked(onto, ticked, now, Known(known_announcements, numbers))
        if isinstance(warnings, Unchecked):
            return warnings
        file = Draft(new_id(), "file", live.version, 1, dump(rules), author, now, author, now, "published")
        return put(database, Candidate(live, onto, "file", file.id, warnings), deed, _keeps(file))

    return tried(reason, once)


def _file_base(connection: Connection, based_on: int | None) -> str | None:
    """What the file was written on: a version, or the file that was published last, as it was before it was merged."""
    if based_on is not None:
        chosen = store.version(connection, based_on)
        return None if chosen is None else chosen.document
    last = store.newest_of(connection, ("first", "file"))
    kept = store.draft(connection, last.source) if last is not None and last.source is not None else None
    return kept.document if kept is not None else None if last is None else last.document


def _keeps(file: Draft) -> Holds:
    def kept(tx: Transaction, number: int) -> bool:
        store.add_draft(tx.connection, file)
        return True

    return kept


def versions(database: Database, most: int = LISTED) -> tuple[Version, ...]:
    """The newest first."""
    with database.read() as connection:
        return store.versions(connection, most)


def version(database: Database, number: int) -> Version | None:
    with database.read() as connection:
        return store.version(connection, number)
