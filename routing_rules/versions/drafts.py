"""Drafts: working copies of the rules that several people may work on. Nothing here reaches a caller.

Each saving names the revision it was written over. Who saves over another's is told, and nothing is overwritten.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from adapters.database import Database, Transaction
from adapters.ids import new_id
from routing_rules.document.model import Problem
from routing_rules.versions import store
from routing_rules.versions.in_force import Also
from routing_rules.versions.merge import Choices, merge
from routing_rules.versions.model import Behind, Draft, Refused, Saved, Stale, Version
from routing_rules.versions.readying import kept_form, written_of

LONGEST_NAME = 80


def begin(database: Database, name: str, author: str, now: datetime, also: Also | None = None) -> Draft | Refused:
    """A copy of what is live."""
    wanted = " ".join(name.split())
    if not wanted:
        return Refused("no_name")
    if len(wanted) > LONGEST_NAME:
        return Refused("long_name")
    with database.write() as tx:
        live = store.live(tx.connection)
        if live is None:
            return Refused("no_ruleset")
        made = Draft(new_id(), wanted, live.version, 1, live.document, author, now, author, now, "open")
        store.add_draft(tx.connection, made)
        _also(tx, also, made.id)
    return made


def open_drafts(database: Database) -> tuple[Draft, ...]:
    """Those that are worked on or wait for their moment."""
    with database.read() as connection:
        return store.drafts(connection, ("open", "planned"))


def get(database: Database, draft_id: str) -> Draft | None:
    with database.read() as connection:
        return store.draft(connection, draft_id)


def save(
    database: Database,
    draft_id: str,
    revision: int,
    document: str,
    author: str,
    now: datetime,
    also: Also | None = None,
) -> Saved | Stale | Refused:
    """``document``: JSON, or YAML that is a whole ruleset. A draft may be no whole ruleset yet: Saved says why."""
    kept = kept_form(document)
    if isinstance(kept, Refused):
        return kept
    changed = _changed(database, draft_id, revision, lambda draft: replace(draft, document=kept[0]), author, now, also)
    return Saved(changed, kept[1]) if isinstance(changed, Draft) else changed


def drop(
    database: Database, draft_id: str, revision: int, author: str, now: datetime, also: Also | None = None
) -> Saved | Stale | Refused:
    dropped = _changed(database, draft_id, revision, lambda draft: replace(draft, state="dropped"), author, now, also)
    return Saved(dropped) if isinstance(dropped, Draft) else dropped


def behind(database: Database, draft_id: str) -> Behind | None:
    """What the draft and a newer live version disagree about, to be chosen from; None: no newer version is live.

    No conflicts: ``take_in`` and ``publish`` merge by themselves.
    """
    with database.read() as connection:
        draft, live = store.draft(connection, draft_id), store.live(connection)
        base = store.version(connection, draft.base_version) if draft is not None else None
    if draft is None or live is None or base is None or draft.base_version == live.version:
        return None
    merged = merge(written_of(base.document), written_of(live.document), written_of(draft.document))
    return Behind(merged if isinstance(merged, tuple) else (), live.version)


def take_in(
    database: Database, draft_id: str, revision: int, choices: Choices, author: str, now: datetime,
    also: Also | None = None, seen: int | None = None,
) -> Saved | Behind | Stale | Refused:  # fmt: skip
    """What has become live since the draft was begun, into the draft. ``choices``: place of a conflict -> whose word.

    Behind: some conflicts are not chosen yet, or a newer version than ``seen``, whose words she chose between, is live:
    one place may say something else by now, so none of her choices holds. Where nothing newer is live nothing is saved,
    so that nobody who works on the draft is told of a newer one that says the same.
    """
    with database.read() as connection:
        draft, live = store.draft(connection, draft_id), store.live(connection)
        base = store.version(connection, draft.base_version) if draft is not None else None
    if draft is None:
        return Refused("unknown_draft")
    if live is None or base is None:
        return Refused("no_ruleset")
    if draft.base_version == live.version:
        return _as_it_is(draft, revision)
    if seen not in (None, live.version):
        anew = _taken_in(draft, base, live, {})
        return anew if isinstance(anew, Behind | Refused) else Behind((), live.version)
    taken = _taken_in(draft, base, live, choices)
    if isinstance(taken, Behind | Refused):
        return taken
    document, problems = taken

    def onto_live(before: Draft) -> Draft:
        return replace(before, document=document, base_version=live.version)

    changed = _changed(database, draft_id, revision, onto_live, author, now, also)
    return Saved(changed, problems) if isinstance(changed, Draft) else changed


def _as_it_is(draft: Draft, revision: int) -> Saved | Stale | Refused:
    if draft.state != "open":
        return Refused("not_open")
    return Saved(draft) if draft.revision == revision else Stale(draft)


def _taken_in(
    draft: Draft, base: Version, live: Version, choices: Choices
) -> tuple[str, tuple[Problem, ...]] | Behind | Refused:
    merged = merge(written_of(base.document), written_of(live.document), written_of(draft.document), choices)
    if isinstance(merged, tuple):
        return Behind(merged, live.version)
    return kept_form(json.dumps(merged.written, ensure_ascii=False))


def _changed(
    database: Database, draft_id: str, revision: int, work: Callable[[Draft], Draft], author: str, now: datetime,
    also: Also | None,
) -> Draft | Stale | Refused:  # fmt: skip
    with database.write() as tx:
        draft = store.draft(tx.connection, draft_id)
        if draft is None:
            return Refused("unknown_draft")
        changed = replace(work(draft), revision=revision + 1, changed_by=author, changed_at=now)
        if not store.replace_draft(tx.connection, changed):
            return overtaken(tx.connection, draft_id)
        _also(tx, also, draft_id)
    return changed


def overtaken(connection: Connection, draft_id: str) -> Stale | Refused:
    """Why a draft could not be changed."""
    current = store.draft(connection, draft_id)
    if current is None:
        return Refused("unknown_draft")
    return Stale(current) if current.state == "open" else Refused("not_open")


def _also(tx: Transaction, also: Also | None, draft_id: str) -> None:
    if also is not None:
        also(tx, draft_id)
