"""Recordings that the provider holds and no row knows: the news of them was lost. Taken in by their call, or for the
general desk where nothing is known of it; never deleted unheard.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from adapters.database import Transaction
from adapters.recording_list import Listed, NotListed, listed
from adapters.voice_gateway import NotDone, ProviderCall, Unknown
from ivr.dialogue.menus import DEFAULT_LANGUAGE
from recordings import sound_store
from recordings.model import LEAST_SECONDS, Announced
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
LATE = timedelta(minutes=15)  # business time; until then the news may still come, or be tried again
SPOKEN = "RecordVerb"
AT_ONCE = 100  # looked for in one question
MOST = 50  # taken in in one go


def adopt(services: "Services") -> int:
    """How many were taken in."""
    taken = 0
    for one in _unknown(services):
        taken += _taken(services, one)
        if taken >= MOST:
            break
    return taken


def _unknown(services: "Services") -> Iterator[Listed]:
    before = services.clock.now() - LATE
    found, seen = _told(services), set[str]()
    while slice_ := list(islice(found, AT_ONCE)):
        with services.database.read() as connection:
            seen |= sound_store.known_sids(connection, [one.recording_sid for one in slice_])
        for one in slice_:
            if one.recording_sid not in seen and one.status == "completed" and one.made_at < before:
                seen.add(one.recording_sid)  # pages may shift while they are read
                yield one


def _told(services: "Services") -> Iterator[Listed]:
    for one in listed(services.media.door):
        if isinstance(one, NotListed):
            LOG.info("recordings not listed", extra={"why": one.why})
        else:
            yield one


def _taken(services: "Services", one: Listed) -> bool:
    seen = {"recording_sid": one.recording_sid, "call": one.call_sid, "source": one.source}
    if one.source != SPOKEN:
        LOG.warning("a recorded talk that no row knows", extra=seen)
        return False
    with services.database.read() as connection:
        row = sound_store.call_of(connection, one.call_sid)
        ours = row is not None or sound_store.we_rang(connection, one.call_sid)
    if not ours and not _is_ours(services, one.call_sid):
        return False
    LOG.warning("a message whose news was lost is taken in", extra=seen)
    services.database.run(partial(_announce, services, one))
    return True


def _is_ours(services: "Services", call_sid: str) -> bool:
    """An account may carry other numbers, with messages that are not for us. A call that the provider has forgotten is
    taken for ours: rather a message too many at the general desk than one lost."""
    found = services.gateway.look_up(call_sid)
    match found:
        case ProviderCall(to=to):
            return to in (services.settings.city_number, services.caller_id)
        case NotDone(status=404):
            return True
        case NotDone() | Unknown():
            return False


def _announce(services: "Services", one: Listed, tx: Transaction) -> None:
    """As its news would have: a draft of its call, kept once that is over. Too short a length is not believed: it is
    the list's, and the sound would be thrown away for it."""
    row = sound_store.call_of(tx.connection, one.call_sid)
    rules = services.rules.current()
    topic = (row["topic"] if row is not None else None) or rules.general_topic
    language = (row["language"] if row is not None else None) or DEFAULT_LANGUAGE
    seconds = max(one.seconds, LEAST_SECONDS)
    recordings = Recordings(services, tx, rules)
    recordings.announced(
        Announced(one.recording_sid, one.call_sid, seconds, topic, language, "message", at=one.made_at)
    )
    if row is not None and row["ended_at"] is not None:
        recordings.call_ended(one.call_sid)
