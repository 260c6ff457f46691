"""Everything that the record holds about one telephone number, table by table, by indexes. Statements only.

What somebody else's telephone left is not hers, although she asked for that ring: a request belongs to the number that
is rung.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, Select, or_, select

from adapters.schema import (
    agent,
    audit_event,
    call,
    callback_event,
    callback_request,
    offer,
    phone_number,
    promise_told,
    recording,
    sound_access,
    supervisor_item,
    text_message,
    transfer,
    waiting_caller,
)

Rows = Sequence[RowMapping]


@dataclass(frozen=True)
class Everything:
    """``deeds``: what supervisors did to her matters; ``heard``: who listened to which sound, with her role."""

    number_id: str
    calls: Rows
    requests: Rows
    events: Rows
    promises: Rows
    stays: Rows
    offers: Rows
    transfers: Rows
    texts: Rows
    recordings: Rows
    heard: Rows
    items: Rows
    deeds: Rows


def number_of(connection: Connection, e164: str) -> str | None:
    found = connection.scalar(select(phone_number.c.id).where(phone_number.c.e164 == e164))
    return None if found is None else str(found)


def everything(connection: Connection, number_id: str) -> Everything:
    def rows(query: Select[tuple[object, ...]]) -> Rows:
        return connection.execute(query).mappings().all()

    def of_number(table: object, order: str) -> Rows:
        return rows(select(table).where(table.c.number_id == number_id).order_by(table.c[order]))  # type: ignore[attr-defined,call-overload]

    calls, requests = of_number(call, "arrived_at"), of_number(callback_request, "created_at")
    stays, texts = of_number(waiting_caller, "joined_at"), of_number(text_message, "created_at")
    matters, lines = [row["id"] for row in requests], [row["id"] for row in stays]
    about = or_(offer.c.request_id.in_(matters), offer.c.caller_id.in_(lines))
    offers = rows(select(offer, agent.c.role).join(agent).where(about).order_by(offer.c.made_at))
    tokens = [row["token"] for row in offers]
    hers = or_(recording.c.number_id == number_id, recording.c.request_id.in_(matters))
    recordings = rows(select(recording).where(hers).order_by(recording.c.made_at))
    sounds = [row["id"] for row in recordings]
    heard = select(sound_access, agent.c.role).outerjoin(agent, agent.c.id == sound_access.c.agent_id)
    subjects = [*matters, *lines, *tokens, *sounds, number_id]
    deeds = select(audit_event, agent.c.role).outerjoin(agent, agent.c.id == audit_event.c.who)
    events = select(callback_event, agent.c.role).outerjoin(agent, agent.c.id == callback_event.c.who)
    return Everything(
        number_id,
        calls,
        requests,
        rows(events.where(callback_event.c.request_id.in_(matters)).order_by(callback_event.c.id)),
        rows(select(promise_told).where(promise_told.c.request_id.in_(matters)).order_by(promise_told.c.at)),
        stays,
        offers,
        rows(select(transfer).where(transfer.c.token.in_(tokens)).order_by(transfer.c.made_at)),
        texts,
        recordings,
        rows(heard.where(sound_access.c.recording_id.in_(sounds)).order_by(sound_access.c.at)),
        of_number(supervisor_item, "made_at"),
        rows(deeds.where(audit_event.c.subject_id.in_(subjects)).order_by(audit_event.c.id)),
    )
