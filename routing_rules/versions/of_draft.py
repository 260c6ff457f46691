"""A draft on its way into force: readied over the live version, and moved on with the version it becomes."""

from datetime import datetime

from adapters.database import Database
from routing_rules.versions import store
from routing_rules.versions.drafts import overtaken
from routing_rules.versions.in_force import Candidate, Holds
from routing_rules.versions.model import Behind, Draft, DraftState, Refused, Stale, Version
from routing_rules.versions.readying import Known, Unchecked, checked, onto_live, read, written_of

Unready = Unchecked | Behind | Stale | Refused


def readied(
    database: Database, draft_id: str, revision: int, ticked: frozenset[str], at: datetime, known: Known
) -> tuple[Draft, Candidate] | Unready:
    """``at``: the moment it is to be in force from, and is checked for."""
    with database.read() as connection:
        draft, live = store.draft(connection, draft_id), store.live(connection)
        base = store.version(connection, draft.base_version) if draft is not None else None
        if draft is None or draft.state != "open" or draft.revision != revision:
            return overtaken(connection, draft_id)
    if live is None or base is None:
        return Refused("no_ruleset")
    ready = candidate(base, live, draft.document, draft_id, ticked, at, known)
    return (draft, ready) if isinstance(ready, Candidate) else ready


def candidate(
    base: Version, live: Version, document: str, source: str, ticked: frozenset[str], at: datetime,
    known: Known,
) -> Candidate | Unchecked | Behind | Refused:  # fmt: skip
    is_new = base.version == live.version  # the usual case: nothing to merge
    rules = read(document) if is_new else onto_live(base.document, live, written_of(document))
    if isinstance(rules, Behind | Refused):
        return rules
    warnings = checked(rules, ticked, at, known)
    return warnings if isinstance(warnings, Unchecked) else Candidate(live, rules, "draft", source, warnings)


def moved(draft_id: str, revision: int, after: DraftState) -> Holds:
    return lambda tx, number: store.move_draft(tx.connection, draft_id, revision, "open", after)


def gone(database: Database, draft_id: str) -> Stale | Refused:
    with database.read() as connection:
        return overtaken(connection, draft_id)
