"""Drafts, versions and plans in SQL. No merging, no rules about who may: those live in merge, drafts and publishing."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import cast

from sqlalchemy import Connection, RowMapping, insert, select, update

from adapters.ids import new_id
from adapters.schema import rules_draft, rules_plan, ruleset, supervisor_item
from routing_rules.store import PUBLISHED
from routing_rules.versions.model import Change, Draft, DraftState, Kind, Plan, PlanState, Version

DRAFT, PLAN = rules_draft, rules_plan
REFUSED_PLAN = "rules_plan"  # on the supervisors' list: a planned publication that did not come true


# --- drafts ------------------------------------------------------------------------------------------------------


def add_draft(connection: Connection, draft: Draft) -> None:
    connection.execute(insert(DRAFT).values(**asdict(draft)))


def draft(connection: Connection, draft_id: str) -> Draft | None:
    row = connection.execute(select(DRAFT).where(DRAFT.c.id == draft_id)).mappings().first()
    return None if row is None else _draft(row)


def drafts(connection: Connection, states: Iterable[DraftState]) -> tuple[Draft, ...]:
    """The one that was worked on last stands first."""
    query = select(DRAFT).where(DRAFT.c.state.in_(tuple(states))).order_by(DRAFT.c.changed_at.desc(), DRAFT.c.id)
    return tuple(_draft(row) for row in connection.execute(query).mappings())


def replace_draft(connection: Connection, changed: Draft) -> bool:
    """False: it is not open, or not at the revision before this one any more. Who writes second is told here."""
    mine = (DRAFT.c.id == changed.id, DRAFT.c.revision == changed.revision - 1, DRAFT.c.state == "open")
    return connection.execute(update(DRAFT).where(*mine).values(**asdict(changed))).rowcount == 1


def move_draft(
    connection: Connection, draft_id: str, revision: int | None, before: DraftState, after: DraftState
) -> bool:
    """``revision`` None: whichever it is at."""
    mine = [DRAFT.c.id == draft_id, DRAFT.c.state == before]
    if revision is not None:
        mine.append(DRAFT.c.revision == revision)
    return connection.execute(update(DRAFT).where(*mine).values(state=after)).rowcount == 1


def _draft(row: RowMapping) -> Draft:
    return Draft(**{**row, "state": cast(DraftState, row["state"])})


# --- versions ----------------------------------------------------------------------------------------------------


def live(connection: Connection) -> Version | None:
    newest = select(ruleset).where(ruleset.c.state == PUBLISHED).order_by(ruleset.c.version.desc()).limit(1)
    row = connection.execute(newest).mappings().first()
    return None if row is None else _version(row, row["version"])


def version(connection: Connection, number: int) -> Version | None:
    found = select(ruleset).where(ruleset.c.version == number, ruleset.c.state != "draft")
    row = connection.execute(found).mappings().first()
    return None if row is None else _version(row, None)


def versions(connection: Connection, most: int) -> tuple[Version, ...]:
    """The newest first."""
    query = select(ruleset).where(ruleset.c.state != "draft").order_by(ruleset.c.version.desc()).limit(most)
    return tuple(_version(row, None) for row in connection.execute(query).mappings())


def newest_of(connection: Connection, kinds: Iterable[Kind]) -> Version | None:
    query = select(ruleset).where(ruleset.c.kind.in_(tuple(kinds)), ruleset.c.state != "draft")
    row = connection.execute(query.order_by(ruleset.c.version.desc()).limit(1)).mappings().first()
    return None if row is None else _version(row, None)


def retire_before(connection: Connection, number: int, machine: float) -> None:
    """Calls that began with them go on with them (``RulesHolder.version``)."""
    older = (ruleset.c.version < number, ruleset.c.state == PUBLISHED)
    connection.execute(update(ruleset).where(*older).values(state="retired", retired_machine=machine))


def _version(row: RowMapping, live_version: int | None) -> Version:
    return Version(
        version=row["version"],
        live=row["state"] == PUBLISHED if live_version is None else row["version"] == live_version,
        kind=cast(Kind, row["kind"]),
        author=row["author"],
        reason=row["reason"],
        published_at=row["published_at"],
        based_on=row["based_on"],
        source=row["source"],
        changes=changes_read(row["changes"]),
        warnings=tuple(json.loads(row["warnings"])),
        document=row["document"],
    )


def changes_written(changes: Iterable[Change]) -> str:
    written = [{"code": c.code, "place": c.place, "values": dict(c.values)} for c in changes]
    return json.dumps(written, ensure_ascii=False)


def changes_read(written: str) -> tuple[Change, ...]:
    return tuple(Change(c["code"], c["place"], tuple(c["values"].items())) for c in json.loads(written))


# --- plans -------------------------------------------------------------------------------------------------------


def add_plan(connection: Connection, plan: Plan) -> None:
    values = asdict(plan) | {"warnings": json.dumps(plan.warnings), "refused": None}
    connection.execute(insert(PLAN).values(**values))


def plan(connection: Connection, plan_id: str) -> Plan | None:
    row = connection.execute(select(PLAN).where(PLAN.c.id == plan_id)).mappings().first()
    return None if row is None else _plan(row)


def plans(connection: Connection, states: Iterable[PlanState]) -> tuple[Plan, ...]:
    """In the order of their moments."""
    query = select(PLAN).where(PLAN.c.state.in_(tuple(states))).order_by(PLAN.c.publish_at, PLAN.c.made_at, PLAN.c.id)
    return tuple(_plan(row) for row in connection.execute(query).mappings())


def due_plans(connection: Connection, now: datetime) -> tuple[Plan, ...]:
    due = select(PLAN).where(PLAN.c.state == "planned", PLAN.c.publish_at <= now)
    rows = connection.execute(due.order_by(PLAN.c.publish_at, PLAN.c.made_at, PLAN.c.id)).mappings()
    return tuple(_plan(row) for row in rows)


def end_plan(
    connection: Connection, plan_id: str, state: PlanState, number: int | None = None, refused: Iterable[str] = ()
) -> bool:
    """False: it has ended already, by another clock or by a person."""
    mine = (PLAN.c.id == plan_id, PLAN.c.state == "planned")
    why = json.dumps(tuple(refused), ensure_ascii=False) if state == "refused" else None
    row = update(PLAN).where(*mine).values(state=state, version=number, refused=why)
    return connection.execute(row).rowcount == 1


def raise_item(connection: Connection, plan_id: str, now: datetime) -> None:
    """Somebody must see that what was planned has not come true."""
    row = {"id": new_id(), "kind": REFUSED_PLAN, "detail": plan_id, "made_at": now}
    connection.execute(insert(supervisor_item).values(**row))


def _plan(row: RowMapping) -> Plan:
    refused = tuple(json.loads(row["refused"])) if row["refused"] else ()
    warnings = tuple(json.loads(row["warnings"]))
    return Plan(**{**row, "state": cast(PlanState, row["state"]), "warnings": warnings, "refused": refused})
