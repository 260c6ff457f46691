"""What was spoken and then forgotten by some process: drafts whose call is over, sound that was announced and never
stored, sound that the provider still holds. Each is found again and moved on. Idempotent.
"""

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.voice_gateway import NotDone, ProviderCall
from recordings import store
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
DRAFT_MINUTES = timedelta(minutes=10)  # business time; no message and its choice take that long
FETCHED_WITHIN = timedelta(days=7)  # business time until the sound is noted as lost; a key that is missing or a full
# disk may be found only after a holiday, and until then the provider's copy is there to be fetched
ENDED = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def left_drafts(services: "Services") -> int:
    """Whoever spoke has left a message, also when nobody told us that she hung up."""
    with services.database.read() as connection:
        drafts = store.drafts_left(connection, services.clock.now() - DRAFT_MINUTES)
    over = [row for row in drafts if row["call_ended"] or _is_over(services, row["call_sid"])]
    for row in over:
        with services.database.write() as tx:
            Recordings(services, tx, services.rules.current()).kept(row["id"], heard=False)
    return len(over)


def _is_over(services: "Services", call_sid: str) -> bool:
    found = services.gateway.look_up(call_sid)
    if isinstance(found, ProviderCall):
        return found.status in ENDED
    return isinstance(found, NotDone) and found.status == 404


def unfinished_sound(services: "Services") -> int:
    """Orders again what was given up: an order that still runs is not doubled."""
    with services.database.read() as connection:
        rows = store.unfinished(connection)
    for row in rows:
        with services.database.write() as tx:
            _order(services, Recordings(services, tx, services.rules.current()), row)
    return len(rows)


def _order(services: "Services", recordings: Recordings, row: RowMapping) -> None:
    tx, recording_id = recordings.tx, row["id"]
    if row["stored_machine"] is not None or row["state"] == "dropped":
        services.outbox.order(tx, "delete_recording", recording_id)
    elif row["made_at"] + FETCHED_WITHIN < services.clock.now():
        LOG.error("sound never came", extra={"recording": recording_id})
        recordings.failed(recording_id, "never came")
    else:
        services.outbox.order(tx, "fetch_recording", recording_id)
