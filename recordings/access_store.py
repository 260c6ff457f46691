"""Who heard or took which recording, in SQL; and what decides whether she may. Statements only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select

from adapters.ids import new_id
from adapters.schema import agent, callback_request, offer, recording, sound_access
from recordings.access import Deed, Reason

ACCESS = sound_access
MOST = 200


def recorded(connection: Connection, recording_id: str) -> RowMapping | None:
    """The recording, with the department and desk of its matter."""
    of = callback_request.c
    matter = (
        of.department.label("matter_department"),
        of.desk.label("matter_desk"),
        of.code.label("matter_code"),
        of.closed_at,
    )
    query = select(recording, *matter).outerjoin(callback_request, callback_request.c.id == recording.c.request_id)
    return connection.execute(query.where(recording.c.id == recording_id)).mappings().first()


def before_whom(connection: Connection, request_id: str | None) -> frozenset[str]:
    """Agents whose card shows this matter now."""
    if request_id is None:
        return frozenset()
    query = select(offer.c.agent_id).where(offer.c.request_id == request_id, offer.c.state != "ended")
    return frozenset(str(agent_id) for agent_id in connection.scalars(query))


def note(
    connection: Connection, recording_id: str, agent_id: str, at: datetime, deed: Deed, reason: Reason, why: str | None
) -> None:
    row = {"recording_id": recording_id, "agent_id": agent_id, "at": at, "deed": deed, "reason": reason, "why": why}
    connection.execute(insert(ACCESS).values(id=new_id(), **row))


def last(connection: Connection, recording_id: str, agent_id: str, deed: Deed) -> datetime | None:
    """When this person last gave her reason for it."""
    mine = (ACCESS.c.recording_id == recording_id, ACCESS.c.agent_id == agent_id, ACCESS.c.deed == deed)
    return connection.scalar(select(ACCESS.c.at).where(*mine).order_by(ACCESS.c.at.desc()).limit(1))


def of_recording(connection: Connection, recording_id: str) -> Sequence[RowMapping]:
    """The newest first, with names; of the command line, its user."""
    query = select(ACCESS, agent.c.name).outerjoin(agent, agent.c.id == ACCESS.c.agent_id)
    found = query.where(ACCESS.c.recording_id == recording_id).order_by(ACCESS.c.at.desc(), ACCESS.c.id.desc())
    return connection.execute(found.limit(MOST)).mappings().all()
