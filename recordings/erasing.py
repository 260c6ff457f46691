"""A resident's right of erasure: all of one number goes, here and at the provider; what the law wants kept is told.

Sound first, a piece at a time, then everything else in one transaction with its proofs and orders. Whatever dies in
between, doing it again finds the number still there and goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    def kept_stays(self) -> frozenset[str]:
        return frozenset(row["id"] for row in self.found.stays if row["request_id"] in self.kept_requests)

    @property
    def kept_tokens(self) -> frozenset[str]:
        """Talks about a held matter, also of a live caller, whose matter only her stay names, and held sounds."""
        talks = {row["offer_token"] for row in self.found.recordings if row["id"] in self.kept_sounds}
        return frozenset(
            row["token"] for row in self.found.offers
            if row["request_id"] in self.kept_requests or row["caller_id"] in self.kept_stays or row["token"] in talks
        )  # fmt: skip

    @property
    def began(self) -> frozenset[str]:
        """Calls in which a held matter began, also one that she asked for to another telephone."""
        asked = (*self.found.requests, *self.found.asked)
        return frozenset(row["origin_call_sid"] for row in asked if row["id"] in self.kept_requests)

    @property
    def kept_calls(self) -> frozenset[str]:
        """Those in which a held matter began or was spoken of: a request without its call proves nothing. And those of
        held sounds: without a number no night would find what the provider's log says of them."""
        stayed = {row["call_sid"] for row in self.found.stays if row["id"] in self.kept_stays}
        spoken = {row["call_sid"] for row in self.found.recordings if row["id"] in self.kept_sounds}
        return frozenset((self.began | stayed | spoken) - {None})

    @property
    def kept_sounds(self) -> tuple[str, ...]:
        own = {hold.subject_id for hold in self.holds if hold.kind == "recording"}
        theirs = {
            row["id"] for row in self.found.recordings
            if row["request_id"] in self.kept_requests or row["call_sid"] in self.began
        }  # fmt: skip
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


@dataclass(frozen=True)
class Partly:
    """What came up when sound had gone already: the rest is still there, and is erased when it is done again."""

    why: Obstacle
    sounds: int


class _StillOpen(Exception):
    """A request that would not be cancelled: forgotten, it would be open for ever and ring nobody."""


def look(connection: Connection, e164: str, now: datetime) -> Seen | None:
    """None: the record holds nothing about this number."""
    number_id = number_of(connection, e164)
    if number_id is None:
        return None
    found = everything(connection, number_id)
    held = hold_store.covering(connection, [row["id"] for row in found.recordings], _matters(found), [number_id])
    still = tuple(row["id"] for row in found.requests if row["state"] not in FINAL)
    return Seen(found, held, still, erasing_store.still_on_the_line(connection, found, now))


def _matters(found: Everything) -> set[str]:
    """Her requests, those that she asked for to another telephone, and those that she was spoken to about."""
    spoken = {row["request_id"] for rows in (found.stays, found.recordings, found.texts, found.items) for row in rows}
    return (spoken | {row["id"] for row in (*found.requests, *found.asked)}) - {None}


def obstacle(seen: Seen | None, also_open: bool) -> Obstacle | None:
    if seen is None:
        return "unknown"
    if any(hold.kind == "number" for hold in seen.holds):
        return "held"
    if seen.on_line:
        return "on_line"
    return "open" if set(seen.open_requests) - set(seen.kept_requests) and not also_open else None


def erase(services: "Services", e164: str, by: str, why: str, *, also_open: bool = False) -> Obstacle | Partly | Seen:
    """What was erased, as it was seen before. Done again, it is unknown."""
    with services.database.read() as connection:
        seen = look(connection, e164, services.clock.now())
    if (hindered := obstacle(seen, also_open)) is not None:
        return hindered
    assert seen is not None
    gone = 0
    for recording_id in seen.sounds:
        gone += services.database.run(partial(_sound, services, recording_id, by))
        reach("erased_a_part")
    try:
        last = services.database.run(partial(_all_else, services, e164, by, why, also_open))
    except _StillOpen:
        last = "on_line"
    if isinstance(last, Seen):
        return seen
    return Partly(last, gone) if gone else last


def _sound(services: "Services", recording_id: str, by: str, tx: Transaction) -> bool:
    """False: gone already, or held since we looked."""
    if deletion_store.held(tx.connection, recording_id):
        return False
    gone = delete_sound(services, tx, recording_id, ERASURE, by)
    erasing_store.blank_sounds(tx.connection, [recording_id])
    return gone


def _all_else(
    services: "Services", e164: str, by: str, why: str, also_open: bool, tx: Transaction
) -> Obstacle | Seen:  # fmt: skip
    """Looked at anew inside the transaction: who has rung meanwhile is not erased half, nor what is held meanwhile."""
    first = look(tx.connection, e164, services.clock.now())
    if first is not None:
        sounds = [row["id"] for row in first.found.recordings]
        hold_store.lock(tx.connection, sounds, _matters(first.found), [first.found.number_id])
    seen = look(tx.connection, e164, services.clock.now())
    if (hindered := obstacle(seen, also_open)) is not None:
        return hindered
    assert seen is not None
    _cancel(services, tx, seen)
    for recording_id in seen.sounds:
        _sound(services, recording_id, by, tx)
    _order_at_provider(services, tx, seen)
    _blank_and_prove(services, tx, seen, by)
    _forget(services, tx, seen, e164, by)
    audit.note(tx, services.clock, "command line", "resident_erasure", "number", seen.found.number_id, None, why)
    tx.after_commit(services.changed)
    reach("erasing_before_commit")
    return seen


def _forget(services: "Services", tx: Transaction, seen: Seen, e164: str, by: str) -> None:
    calls = [row["call_sid"] for row in seen.found.calls if row["call_sid"] not in seen.kept_calls]
    erasing_store.forget_calls(tx.connection, calls, e164)
    erasing_store.unlink(tx.connection, seen.found, seen.kept_requests, seen.kept_sounds, seen.kept_calls)
    gone = deletion_store.forget_numbers(tx.connection, [seen.found.number_id])
    _prove(services, tx, seen, by, {"call": len(calls), "request": len(seen.requests), "number": gone})


def _cancel(services: "Services", tx: Transaction, seen: Seen) -> None:
    """She is not rung any more; nothing is texted to a number that is to be forgotten."""
    told = Promises(services, tx, services.rules.current())
    for request_id in sorted(set(seen.open_requests) - set(seen.kept_requests)):
        last = {"outcome": "cancelled", "note": None}
        if not promises.transition(tx.connection, request_id, "cancel", services.clock.now(), "caller", **last):
            raise _StillOpen
        told.close_items(request_id)


def _blank_and_prove(services: "Services", tx: Transaction, seen: Seen, by: str) -> None:
    tokens = [row["token"] for row in seen.found.offers if row["token"] not in seen.kept_tokens]
    stays = [row["id"] for row in seen.found.stays if row["id"] not in seen.kept_stays]
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
    """Hers, those that we made to her, and those in which she spoke: an erasure that met a hold on a sound left its
    request without her number, and only the sound leads to its call."""
    spoken = {row["call_sid"] for row in seen.found.recordings if row["number_id"] == seen.found.number_id}
    rung = {row["resident_call_sid"] for row in seen.found.offers if row["token"] not in seen.kept_tokens}
    held = {row["call_sid"] for row in seen.found.recordings if row["id"] in seen.kept_sounds}
    return ({row["call_sid"] for row in seen.found.calls} | rung | spoken) - held - seen.kept_calls - {None}
