"""What was spoken and then forgotten by some process: drafts whose call is over, sound that was announced and never
stored, sound that the provider still holds. Each is found again and moved on. Idempotent.
"""

import logging
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.voice_gateway import is_over
from recordings import sound_store, store
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
DRAFT_MINUTES = timedelta(minutes=10)  # business time; no message and its choice take that long
FETCHED_WITHIN = timedelta(days=7)  # business time until the sound is noted as lost; a key that is missing or a full
# disk may be found only after a holiday, and until then the provider's copy is there to be fetched
GIVEN_UP_SECONDS = 600.0  # machine time until what was given up is ordered again
FAILED_SECONDS = 3600.0  # and what was no sound at all: somebody's page of repairs, perhaps


def left_drafts(services: "Services") -> int:
    """Whoever spoke has left a message, also when nobody told us that she hung up."""
    with services.database.read() as connection:
        drafts = store.drafts_left(connection, services.clock.now() - DRAFT_MINUTES)
    over = [row for row in drafts if row["call_ended"] or is_over(services.gateway.look_up(row["call_sid"]))]
    for row in over:
        with services.database.write() as tx:
            Recordings(services, tx, services.rules.current()).kept(row["id"], heard=False)
    return len(over)


def unfinished_sound(services: "Services") -> int:
    """Orders again what was given up, or was never ordered: an order that still runs is not doubled."""
    machine, young = services.clock.machine(), services.clock.now() - FETCHED_WITHIN
    given_up, failed = machine - GIVEN_UP_SECONDS, machine - FAILED_SECONDS
    with services.database.read() as connection:
        rows = sound_store.unfinished(connection, young, given_up, failed)
    for row in rows:
        services.database.run(partial(_order, services, row))
    return len(rows)


def _order(services: "Services", row: RowMapping, tx: Transaction) -> None:
    recording_id = row["id"]
    if row["order"] == "fetch_recording" and row["made_at"] + FETCHED_WITHIN < services.clock.now():
        LOG.error("sound never came", extra={"recording": recording_id})
        Recordings(services, tx, services.rules.current()).failed(recording_id, "never came")
    else:
        services.outbox.again(tx, row["order"], recording_id)
