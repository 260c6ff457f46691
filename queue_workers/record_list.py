"""What the provider's list of a call's recordings says of a talk whose answer or news was lost. Nothing is asked for
again here: what may run already is looked for by name, or by when it began, and taken as what it is.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.voice_gateway import ProviderRecording
from recordings import talk_store as store
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services

Row = RowMapping | Mapping[str, Any]
LISTED_SECONDS = 60.0  # machine time that the provider's list may be behind
OVER = frozenset({"stopped", "processing", "completed", "absent", "deleted"})  # the provider's words
CLOCKS = timedelta(seconds=2)  # the provider tells whole seconds of its own clock


def look(services: "Services", row: RowMapping) -> bool | None:
    """Whether the list knows this talk's recording, which is then taken as it is; None: the list cannot be had."""
    found = services.gateway.recordings_of(row["call_sid"])
    if not isinstance(found, list):
        return None
    with services.database.read() as connection:
        rows = store.asked_of_call(connection, row["call_sid"])
    ours = next((one for one in found if owner(rows, one) == row["id"]), None)
    if ours is not None:
        services.database.run(partial(_adopt, services, row["id"], ours))
    return ours is not None


def is_settled(services: "Services", row: RowMapping) -> bool:
    """Whether nothing can run for an earlier talk that has no name yet: else two would be recorded on one leg."""
    return look(services, row) is False and is_past(services, row)


def is_past(services: "Services", row: RowMapping) -> bool:
    """The list would know by now."""
    asked = row["asked_machine"]
    return asked is None or bool(asked + LISTED_SECONDS < services.clock.machine())


def owner(rows: Sequence[Row], one: ProviderRecording) -> str | None:
    """Whose recording it is, by its name; without one, what our order began: the only talk's, or that of the talk in
    whose time it began, unless that one has another. A talk is never given what was said in the next.

    ``rows``: of the call, in the order in which they were made.
    """
    named = next((row["id"] for row in rows if row["recording_sid"] == one.sid), None)
    talks = [row for row in rows if row["kind"] == "talk"]
    if named is not None or not one.started_here or not talks:
        return named
    last = talks[-1] if len(talks) == 1 else _last_before(talks, one)
    return str(last["id"]) if last is not None and last["recording_sid"] is None else None


def _last_before(talks: Sequence[Row], one: ProviderRecording) -> Row | None:
    started = one.started
    if started is None:
        return None
    return next((row for row in reversed(talks) if row["made_at"] <= started + CLOCKS), None)


def _adopt(services: "Services", recording_id: str, ours: ProviderRecording, tx: Transaction) -> None:
    row = store.get(tx.connection, recording_id, held=True)
    if row is None or store.is_another(tx.connection, recording_id, ours.sid):
        return
    talks = RecordedTalks(services, tx)
    if ours.status == "completed":
        talks.whole(row, ours.sid, ours.seconds or 0)
    elif ours.status == "absent":
        talks.absent(row, "absent")
    elif ours.status not in OVER:
        talks.runs(row, ours.sid)
    elif row["state"] == "ended" and ours.status != "deleted":
        talks.named(row, ours.sid)
