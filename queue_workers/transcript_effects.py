"""Recorded sound becomes text, where the city has an extra for that. An order of the outbox, safely repeated."""

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from adapters.fault_points import reach
from queue_workers.orders import Outcome, Work
from recordings import sound_store, transcript_store, transcripts
from recordings.transcripts import Said
from recordings.vault import Reader, VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
AGAIN_SECONDS = 5.0
GIVEN_UP_SECONDS = 3600.0  # machine time until what was given up is ordered again


class TakenOver(Exception):
    """Somebody else has the order in hands by now, and does all of it."""


def forgotten(services: "Services") -> int:
    """Orders again what was given up, and what was never ordered: for as long as its page says that a text comes."""
    if services.transcriber is None:
        return 0
    young, ended_by = services.clock.now() - transcripts.TRIED_FOR, services.clock.machine() - GIVEN_UP_SECONDS
    with services.database.read() as connection:
        found = transcript_store.without_text(connection, young, ended_by)
    for recording_id in found:
        services.database.run(partial(services.outbox.again, kind="transcribe", ref=recording_id))
    return len(found)


def transcribe(services: "Services", recording_id: str, work: Work) -> Outcome:
    """Sealed beside the sound, then noted: what is not noted is swept away like any sound that no row wants."""
    with services.database.read() as connection:
        row = sound_store.get(connection, recording_id)
    if services.transcriber is None or row is None or row["stored_machine"] is None or sound_store.unwanted(row):
        return "not wanted"
    try:
        sound = _pieces(services.vault.open(recording_id), work)
        said = services.transcriber.transcribe(row["language"], sound)
        transcripts.kept(services.vault, recording_id, _while_ours(said, work))
    except TakenOver:
        return "taken over"
    except VaultError as error:
        LOG.error("sound cannot be read for its text", extra={"recording": recording_id, "why": str(error)})
        return AGAIN_SECONDS
    except Exception as error:  # the extra is not ours: whatever it raises, the sound stays and calls go on
        LOG.error("sound cannot be made text", extra={"recording": recording_id, "error": type(error).__name__})
        return AGAIN_SECONDS
    reach("text_sealed")
    note = partial(sound_store.note_transcribed, recording_id=recording_id, machine=services.clock.machine())
    if services.database.run(lambda tx: note(tx.connection)):
        services.changed()
        return "transcribed"
    services.vault.delete(transcripts.text_id(recording_id))  # its time came while it was listened to
    return "not wanted"


def _pieces(reader: Reader, work: Work) -> Iterator[bytes]:
    """The order stays in these hands for as long as sound is asked for."""
    for piece in reader.read():
        if not work.still():
            raise TakenOver
        yield piece


def _while_ours(said: Iterable[Said], work: Work) -> Iterator[Said]:
    """Also while words are made of sound that was read long ago, and whatever the extra makes of our exception."""
    for one in said:
        yield one
        if not work.still():
            raise TakenOver
    if not work.still():
        raise TakenOver
