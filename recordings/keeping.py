"""The retention rules carried out: one bounded batch in one transaction, with its proof and its orders to the provider.

Begun again from the start it finds only what is left; a kill between two batches leaves nothing half done.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.fault_points import reach
from adapters.schema import call, recording
from recordings import deletion_store, hold_store, provider_store
from recordings import keeping_store as store
from recordings.keeping_store import After, Sort
from recordings.retention import Fact, Policy, is_due, none_after, of_message, policy_of

if TYPE_CHECKING:
    from bootstrap import Services

SERVICE = "service"
YOUNG = timedelta(days=1)  # a number that was noted just now may be about to be referred to


@dataclass(frozen=True)
class Batch:
    """``after``: where the next one goes on; None: this sort is finished."""

    after: Any
    gone: int


class Keeping:
    """One night's batches: by the rules and the moment it began with."""

    def __init__(self, services: "Services", day: str) -> None:
        self.services, self.day = services, day
        self.now = services.clock.now()
        self.policy: Policy = policy_of(services.rules.plain())

    # --- sound ---------------------------------------------------------------------------------------------------

    def sounds(self, after: After | None) -> Batch:
        before = none_after(self.policy, ("talk", "message", "call"), self.now)
        with self.services.database.read() as connection:
            rows = deletion_store.sounds(connection, before, after)
        due = [row for row in rows if is_due(self.policy, fact_of_sound(row), self.now)]
        gone = self.services.database.run(partial(self._delete_sounds, due)) if due else 0
        return Batch(_next(rows, "made_at"), gone)

    def _delete_sounds(self, due: Sequence[RowMapping], tx: Transaction) -> int:
        free = [row for row in _not_held(tx, due, "id") if not deletion_store.held(tx.connection, row["id"])]
        gone = sum(delete_sound(self.services, tx, row["id"], "retention", SERVICE) for row in free)
        reach("keeping_before_commit")
        return gone

    # --- numbers, texts, notes -----------------------------------------------------------------------------------

    def sort(self, sort: Sort, after: After | None) -> Batch:
        with self.services.database.read() as connection:
            rows = store.page(connection, sort, none_after(self.policy, (sort.kind,), self.now), after)
        due = [row for row in rows if is_due(self.policy, _fact(sort, row), self.now)]
        gone = self.services.database.run(partial(self._let_go, sort, due)) if due else 0
        return Batch(_next(rows, "at"), gone)

    def _let_go(self, sort: Sort, due: Sequence[RowMapping], tx: Transaction) -> int:
        free = {row["id"]: row["department"] for row in _not_held(tx, due, "recording")}
        for held in _of_held_calls(tx, sort, free):
            del free[held]
        gone = store.let_go(tx.connection, sort, list(free)) if free else []
        for kind, sid in provider_store.records(tx.connection, sort.table, gone):
            self.services.outbox.order(tx, kind, sid)
        for department, count in Counter(free[one] for one in gone).items():
            deletion_store.count_in(tx.connection, sort.proof, self.day, department, self.now, count)
        reach("keeping_before_commit")
        return len(gone)

    def numbers(self, last_id: str | None) -> Batch:
        with self.services.database.read() as connection:
            nobodys, after = deletion_store.numbers(connection, self.now - YOUNG, last_id or "")
        gone = self.services.database.run(partial(self._forget, nobodys)) if nobodys else 0
        return Batch(after, gone)

    def _forget(self, ids: Sequence[str], tx: Transaction) -> int:
        gone = deletion_store.forget_numbers(tx.connection, ids)
        if gone:
            deletion_store.count_in(tx.connection, "number", self.day, None, self.now, gone)
        return gone

    def finished(self, gone: int) -> None:
        """The night's own line in the proofs: that it was done, also where nothing was due."""
        now = self.services.clock.now()
        self.services.database.run(
            lambda tx: deletion_store.prove(
                tx.connection,
                deletion_store.NIGHT,
                self.day,
                None,
                "retention",
                now,
                SERVICE,
                gone,
            )
        )


def delete_sound(services: "Services", tx: Transaction, recording_id: str, why: str, by: str) -> bool:
    """Row, proof and both orders in one transaction. False: it was deleted before."""
    now = services.clock.now()
    row = deletion_store.mark_deleted(tx.connection, recording_id, now)
    if row is None:
        return False
    there = row["recording_sid"] is not None and row["removed_machine"] is None
    if row["stored_machine"] is not None or there:
        kind = "talk" if row["kind"] == "talk" else "message"
        said = None if there else "deleted" if row["recording_sid"] is not None else "absent"
        deletion_store.prove(tx.connection, kind, recording_id, row["department"], why, now, by, 1, row["sha256"], said)
    services.outbox.again(tx, "drop_sound", recording_id)
    if there:
        services.outbox.again(tx, "delete_recording", recording_id)
    tx.after_commit(services.changed)
    return True


def delete_named(services: "Services", tx: Transaction, row: RowMapping, why: str, by: str) -> None:
    """Let go of before the provider had named it: proved and deleted there now."""
    deletion_store.prove(tx.connection, "talk", row["id"], row["department"], why, services.clock.now(), by)
    services.outbox.again(tx, "delete_recording", row["id"])


def fact_of_sound(row: RowMapping) -> Fact:
    if row["kind"] == "talk":
        return Fact("talk", row["made_at"], row["department"])
    is_open = row["request_id"] is not None and row["closed_at"] is None
    return of_message(row["made_at"], row["heard_at"], row["closed_at"], row["department"], is_open=is_open)


def _fact(sort: Sort, row: RowMapping) -> Fact:
    return Fact(sort.kind, row["since"], row["department"], row["topic"])


def _next(rows: Sequence[RowMapping], at: str) -> tuple[datetime, Any] | None:
    return (rows[-1][at], rows[-1]["id"]) if len(rows) == store.PAGE else None


def _not_held(tx: Transaction, rows: Iterable[RowMapping], recording: str) -> list[RowMapping]:
    """Without those that lie under a legal hold: their own, their matter's or their number's."""
    rows = list(rows)
    names = ("request_id", "number_id") if rows and "request_id" in rows[0] else ("request", "number")
    ids = [{row[name] for row in rows if row[name] is not None} for name in (recording, *names)]
    hold_store.lock(tx.connection, *ids)
    held = {(hold.kind, hold.subject_id) for hold in hold_store.covering(tx.connection, *ids)}
    kinds = ("recording", "request", "number")
    return [
        row for row in rows
        if not any((kind, row[name]) in held for kind, name in zip(kinds, (recording, *names), strict=True))
    ]  # fmt: skip


def _of_held_calls(tx: Transaction, sort: Sort, ids: Collection[str]) -> set[str]:
    """Of these, those that keep their number because nothing else leads to the provider's record of a held call."""
    if sort.table is call:
        return _held_calls(tx, ids)
    if sort.table is not recording:
        return set()
    calls = provider_store.calls_of(tx.connection, ids)
    held = _held_calls(tx, set(calls.values()))
    return {one for one, sid in calls.items() if sid in held}


def _held_calls(tx: Transaction, call_sids: Collection[str]) -> set[str]:
    """Those of these calls in which a held matter began, or whose sound is held."""
    about = provider_store.matters(tx.connection, call_sids)
    ids = [{one for _, kind, one in about if kind == wanted} for wanted in ("recording", "request")]
    hold_store.lock(tx.connection, *ids)
    held = {(hold.kind, hold.subject_id) for hold in hold_store.covering(tx.connection, *ids)}
    return {sid for sid, kind, one in about if (kind, one) in held}
