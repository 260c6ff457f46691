"""Recordings to be found and looked at: what has become of the sound of each. A read model; it changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, RowMapping

from recordings import access_store, found_store, hold_store
from recordings.found_store import Filter, Reader
from recordings.hold_store import Hold
from recordings.keeping import fact_of_sound
from recordings.model import OPEN_TALK_STATES
from recordings.retention import due_at, policy_of

if TYPE_CHECKING:
    from bootstrap import Services

Standing = Literal["running", "coming", "ready", "failed", "nothing", "deleted"]


@dataclass(frozen=True)
class Keeps:
    """A hold that keeps this recording from being deleted, and who placed it."""

    hold: Hold
    by: str


@dataclass(frozen=True)
class Known:
    """What stands around one recording. Agents by name."""

    agent: str | None  # of a talk
    code: str | None  # of its matter
    heard: tuple[RowMapping, ...]  # who listened or downloaded, the newest first
    holds: tuple[Keeps, ...]  # its own, its matter's and its number's, the oldest first
    proofs: tuple[RowMapping, ...]
    goes_at: datetime | None  # when its department's rules delete it, unless it is held; None: its time has not begun


def standing(row: RowMapping) -> Standing:
    if row["deleted_at"] is not None:
        return "deleted"
    if row["stored_machine"] is not None:
        return "ready"
    if row["kind"] == "talk" and row["state"] in OPEN_TALK_STATES:
        return "running"
    if row["state"] == "absent":
        return "nothing"
    return "coming" if row["failed"] is None else "failed"


def listed(
    services: "Services", scope: tuple[str, ...] | None, wanted: Filter, most: int
) -> tuple[tuple[RowMapping, ...], dict[str, str]]:
    """The recordings, and the agents whose things she may ask for."""
    topics = {each.id for each in services.rules.current().topics if not each.sensitive}
    with services.database.read() as connection:
        rows = found_store.found(connection, Reader(scope, topics), wanted, most)
        return tuple(rows), found_store.names(connection, scope)


def known(services: "Services", row: RowMapping) -> Known:
    with services.database.read() as connection:
        return Known(
            agent=found_store.name_of(connection, row["agent_id"]),
            code=row["matter_code"],
            heard=tuple(access_store.of_recording(connection, row["id"])),
            holds=_holds(connection, row),
            proofs=tuple(found_store.proofs(connection, row["id"])),
            goes_at=due_at(policy_of(services.rules.current()), fact_of_sound(row)),
        )


def _holds(connection: Connection, row: RowMapping) -> tuple[Keeps, ...]:
    requests, numbers = ((one,) if one is not None else () for one in (row["request_id"], row["number_id"]))
    placed = hold_store.covering(connection, (row["id"],), requests, numbers)
    return tuple(Keeps(one, found_store.name_of(connection, one.made_by) or one.made_by) for one in placed)
