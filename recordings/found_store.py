"""The list of recordings and what is known of one, in SQL: filtered, bound to the reader's scope, paged by key."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, exists, or_, select, text, true

from adapters.schema import agent, callback_request, deletion, legal_hold, recording

RECORDING, REQUEST, HOLD = recording, callback_request, legal_hold
TALK = RECORDING.c.kind == "talk"
LEFT = text("recording.state NOT IN ('draft','dropped')")  # in these words: ix_recording_found is read by them


@dataclass(frozen=True)
class Filter:
    """Empty fields do not filter. ``before``: the recording to go on from."""

    kind: str = ""  # talk | message
    desk: str = ""
    agent: str = ""
    code: str = ""  # of the matter
    since: datetime | None = None
    until: datetime | None = None
    before: str = ""


@dataclass(frozen=True)
class Reader:
    scope: tuple[str, ...] | None
    open_topics: Collection[str]  # known and not sensitive


def found(connection: Connection, reader: Reader, wanted: Filter, most: int) -> Sequence[RowMapping]:
    """The newest first; with the matter's code, the agent's name, and whether it must be kept."""
    more = (REQUEST.c.code, agent.c.name.label("agent_name"), _held().label("held"))
    query = (
        select(RECORDING, *more)
        .outerjoin(REQUEST, REQUEST.c.id == RECORDING.c.request_id)
        .outerjoin(agent, agent.c.id == RECORDING.c.agent_id)
        .where(LEFT, _hers(reader), *_filters(connection, wanted))
    )
    newest = query.order_by(RECORDING.c.made_at.desc(), RECORDING.c.id.desc()).limit(most)
    return connection.execute(newest).mappings().all()


def _hers(reader: Reader) -> ColumnElement[bool]:
    if reader.scope is None:
        return true()
    answers = and_(REQUEST.c.desk.in_(reader.scope), RECORDING.c.topic.in_(sorted(reader.open_topics)))
    message = and_(~TALK, or_(REQUEST.c.department.in_(reader.scope), answers))
    return or_(RECORDING.c.department.in_(reader.scope), message)


def _held() -> ColumnElement[bool]:
    on = or_(
        and_(HOLD.c.kind == "recording", HOLD.c.subject_id == RECORDING.c.id),
        and_(HOLD.c.kind == "request", HOLD.c.subject_id == RECORDING.c.request_id),
        and_(HOLD.c.kind == "number", HOLD.c.subject_id == RECORDING.c.number_id),
    )
    return exists().where(HOLD.c.ended_at.is_(None), on).correlate(RECORDING)


def _filters(connection: Connection, wanted: Filter) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if wanted.kind:
        given.append(TALK if wanted.kind == "talk" else ~TALK)
    if wanted.desk:
        given.append(RECORDING.c.department == wanted.desk)
    if wanted.agent:
        given.append(or_(RECORDING.c.agent_id == wanted.agent, RECORDING.c.heard_by == wanted.agent))
    if wanted.code:
        given.append(REQUEST.c.code == wanted.code)
    if wanted.since is not None:
        given.append(RECORDING.c.made_at >= wanted.since)
    if wanted.until is not None:
        given.append(RECORDING.c.made_at < wanted.until)
    if wanted.before:
        given.append(_older(connection, wanted.before))
    return given


def _older(connection: Connection, last: str) -> ColumnElement[bool]:
    at = connection.scalar(select(RECORDING.c.made_at).where(RECORDING.c.id == last))
    if at is None:
        return true()
    return and_(RECORDING.c.made_at <= at, or_(RECORDING.c.made_at < at, RECORDING.c.id < last))


def proofs(connection: Connection, recording_id: str) -> Sequence[RowMapping]:
    """Of its deletion: when, by which rule or whose wish, what the provider said."""
    sound = deletion.c.kind.in_(("talk", "message"))
    query = select(deletion).where(deletion.c.subject_id == recording_id, sound).order_by(deletion.c.at)
    return connection.execute(query).mappings().all()


def names(connection: Connection, scope: tuple[str, ...] | None) -> dict[str, str]:
    """Whose talks and messages may be asked for."""
    query = select(agent.c.id, agent.c.name, agent.c.departments).order_by(agent.c.name)
    return {
        row.id: row.name
        for row in connection.execute(query)
        if scope is None or any(f'"{one}"' in row.departments for one in scope)
    }


def name_of(connection: Connection, agent_id: str | None) -> str | None:
    return connection.scalar(select(agent.c.name).where(agent.c.id == agent_id)) if agent_id else None
