"""Recorded talks in SQL: rows of ``recording`` of the kind ``talk``, their guarded steps, and what repairs look for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, func, or_, select, text, update

from adapters.database import insert_once
from adapters.schema import offer, outbox, recording
from recordings.model import OPEN_TALK_STATES, TALK, TalkEvent

RECORDING = recording
TALKS = RECORDING.c.kind == "talk"
AT_ONCE = 50
LAST_SUFFIX = "z" * 13  # sorts behind every suffix of an order
# A partial index serves a query only where the query says the same in the same words.
UNFINISHED = text("recording.state IN ('asked','running','paused','ended')")
ASKED = or_(RECORDING.c.recording_sid.is_not(None), RECORDING.c.asked_machine.is_not(None))
TALKING = ("accepted", "dialing", "connected")  # the offer's states
UNANSWERED = 0.0  # of ``asked_machine``: asked, and the answer was lost; whoever comes next may ask again


def add(connection: Connection, values: Mapping[str, Any]) -> bool:
    """False: this talk has its recording already."""
    return insert_once(connection, RECORDING, values, ("offer_token",))


def get(connection: Connection, recording_id: str, *, held: bool = False) -> RowMapping | None:
    query = select(RECORDING).where(RECORDING.c.id == recording_id, TALKS)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def by_token(connection: Connection, token: str) -> RowMapping | None:
    """For writing, by what rides in the provider's news."""
    query = select(RECORDING).where(RECORDING.c.token == token, TALKS)
    return connection.execute(query.with_for_update()).mappings().first()


def of_offer(connection: Connection, offer_token: str, *, held: bool = False) -> RowMapping | None:
    query = select(RECORDING).where(RECORDING.c.offer_token == offer_token, TALKS)
    return connection.execute(query.with_for_update() if held else query).mappings().first()


def tokens_of_call(connection: Connection, call_sid: str) -> Sequence[str]:
    """Of its recorded talks, in the order in which they began."""
    query = select(RECORDING.c.offer_token).where(RECORDING.c.call_sid == call_sid, TALKS)
    return connection.execute(query.order_by(RECORDING.c.made_at, RECORDING.c.id)).scalars().all()


def is_on_hold(connection: Connection, offer_token: str | None) -> bool:
    return bool(connection.scalar(select(offer.c.on_hold).where(offer.c.token == offer_token)))


def is_another(connection: Connection, recording_id: str, recording_sid: str) -> bool:
    """The provider's name belongs to another recording of ours."""
    other = select(RECORDING.c.id).where(RECORDING.c.recording_sid == recording_sid, RECORDING.c.id != recording_id)
    return connection.execute(other).first() is not None


def step(connection: Connection, row: RowMapping, event: TalkEvent, **values: Any) -> bool:
    """One guarded step from the state that was looked at; False changes nothing."""
    goal = TALK.transitions.get((row["state"], event))
    if goal is None:
        return False
    same = update(RECORDING).where(RECORDING.c.id == row["id"], RECORDING.c.state == row["state"], TALKS)
    return connection.execute(same.values(state=goal, **values)).rowcount == 1


def note(connection: Connection, recording_id: str, **values: Any) -> None:
    connection.execute(update(RECORDING).where(RECORDING.c.id == recording_id, TALKS).values(**values))


def claim_start(connection: Connection, recording_id: str, now: float) -> bool:
    """Marked as asked before the provider is; never again for the same talk."""
    unasked = (RECORDING.c.asked_machine.is_(None), RECORDING.c.recording_sid.is_(None), RECORDING.c.state == "asked")
    mine = update(RECORDING).where(RECORDING.c.id == recording_id, *unasked)
    return connection.execute(mine.values(asked_machine=now)).rowcount == 1


def claim_change(connection: Connection, recording_id: str, now: float, longest: float) -> bool:
    """One at a time: of two changes under way at once nobody knows which came last. False: another one is under way."""
    free = or_(RECORDING.c.asked_machine.is_(None), RECORDING.c.asked_machine < now - longest)
    mine = update(RECORDING).where(RECORDING.c.id == recording_id, free)
    return connection.execute(mine.values(asked_machine=now)).rowcount == 1


def older_of_call(connection: Connection, row: RowMapping) -> Sequence[RowMapping]:
    """Talks of the same call whose recording is over, and may still run at the provider, by a name or none yet."""
    same = (RECORDING.c.call_sid == row["call_sid"], RECORDING.c.id != row["id"], RECORDING.c.state == "ended")
    return (
        connection.execute(select(RECORDING).where(TALKS, *same, ASKED).order_by(RECORDING.c.made_at)).mappings().all()
    )


def asked_of_call(connection: Connection, call_sid: str) -> Sequence[RowMapping]:
    """Every recording of this call that the provider may hold, messages too, in the order in which they were made."""
    query = select(RECORDING).where(RECORDING.c.call_sid == call_sid, ASKED)
    return connection.execute(query.order_by(RECORDING.c.made_at)).mappings().all()


# --- what repairs look for ---------------------------------------------------------------------------------------


def unfinished(connection: Connection, before: datetime) -> Sequence[RowMapping]:
    """Talks whose file nobody has told of, in the order in which they began; with what their offer says. Not those
    that run as they should: many of them would hide what needs mending."""
    query = select(RECORDING, offer.c.state.label("offer_state"), offer.c.on_hold).outerjoin(
        offer, offer.c.token == RECORDING.c.offer_token
    )
    old = query.where(UNFINISHED, TALKS, RECORDING.c.made_at < before, ~_as_wished())
    return connection.execute(old.order_by(RECORDING.c.made_at).limit(AT_ONCE)).mappings().all()


def _as_wished() -> ColumnElement[bool]:
    """``recordings.model.wish`` in SQL, of a talk that goes on. Never unknown: a row without an offer is not."""
    table, silent = (
        RECORDING.c,
        or_(func.coalesce(offer.c.on_hold, False), func.coalesce(RECORDING.c.wanted, "") == "paused"),
    )
    wished = and_(table.state == case((silent, "paused"), else_="running"), func.coalesce(table.wanted, "") != "off")
    named = and_(table.recording_sid.is_not(None), table.asked_machine.is_(None))
    return and_(func.coalesce(offer.c.state, "").in_(TALKING), named, wished)


def is_ordered(connection: Connection, kind: str, recording_id: str) -> bool:
    """Somebody works on it, or will. The range holds the id itself and whatever follows it after a dot, however the
    database sorts the dot; an index serves it."""
    mine = (outbox.c.kind == kind, outbox.c.ref.between(recording_id, f"{recording_id}.{LAST_SUFFIX}"))
    query = select(outbox.c.id).where(*mine, outbox.c.done_machine.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def running(connection: Connection, offer_token: str) -> RowMapping | None:
    """For writing; None: nothing is recorded in this talk, or not any more."""
    row = of_offer(connection, offer_token, held=True)
    return row if row is not None and row["state"] in OPEN_TALK_STATES else None
