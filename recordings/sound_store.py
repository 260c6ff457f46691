"""Where each recording's sound is, in SQL: announced, stored here, gone there; and what a repair looks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, case, or_, select, update

from adapters.schema import call, deletion, offer, outbox, recording

RECORDING = recording
AT_ONCE = 50
ID_LETTERS = 20
UNWANTED = or_(RECORDING.c.state == "dropped", RECORDING.c.deleted_at.is_not(None))


def unwanted(row: RowMapping) -> bool:
    """Spoken anew, or its time has come: neither the vault nor the provider is to hold it."""
    return row["state"] == "dropped" or row["deleted_at"] is not None


def owner_of(sound_id: str) -> str:
    """What rests beside a recording's sound bears its id and more."""
    return sound_id[:ID_LETTERS]


# Made once: each sound asks these, and putting them together costs as much as carrying them out.
BY_ID = select(RECORDING).where(RECORDING.c.id == bindparam("recording"))
NO_LONGER_SHORT = (
    update(RECORDING)
    .where(RECORDING.c.id == bindparam("recording"), RECORDING.c.short_bytes.is_not(None))
    .values(short_bytes=None, short_tries=None, short_machine=None)
)


def get(connection: Connection, recording_id: str) -> RowMapping | None:
    return connection.execute(BY_ID, {"recording": recording_id}).mappings().first()


def note_stored(connection: Connection, recording_id: str, **values: Any) -> bool:
    """False: stored before, or no longer wanted."""
    mine = (RECORDING.c.id == recording_id, RECORDING.c.stored_machine.is_(None), ~UNWANTED)
    return connection.execute(update(RECORDING).where(*mine).values(**values)).rowcount == 1


@dataclass(frozen=True)
class Short:
    """A file that was cut short: on how many tries equally so, and since when (machine time)."""

    tries: int
    since: float


def note_short(connection: Connection, recording_id: str, found: int, machine: float) -> Short:
    """Another length than the last time begins the count anew: it is growing, or the line is bad."""
    mine = RECORDING.c.id == recording_id
    again = update(RECORDING).where(mine, RECORDING.c.short_bytes == found)
    if connection.execute(again.values(short_tries=RECORDING.c.short_tries + 1)).rowcount == 0:
        first = update(RECORDING).where(mine)
        connection.execute(first.values(short_bytes=found, short_tries=1, short_machine=machine))
    row = connection.execute(select(RECORDING.c.short_tries, RECORDING.c.short_machine).where(mine)).one()
    return Short(row.short_tries, row.short_machine)


def forget_short(connection: Connection, recording_id: str) -> None:
    """A whole copy rests here."""
    connection.execute(NO_LONGER_SHORT, {"recording": recording_id})


def put_off_deletion(connection: Connection, recording_id: str, machine: float) -> None:
    """The provider's copy stays until then."""
    mine = (outbox.c.kind == "delete_recording", outbox.c.ref == recording_id, outbox.c.done_machine.is_(None))
    connection.execute(update(outbox).where(*mine).values(due_machine=machine))


def note_transcribed(connection: Connection, recording_id: str, machine: float) -> bool:
    """Its words rest beside it. False: it is no longer wanted."""
    mine = update(RECORDING).where(RECORDING.c.id == recording_id, ~UNWANTED)
    return connection.execute(mine.values(transcribed_machine=machine)).rowcount == 1


def note_missing(connection: Connection, recording_id: str) -> bool:
    """It does not rest here after all. False: the provider no longer holds it either, and the row stays as it is."""
    there = (RECORDING.c.id == recording_id, RECORDING.c.removed_machine.is_(None), ~UNWANTED)
    return connection.execute(update(RECORDING).where(*there).values(stored_machine=None)).rowcount == 1


def gone_there(connection: Connection, row: RowMapping, machine: float, found: str) -> None:
    """``found``: what the provider said, deleted or absent. Where there is a proof of deletion, it says so too."""
    connection.execute(update(RECORDING).where(RECORDING.c.id == row["id"]).values(removed_machine=machine))
    if row["deleted_at"] is not None:
        proof = update(deletion).where(deletion.c.subject_id == row["id"], deletion.c.at_provider.is_(None))
        connection.execute(proof.values(at_provider=found))


# --- what was forgotten ------------------------------------------------------------------------------------------


def _order() -> ColumnElement[str]:
    """What is to be done about a sound that the provider still holds."""
    done_with = or_(RECORDING.c.stored_machine.is_not(None), UNWANTED)
    return case((done_with, "delete_recording"), else_="fetch_recording")


def unfinished(connection: Connection, young: datetime, given_up: float, failed: float) -> Sequence[RowMapping]:
    """Sound that the provider still holds and nobody works on; ``order`` says what is to be done.

    ``young``: what could not be fetched for good is left alone if it is older. ``given_up``, ``failed`` (machine time):
    an order that ended later than that is left in peace for now, so that none hides the others.
    """
    kind = _order()
    awaited = and_(
        or_(RECORDING.c.kind != "talk", RECORDING.c.state == "kept"),
        or_(RECORDING.c.failed.is_(None), RECORDING.c.made_at > young),
    )
    ended_by = case((and_(kind == "fetch_recording", RECORDING.c.failed.is_not(None)), failed), else_=given_up)
    query = (
        select(RECORDING, kind.label("order"))
        .outerjoin(outbox, and_(outbox.c.ref == RECORDING.c.id, outbox.c.kind == kind))
        .where(RECORDING.c.removed_machine.is_(None), RECORDING.c.recording_sid.is_not(None))
        .where(or_(kind == "delete_recording", awaited))
        .where(or_(outbox.c.id.is_(None), outbox.c.done_machine < ended_by))
    )
    return connection.execute(query.order_by(RECORDING.c.made_at).limit(AT_ONCE)).mappings().all()


def resting_after(connection: Connection, last_id: str) -> list[str]:
    """Recordings whose sound is said to rest here, by id."""
    stored = (RECORDING.c.stored_machine.is_not(None), RECORDING.c.deleted_at.is_(None))  # as the index says
    query = (
        select(RECORDING.c.id)
        .where(RECORDING.c.id > last_id, *stored, RECORDING.c.state != "dropped")
        .order_by(RECORDING.c.id)
        .limit(AT_ONCE)
    )
    return [str(found) for found in connection.scalars(query)]


def wanted_by_id(connection: Connection, ids: Sequence[str]) -> dict[str, bool]:
    """Of those that a row knows: whether it wants its sound."""
    query = select(RECORDING.c.id, UNWANTED.label("unwanted")).where(RECORDING.c.id.in_(ids))
    return {str(row.id): not row.unwanted for row in connection.execute(query)}


# --- what the provider holds and we never heard of ---------------------------------------------------------------


def known_sids(connection: Connection, sids: Sequence[str]) -> set[str]:
    query = select(RECORDING.c.recording_sid).where(RECORDING.c.recording_sid.in_(sids))
    return {str(found) for found in connection.scalars(query)}


def call_of(connection: Connection, call_sid: str) -> RowMapping | None:
    return connection.execute(select(call).where(call.c.call_sid == call_sid)).mappings().first()


def we_rang(connection: Connection, call_sid: str) -> bool:
    return connection.execute(select(offer.c.token).where(offer.c.resident_call_sid == call_sid)).first() is not None


def awaits_a_name(connection: Connection, call_sid: str, since: datetime) -> bool:
    """A recorded talk of this call, begun since then, whose recording the provider has not named to us yet."""
    mine = (RECORDING.c.call_sid == call_sid, RECORDING.c.recording_sid.is_(None), RECORDING.c.made_at >= since)
    return connection.execute(select(RECORDING.c.id).where(*mine)).first() is not None


def is_proven(connection: Connection, subject_id: str) -> bool:
    return connection.execute(select(deletion.c.id).where(deletion.c.subject_id == subject_id)).first() is not None


def prove_provider(connection: Connection, subject_id: str, found: str) -> None:
    proof = update(deletion).where(deletion.c.subject_id == subject_id, deletion.c.at_provider.is_(None))
    connection.execute(proof.values(at_provider=found))
