"""Publications at a future moment: planned, cancelled, and put into force by the clock when their moment has come.

At its moment a plan is merged onto whatever is live then. Where that cannot be, it is refused, and somebody is told.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from adapters.database import Database, DatabaseError, Transaction
from adapters.ids import new_id
from routing_rules.checking.model import Announcements, Numbers
from routing_rules.versions import store
from routing_rules.versions.drafts import overtaken
from routing_rules.versions.in_force import Also, Candidate, Deed, Lost, put, tried
from routing_rules.versions.model import Behind, Plan, Planned, PlanState, Published, Refused, Stale
from routing_rules.versions.of_draft import candidate, readied
from routing_rules.versions.readying import Known, Unchecked, reason_fault

Ended = Callable[[Transaction, Plan], object]  # done with the plan's end, in its transaction; the plan as it has become
FURTHEST = timedelta(days=365)
ALL: tuple[PlanState, ...] = ("planned", "published", "cancelled", "refused")
log = logging.getLogger(__name__)


def plan(
    database: Database, draft_id: str, revision: int, author: str, reason: str, ticked: frozenset[str], now: datetime,
    publish_at: datetime, known_announcements: Announcements | None = None, numbers: Numbers | None = None,
    also: Also | None = None,
) -> Planned | Unchecked | Behind | Stale | Refused:  # fmt: skip
    """Checked for its moment. Until then the draft rests; whoever wants to change it cancels the plan first."""
    refused = reason_fault(reason) or _moment_fault(publish_at, now)
    if refused is not None:
        return refused
    ready = readied(database, draft_id, revision, ticked, publish_at, Known(known_announcements, numbers))
    if not isinstance(ready, tuple):
        return ready
    draft, warnings = ready[0], ready[1].warnings
    made = Plan(
        new_id(), draft_id, draft.base_version, draft.document, warnings, author, reason.strip(), now, publish_at,
        "planned", None, (),
    )  # fmt: skip
    with database.write() as tx:
        if not store.move_draft(tx.connection, draft_id, revision, "open", "planned"):
            return overtaken(tx.connection, draft_id)
        store.add_plan(tx.connection, made)
        if also is not None:
            also(tx, made.id)
    return Planned(made.id)


def _moment_fault(publish_at: datetime, now: datetime) -> Refused | None:
    if publish_at <= now:
        return Refused("past")
    return Refused("far") if publish_at >= now + FURTHEST else None


def plans(database: Database, states: Iterable[PlanState] = ("planned",)) -> tuple[Plan, ...]:
    """In the order of their moments."""
    with database.read() as connection:
        return store.plans(connection, states)


def cancel_plan(database: Database, plan_id: str, also: Also | None = None) -> Plan | Refused:
    """Its draft can be worked on again."""
    with database.write() as tx:
        found = store.plan(tx.connection, plan_id)
        if found is None:
            return Refused("unknown_plan")
        if not store.end_plan(tx.connection, plan_id, "cancelled"):
            return Refused("not_open")
        store.move_draft(tx.connection, found.draft_id, None, "planned", "open")
        if also is not None:
            also(tx, plan_id)
    return replace(found, state="cancelled")


def publish_due(
    database: Database,
    now: datetime,
    known_announcements: Announcements | None = None,
    numbers: Numbers | None = None,
    also: Ended | None = None,
) -> tuple[Plan, ...]:
    """Plans whose moment has come, each once, however many clocks look; as they have become."""
    with database.read() as connection:
        due = store.due_plans(connection, now)
    ended = (_carried_out(database, one, now, Known(known_announcements, numbers), also) for one in due)
    return tuple(one for one in ended if one is not None)


def _carried_out(database: Database, due: Plan, now: datetime, known: Known, also: Ended | None) -> Plan | None:
    """None: another clock has carried it out, or somebody has cancelled it."""
    try:
        outcome = tried(due.reason, partial(_once, database, due, now, known, also))
    except Lost:
        return None
    except DatabaseError:  # the next second tries again
        raise
    except Exception:
        log.exception("plan %s failed", due.id)
        return _refused(database, due, ("failed",), now, also)
    if isinstance(outcome, Published):
        return replace(due, state="published", version=outcome.version)
    if outcome == Refused("unchanged"):
        return _in_force_already(database, due, also)
    return _refused(database, due, why(outcome), now, also)


def _once(
    database: Database, due: Plan, now: datetime, known: Known, also: Ended | None
) -> Published | Unchecked | Behind | Refused:
    def holds(tx: Transaction, number: int) -> bool:
        if not store.end_plan(tx.connection, due.id, "published", number):
            return False
        store.move_draft(tx.connection, due.draft_id, None, "planned", "published")
        if also is not None:
            also(tx, replace(due, state="published", version=number))
        return True

    ready = _readied(database, due, now, known)
    if not isinstance(ready, Candidate):
        return ready
    return put(database, ready, Deed(due.author, due.reason, now), holds)


def _readied(database: Database, due: Plan, now: datetime, known: Known) -> Candidate | Unchecked | Behind | Refused:
    """A warning that nobody could tick stops nothing: it stays in the record."""
    with database.read() as connection:
        live, base = store.live(connection), store.version(connection, due.based_on)
    if live is None or base is None:
        return Refused("no_ruleset")
    ready = candidate(base, live, due.document, due.draft_id, frozenset(due.warnings), now, known)
    if not isinstance(ready, Unchecked) or any(finding.level == "error" for finding in ready.findings):
        return ready
    ticked = frozenset(finding.key for finding in ready.findings)
    return candidate(base, live, due.document, due.draft_id, ticked, now, known)


def why(outcome: Unchecked | Behind | Refused) -> tuple[str, ...]:
    """A code, then the places: what a page says about a plan that was refused."""
    match outcome:
        case Unchecked(findings):
            return ("unchecked", *(finding.key for finding in findings if finding.level == "error"))
        case Behind(conflicts):
            return ("behind", *(conflict.place for conflict in conflicts))
        case Refused(reason, problems):
            return (reason, *(str(one) for one in problems))


def _in_force_already(database: Database, due: Plan, also: Ended | None) -> Plan | None:
    """Somebody has published the same meanwhile: what was planned has come true, and nobody need look."""
    with database.write() as tx:
        live = store.live(tx.connection)
        done = replace(due, state="published", version=live.version if live is not None else None)
        if not store.end_plan(tx.connection, due.id, "published", done.version):
            return None
        store.move_draft(tx.connection, due.draft_id, None, "planned", "published")
        if also is not None:
            also(tx, done)
    return done


def _refused(database: Database, due: Plan, reasons: tuple[str, ...], now: datetime, also: Ended | None) -> Plan | None:
    """Its draft can be worked on again, and it stands on the supervisors' list."""
    refused = replace(due, state="refused", refused=reasons)
    with database.write() as tx:
        if not store.end_plan(tx.connection, due.id, "refused", refused=reasons):
            return None
        store.move_draft(tx.connection, due.draft_id, None, "planned", "open")
        store.raise_item(tx.connection, due.id, now)
        if also is not None:
            also(tx, refused)
    log.warning("plan %s could not be published: %s", due.id, reasons[0])
    return refused
