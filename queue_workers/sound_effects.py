"""Recorded sound on its way: fetched into the vault, then deleted at the provider, in that order. Each step may be done
twice; whatever dies between two of them, the next try finds what is left to do.
"""

import logging
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.media import Never, NotYet
from adapters.voice_gateway import Done, NotDone, Unknown
from recordings import store
from recordings.service import Recordings
from recordings.vault import VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
AGAIN_SECONDS = 1.0

Again = float  # machine seconds until the next try
Outcome = str | Again


def fetch_recording(services: "Services", recording_id: str) -> Outcome:
    """The address is made from the recording's name alone; too early is tried again, no sound at all is noted."""
    row = _recording(services, recording_id)
    if row is None or row["stored_machine"] is not None:
        return "not wanted"
    if row["state"] == "dropped":
        return drop_sound(services, recording_id)
    fetched = services.media.fetch(row["recording_sid"])
    match fetched:
        case NotYet(why):
            LOG.info("sound not there yet", extra={"recording": recording_id, "why": why})
            return AGAIN_SECONDS
        case Never(why):
            LOG.warning("sound cannot be fetched", extra={"recording": recording_id, "why": why})
            with services.database.write() as tx:
                Recordings(services, tx, services.rules.current()).failed(recording_id, why)
            return f"failed: {why}"
    try:
        services.vault.put(recording_id, fetched.sound)
    except VaultError as error:
        LOG.error("sound cannot be stored", extra={"recording": recording_id, "why": str(error)})
        return AGAIN_SECONDS
    with services.database.write() as tx:
        noted = Recordings(services, tx, services.rules.current()).stored(recording_id, fetched)
    return "stored" if noted else drop_sound(services, recording_id)


def drop_sound(services: "Services", recording_id: str) -> Outcome:
    """What the caller spoke anew must not lie in the vault; a message that is kept is never touched."""
    row = _recording(services, recording_id)
    if row is None or row["state"] != "dropped":
        return "not wanted"
    try:
        services.vault.delete(recording_id)
    except VaultError:
        return AGAIN_SECONDS
    return "dropped"


def delete_recording(services: "Services", recording_id: str) -> Outcome:
    """Only once we hold the sound ourselves, or nobody wants it. What is not there is deleted already.

    A refusal is no end (a token that is being changed): what a resident said must not stay at the provider.
    """
    row = _recording(services, recording_id)
    if row is None or (row["stored_machine"] is None and row["state"] != "dropped"):
        return "not wanted"
    match services.gateway.delete_recording(row["recording_sid"]):
        case Done() | NotDone(status=404):
            pass
        case NotDone(status=status, code=code):
            LOG.warning("sound not deleted", extra={"recording": recording_id, "why": f"refused {status} {code}"})
            return AGAIN_SECONDS
        case Unknown(why):
            LOG.info("sound not deleted", extra={"recording": recording_id, "why": why})
            return AGAIN_SECONDS
    with services.database.write() as tx:
        store.note(tx.connection, recording_id, removed_machine=services.clock.machine())
    return "deleted"


def _recording(services: "Services", recording_id: str) -> RowMapping | None:
    with services.database.read() as connection:
        return store.get(connection, recording_id)
