"""A resident's right of erasure: all of one number goes, here and at the provider; what the law wants kept is told.

Sound first, a piece at a time, then everything else in one transaction with its proofs and orders. Whatever dies in
between, doing it again finds the number still there and goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection

from adapters.database import Transaction
from adapters.fault_points import reach
from callbacks import store as promises
from callbacks.service import Promises
from desks.supervision import audit
from recordings import deletion_store, erasing_store, hold_store
from recordings.hold_store import Hold
from recordings.keeping import delete_sound
from recordings.resident_store import Everything, everything, number_of

if TYPE_CHECKING:
    from bootstrap import Services

ERASURE = "erasure"
FINAL = frozenset({"done", "cancelled", "expired"})
Obstacle = Literal["unknown", "held", "on_line", "open"]


@dataclass(frozen=True)
class Seen:
    """What an erasure would meet."""

    found: Everything
    holds: tuple[Hold, ...]
    open_requests: tuple[str, ...]
    on_line: bool

    @property
    def kept_requests(self) -> tuple[str, ...]:
        return tuple(hold.subject_id for hold in self.holds if hold.kind == "request")

    @property
    def kept_sounds(self) -> tuple[str, ...]:
        own = {hold.subject_id for hold in self.holds if hold.kind == "recording"}
        theirs = {row["id"] for row in self.found.recordings if row["request_id"] in self.kept_requests}
        return tuple(sorted(own | theirs))

    @property
    def sounds(self) -> tuple[str, ...]:
        kept = set(self.kept_sounds)
        return tuple(row["id"] for row in self.found.recordings if row["id"] not in kept)

    @property
    def requests(self) -> tuple[str, ...]:
        kept = set(self.kept_requests)
        return tuple(row["id"] for row in self.found.requests if row["id"] not in kept)

    @property
    def texts(self) -> tuple[str, ...]:
        kept = set(self.kept_requests)
        return tuple(row["id"] for row in self.found.texts if row["request_id"] not in kept)


def look(connection: Connection, e164: str) -> Seen | None:
    """None: the record holds nothing about this number."""
    number_id = number_of(connection, e164)
    if number_id is None:
        return None
    found = everything(connection, number_id)
    requests, sounds = ([row["id"] for row in rows] for rows in (found.requests, found.recordings))
    held = hold_store.covering(connection, sounds, requests, [number_id])
    still = tuple(row["id"] for row in found.requests if row["state"] not in FINAL)
    return Seen(found, held, still, erasing_store.still_on_the_line(connection, found))


def obstacle(seen: Seen | None, also_open: bool) -> Obstacle | None:
    if seen is None:
        return "unknown"
    if any(hold.kind == "number" for hold in seen.holds):
        return "held"
    if seen.on_line:
        return "on_line"
    return "open" if set(seen.open_requests) - set(seen.kept_requests) and not also_open else None


def erase(services: "Services", e164: str, by: str, why: str, *, also_open: bool = False) -> Obstacle | Seen:
    """What was erased, as it was seen before. Done again, it is unknown."""
    with services.database.read() as connection:
        seen = look(connection, e164)
    if (hindered := obstacle(seen, also_open)) is not None:
        return hindered
    assert seen is not None
    for recording_id in seen.sounds:
        services.database.run(partial(_sound, services, recording_id, by))
        reach("erased_a_part")
    last: Obstacle | Seen = services.database.run(partial(_all_else, services, e164, by, why, also_open))
    return seen if isinstance(last, Seen) else last


def _sound(services: "Services", recording_id: str, by: str, tx: Transaction) -> None:
    delete_sound(services, tx, recording_id, ERASURE, by)
    erasing_store.blank_sounds(tx.connection, [recording_id])


def _all_else(
    services: "Services", e164: str, by: str, why: str, also_open: bool, tx: Transaction
) -> Obstacle | Seen:  # fmt: skip
    """Looked at anew inside the transaction: who has rung meanwhile is not erased half."""
    seen = look(tx.connection, e164)
    if (hindered := obstacle(seen, also_open)) is not None:
        return hindered
    assert seen is not None
    _cancel(services, tx, seen)
    for recording_id in seen.sounds:
        _sound(services, recording_id, by, tx)
    _order_at_provider(services, tx, seen)
    _blank_and_prove(services, tx, seen, by)
    calls = [row["call_sid"] for row in seen.found.calls]
    erasing_store.forget_calls(tx.connection, calls, e164)
    erasing_store.unlink(tx.connection, seen.found, seen.kept_requests, seen.kept_sounds)
    gone = deletion_store.forget_numbers(tx.connection, [seen.found.number_id])
    proofs = {"call": len(seen.found.calls), "request": len(seen.requests), "number": gone}
    _prove(services, tx, seen, by, proofs)
    audit.note(tx, services.clock, "command line", "resident_erasure", "number", seen.found.number_id, None, why)
    tx.after_commit(services.changed)
    reach("erasing_before_commit")
    return seen


def _cancel(services: "Services", tx: Transaction, seen: Seen) -> None:
    """She is not rung any more; nothing is texted to a number that is to be forgotten."""
    told = Promises(services, tx, services.rules.current())
    for request_id in sorted(set(seen.open_requests) - set(seen.kept_requests)):
        last = {"outcome": "cancelled", "note": None}
        promises.transition(tx.connection, request_id, "cancel", services.clock.now(), "caller", **last)
        told.close_items(request_id)


def _blank_and_prove(services: "Services", tx: Transaction, seen: Seen, by: str) -> None:
    kept = set(seen.kept_requests)
    tokens = [row["token"] for row in seen.found.offers if row["request_id"] not in kept]
    stays = [row["id"] for row in seen.found.stays if row["request_id"] not in kept]
    subjects: Sequence[str] = [*seen.requests, *stays, *tokens, *seen.sounds, seen.found.number_id]
    notes = erasing_store.blank(tx.connection, seen.requests, tokens, subjects)
    notes += erasing_store.blank_sounds(tx.connection, seen.sounds)
    _prove(services, tx, seen, by, {"note": notes, "text": erasing_store.blank_texts(tx.connection, seen.texts)})


def _prove(services: "Services", tx: Transaction, seen: Seen, by: str, counts: dict[str, int]) -> None:
    """The number's opaque id names nobody once its row is gone."""
    now, subject = services.clock.now(), seen.found.number_id
    for kind, count in counts.items():
        if count:
            deletion_store.prove(tx.connection, kind, subject, None, ERASURE, now, by, count)


def _order_at_provider(services: "Services", tx: Transaction, seen: Seen) -> None:
    """Its logs of calls and texts hold her number too."""
    texts = {row["id"]: row["message_sid"] for row in seen.found.texts}
    for text_id in seen.texts:
        if texts[text_id] is not None:
            services.outbox.order(tx, "delete_text", texts[text_id])
    for call_sid in sorted(calls_of(seen)):
        services.outbox.order(tx, "delete_call", call_sid)


def calls_of(seen: Seen) -> set[str]:
    """Hers, and those that we made to her."""
    kept = set(seen.kept_requests)
    rung = {row["resident_call_sid"] for row in seen.found.offers if row["request_id"] not in kept}
    held = {row["call_sid"] for row in seen.found.recordings if row["id"] in seen.kept_sounds}
    return ({row["call_sid"] for row in seen.found.calls} | rung) - held - {None}
