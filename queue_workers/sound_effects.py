"""Recorded sound on its way: fetched into the vault, noted, then deleted at the provider, in that order. Each step may
be done twice, or by two at once; whatever dies between two of them, the next try finds what is left to do.
"""

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.fault_points import reach
from adapters.media import Fetched, Incoming, Never, NotYet
from adapters.voice_gateway import Done, NotDone, Unknown
from queue_workers.orders import Outcome, Work
from recordings import sound_store
from recordings.service import Recordings
from recordings.transcripts import text_id
from recordings.vault import NoLonger, NoSound, Sealed, VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
AGAIN_SECONDS = 1.0
SHORT_TRIES, SHORT_SECONDS = 5, 600.0  # a file cut short is all that there is once it came equally short so often and
# so long after it first did; a single bad answer must not become the only copy
KEPT_THERE = timedelta(days=3).total_seconds()  # machine time that the provider's copy outlives a short one of ours
GONE = NotYet("http 404")
NEAR_SECONDS, NEAR_PART = 3, 0.1  # as near as two countings of one length must be


def fetch_recording(services: "Services", recording_id: str, work: Work) -> Outcome:
    """The address is made from the recording's name alone; too early is tried again, no sound at all is noted."""
    row = _recording(services, recording_id)
    if row is None or row["stored_machine"] is not None or row["recording_sid"] is None:
        return "not wanted"
    if sound_store.unwanted(row):
        return drop_sound(services, recording_id)
    with services.media.opening(row["recording_sid"]) as incoming:
        if not isinstance(incoming, Incoming):
            return _not_fetched(services, recording_id, incoming)
        reach("sound_opened")
        return _kept(services, row, incoming, work)


def _kept(services: "Services", row: RowMapping, incoming: Incoming, work: Work) -> Outcome:
    """Sealed piece by piece as it comes; noted only once it rests."""
    recording_id = row["id"]
    try:
        with services.vault.writing(recording_id) as writer:
            poured = incoming.pour(writer.write, work.still)
            if not isinstance(poured, Fetched):
                return _not_fetched(services, recording_id, poured)
            if not poured.whole and not _is_all(services, recording_id, poured):
                return _not_fetched(services, recording_id, NotYet("cut short"))
            reach("sound_poured")
            sealed = writer.seal(work.still, lambda: _is_wanted(services, recording_id))
    except NoLonger as error:
        return _not_fetched(services, recording_id, NotYet(str(error)))
    except VaultError as error:
        LOG.error("sound cannot be stored", extra={"recording": recording_id, "why": str(error)})
        return AGAIN_SECONDS
    reach("sound_sealed")
    return _noted(services, row, poured, sealed, work)


def _is_wanted(services: "Services", recording_id: str) -> bool:
    """Not stored by another meanwhile, whose sound would be replaced, nor dropped."""
    row = _recording(services, recording_id)
    return row is not None and row["stored_machine"] is None and not sound_store.unwanted(row)


def _is_all(services: "Services", recording_id: str, poured: Fetched) -> bool:
    """Cut short: whether it came so often and so long enough to be believed. Each such try is noted."""
    machine = services.clock.machine()
    seen = services.database.run(lambda tx: sound_store.note_short(tx.connection, recording_id, poured.bytes, machine))
    return seen.tries >= SHORT_TRIES and machine - seen.since >= SHORT_SECONDS


def _noted(services: "Services", row: RowMapping, poured: Fetched, sealed: Sealed, work: Work) -> Outcome:
    """One transaction: stored, this order done, and the next one, to delete it there, in the same hands."""
    recording_id = row["id"]
    _compare(row, poured)
    rules = services.rules.current()

    def note(tx: Transaction) -> bool:
        recordings = Recordings(services, tx, rules)
        if not recordings.stored(recording_id, sealed, poured.content_type, poured.seconds):
            return False
        work.settle_in(tx, "stored")
        if poured.whole:
            sound_store.forget_short(tx.connection, recording_id)
            work.go_on_with(tx, "delete_recording", recording_id)
        else:
            sound_store.put_off_deletion(tx.connection, recording_id, services.clock.machine() + KEPT_THERE)
        return True

    if not poured.whole:
        LOG.error("sound is cut short; the provider's copy stays there for days", extra={"recording": recording_id})
    noted = services.database.run(note)
    reach("sound_noted")
    return "stored" if noted else drop_sound(services, recording_id)


def _compare(row: RowMapping, poured: Fetched) -> None:
    announced, found = row["seconds"], poured.seconds
    if not poured.whole or abs(announced - found) > max(NEAR_SECONDS, NEAR_PART * announced):
        seen = {"recording": row["id"], "announced": announced, "found": found, "whole": poured.whole}
        LOG.warning("sound is not as long as was announced", extra=seen)


def _not_fetched(services: "Services", recording_id: str, answer: NotYet | Never) -> Outcome:
    if isinstance(answer, NotYet):
        LOG.info("sound not there yet", extra={"recording": recording_id, "why": answer.why})
        return AGAIN_SECONDS
    LOG.warning("sound cannot be fetched", extra={"recording": recording_id, "why": answer.why})
    rules = services.rules.current()
    services.database.run(lambda tx: Recordings(services, tx, rules).failed(recording_id, answer.why))
    return f"failed: {answer.why}"


def drop_sound(services: "Services", recording_id: str) -> Outcome:
    """What the caller spoke anew, what its time has come for, and what no row knows must not lie in the vault; a
    message that is kept is never touched."""
    row = _recording(services, sound_store.owner_of(recording_id))
    if row is not None and not sound_store.unwanted(row):
        return "not wanted"
    try:
        services.vault.delete(recording_id)
        if recording_id == sound_store.owner_of(recording_id):
            services.vault.delete(text_id(recording_id))
    except VaultError as error:
        LOG.error("sound not deleted", extra={"recording": recording_id, "why": str(error)})
        return AGAIN_SECONDS
    return "dropped"


def delete_recording(services: "Services", recording_id: str, work: Work) -> Outcome:
    """Only once we hold the sound ourselves, or nobody wants it. What is not there is deleted already.

    A refusal is no end (a token that is being changed): what a resident said must not stay at the provider.
    """
    row = _recording(services, recording_id)
    if row is None or row["recording_sid"] is None:
        return "not wanted"
    unwanted = sound_store.unwanted(row)
    if not unwanted and (outcome := _not_ours_yet(services, row, work)) is not None:
        return outcome
    match services.gateway.delete_recording(row["recording_sid"]):
        case Done():
            found = "deleted"
        case NotDone(status=404):
            found = "absent"
        case NotDone(status=status, code=code):
            LOG.warning("sound not deleted", extra={"recording": recording_id, "why": f"refused {status} {code}"})
            return AGAIN_SECONDS
        case Unknown(why):
            LOG.info("sound not deleted", extra={"recording": recording_id, "why": why})
            return AGAIN_SECONDS
    reach("sound_deleted")
    keep = services.database.run if row["deleted_at"] is not None else services.database.run_light
    keep(partial(_gone_there, services, row, found, work))  # lost, it is deleted again; a proof must last at once
    return "deleted"


def _gone_there(services: "Services", row: RowMapping, found: str, work: Work, tx: Transaction) -> None:
    sound_store.gone_there(tx.connection, row, services.clock.machine(), found)
    work.settle_in(tx, "deleted")


def _not_ours_yet(services: "Services", row: RowMapping, work: Work) -> Outcome | None:
    """None: it rests here, and can be opened. The provider's copy may be the only one, whatever the row says."""
    if row["stored_machine"] is None:
        return "not wanted"
    if row["short_bytes"] is not None and (outcome := _short_here(services, row, work)) is not None:
        return outcome
    try:
        services.vault.open(row["id"])
    except NoSound:
        LOG.error("sound is missing from the vault", extra={"recording": row["id"]})
        rules = services.rules.current()
        services.database.run(lambda tx: Recordings(services, tx, rules).missing(row["id"]))
        return "missing: fetched again"
    except VaultError as error:
        LOG.error("sound not deleted", extra={"recording": row["id"], "why": str(error)})
        return AGAIN_SECONDS
    return None


def _short_here(services: "Services", row: RowMapping, work: Work) -> Outcome | None:
    """Ours is cut short: the provider is asked a last time, days later. None: it has no more of it either."""
    if services.clock.machine() < row["stored_machine"] + KEPT_THERE:
        return "ours is short: kept there"
    with services.media.opening(row["recording_sid"]) as incoming:
        found = incoming.pour(len, work.still) if isinstance(incoming, Incoming) else incoming
    if isinstance(found, Fetched) and (found.whole or found.bytes > row["bytes"]):
        rules = services.rules.current()
        services.database.run(lambda tx: Recordings(services, tx, rules).missing(row["id"]))
        return "longer there: fetched again"
    if isinstance(found, Fetched) or found == GONE:
        return None
    LOG.info("sound not deleted", extra={"recording": row["id"], "why": found.why})
    return AGAIN_SECONDS


def _recording(services: "Services", recording_id: str) -> RowMapping | None:
    with services.database.read() as connection:
        return sound_store.get(connection, recording_id)
