"""Recordings that the provider holds and no row knows: the news of them was lost. Messages are taken in by their call,
or for the general desk where nothing is known of it, and never deleted unheard. Talks are deleted: nobody can show that
the resident was told.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Literal

from adapters.database import Transaction
from adapters.recording_list import Listed, NotListed, listed
from adapters.voice_gateway import Done, NotDone, ProviderCall, Unknown
from ivr.dialogue.menus import DEFAULT_LANGUAGE
from recordings import deletion_store, sound_store
from recordings.model import LEAST_SECONDS, Announced
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
LATE = timedelta(minutes=15)  # business time; until then the news may still come, or be tried again
NAMED_WITHIN = timedelta(days=7)  # longer than the provider may be silent about a recording of ours
UNTOLD = timedelta(days=1)  # business time until a recorded talk that no row knows is deleted
HANDFUL = 5  # more talks than this that no row knows: the record was put back to an older one
SPOKEN = "RecordVerb"
AT_ONCE = 100  # looked for in one question
MOST = 200  # asked about in one go
REMEMBERED = 100_000  # names of recordings that are not ours

Still = Callable[[], bool]
Whose = Literal["ours", "forgotten", "foreign", "unknown"]  # forgotten: the provider no longer knows its call


def always() -> bool:
    return True


def adopt(services: "Services", foreign: set[str] | None = None, still: Still = always) -> int:
    """How many were taken in. ``foreign``: those that were found not to be ours; they are not asked about again."""
    foreign = foreign if foreign is not None else set()
    taken, talks = 0, list[Listed]()
    for one in islice(_unknown(services, foreign), MOST):
        whose = _whose(services, one)
        if whose == "foreign":
            foreign.add(one.recording_sid)
        elif one.source != SPOKEN:
            talks.append(one)
        elif whose in ("ours", "forgotten"):
            taken += _taken(services, one)
        if not still():
            break
    if len(foreign) > REMEMBERED:
        foreign.clear()
    _untold(services, talks)
    return taken


def _unknown(services: "Services", foreign: set[str]) -> Iterator[Listed]:
    before = services.clock.now() - LATE
    found, seen = _told(services), set(foreign)
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


def _whose(services: "Services", one: Listed) -> Whose:
    """An account may carry other numbers, with messages that are not for us."""
    with services.database.read() as connection:
        if sound_store.call_of(connection, one.call_sid) or sound_store.we_rang(connection, one.call_sid):
            return "ours"
    match services.gateway.look_up(one.call_sid):
        case ProviderCall(to=to):
            return "ours" if to in (services.settings.city_number, services.caller_id) else "foreign"
        case NotDone(status=404):
            return "forgotten"
        case NotDone() | Unknown():
            return "unknown"


def _taken(services: "Services", one: Listed) -> int:
    """Of a forgotten call too: rather a message too many at the general desk than one lost."""
    LOG.warning("a message whose news was lost is taken in", extra=_named(one))
    services.database.run(partial(_announce, services, one))
    return 1


def _named(one: Listed) -> dict[str, str]:
    return {"recording_sid": one.recording_sid, "call": one.call_sid, "source": one.source}


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


# --- talks -------------------------------------------------------------------------------------------------------


def _untold(services: "Services", talks: list[Listed]) -> None:
    """Recorded talks that no row knows. Nobody can show that the resident was told before, so there is no ground to
    hold or hear them (GDPR 5.1 a, 13, 17.1 d): deleted at the provider after a day, with the proof. A recording of
    which a talk may still be told keeps its time; many at once are a record that was put back, and a person looks."""
    for one in talks:
        LOG.warning("a recorded talk that no row knows", extra=_named(one))
    before, old = services.clock.now() - UNTOLD, list[Listed]()
    named = services.clock.now() - NAMED_WITHIN
    with services.database.read() as connection:
        for one in talks:
            if one.made_at < before and not sound_store.awaits_a_name(connection, one.call_sid, named):
                old.append(one)
    if len(old) > HANDFUL:
        LOG.error("recorded talks that no row knows are kept: was the record put back?", extra={"talks": len(old)})
        return
    for one in old:
        if _whose(services, one) == "ours":  # a call that nobody knows may be another service's
            _delete_untold(services, one.recording_sid)


def _delete_untold(services: "Services", recording_sid: str) -> None:
    """The proof before the deed: whoever dies between finds it listed again, and proven once."""
    subject_id = recording_sid.removeprefix("RE")
    services.database.run(partial(_prove, services, subject_id))
    match services.gateway.delete_recording(recording_sid):
        case Done():
            found = "deleted"
        case NotDone(status=404):
            found = "absent"
        case NotDone() | Unknown():
            LOG.info("a recorded talk that no row knows is not deleted yet", extra={"recording_sid": recording_sid})
            return
    services.database.run(lambda tx: sound_store.prove_provider(tx.connection, subject_id, found))


def _prove(services: "Services", subject_id: str, tx: Transaction) -> None:
    if not sound_store.is_proven(tx.connection, subject_id):
        now = services.clock.now()
        deletion_store.prove(tx.connection, "talk", subject_id, None, "dropped", now, "service")
