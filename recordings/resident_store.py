"""Everything that the record holds about one telephone number, table by table, by indexes. Statements only.

A request belongs to the number that is rung. Of one that she asked for to another telephone she gets that she asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, RowMapping, Select, and_, or_, select

from adapters.schema import (
    agent,
    audit_event,
    call,
    callback_event,
    callback_request,
    code_try,
    legal_hold,
    offer,
    phone_number,
    promise_told,
    recording,
    route_decision,
    sound_access,
    supervisor_item,
    text_message,
    transfer,
    waiting_caller,
)

Rows = Sequence[RowMapping]


@dataclass(frozen=True)
class Everything:
    """``asked``: rings to another telephone; ``routes``: why her calls went where; ``deeds``: what supervisors did to
    her matters; ``heard``: who listened to which sound, with her role."""

    number_id: str
    calls: Rows
    routes: Rows
    tries: Rows
    requests: Rows
    asked: Rows
    events: Rows
    promises: Rows
    stays: Rows
    offers: Rows
    transfers: Rows
    texts: Rows
    recordings: Rows
    heard: Rows
    items: Rows
    holds: Rows
    deeds: Rows


def number_of(connection: Connection, e164: str) -> str | None:
    found = connection.scalar(select(phone_number.c.id).where(phone_number.c.e164 == e164))
    return None if found is None else str(found)


def _asked_elsewhere(number_id: str) -> Select[tuple[object, ...]]:
    """Rings that she asked for to another telephone."""
    elsewhere = or_(callback_request.c.number_id.is_(None), callback_request.c.number_id != number_id)
    return select(callback_request).where(callback_request.c.asked_by_number_id == number_id, elsewhere)


def _offers(matters: list[str], lines: list[str]) -> Select[tuple[object, ...]]:
    about = or_(offer.c.request_id.in_(matters), offer.c.caller_id.in_(lines))
    return select(offer, agent.c.role).join(agent).where(about).order_by(offer.c.made_at)


def _rows(connection: Connection, query: Select[tuple[object, ...]]) -> Rows:
    return connection.execute(query).mappings().all()


def everything(connection: Connection, number_id: str) -> Everything:
    rows = partial(_rows, connection)

    def of_number(table: object, order: str) -> Rows:
        return rows(select(table).where(table.c.number_id == number_id).order_by(table.c[order]))  # type: ignore[attr-defined,call-overload]

    calls, requests = of_number(call, "arrived_at"), of_number(callback_request, "created_at")
    stays = of_number(waiting_caller, "joined_at")
    matters, lines = [row["id"] for row in requests], [row["id"] for row in stays]
    offers = rows(_offers(matters, lines))
    tokens = [row["token"] for row in offers]
    unnumbered = and_(recording.c.number_id.is_(None), recording.c.request_id.in_(matters))
    hers = or_(recording.c.number_id == number_id, unnumbered)  # another telephone's voice is its owner's
    recordings = rows(select(recording).where(hers).order_by(recording.c.made_at))
    sounds = [row["id"] for row in recordings]
    heard = select(sound_access, agent.c.role).outerjoin(agent, agent.c.id == sound_access.c.agent_id)
    subjects = [*matters, *lines, *tokens, *sounds, number_id]
    routes = select(route_decision).where(route_decision.c.call_sid.in_([row["call_sid"] for row in calls]))
    holds = select(legal_hold).where(legal_hold.c.subject_id.in_([*matters, *sounds, number_id]))
    deeds = select(audit_event, agent.c.role).outerjoin(agent, agent.c.id == audit_event.c.who)
    events = select(callback_event, agent.c.role).outerjoin(agent, agent.c.id == callback_event.c.who)
    return Everything(
        number_id,
        calls,
        rows(routes.order_by(route_decision.c.id)),
        of_number(code_try, "made_machine"),
        requests,
        rows(_asked_elsewhere(number_id).order_by(callback_request.c.created_at)),
        rows(events.where(callback_event.c.request_id.in_(matters)).order_by(callback_event.c.id)),
        rows(select(promise_told).where(promise_told.c.request_id.in_(matters)).order_by(promise_told.c.at)),
        stays,
        offers,
        rows(select(transfer).where(transfer.c.token.in_(tokens)).order_by(transfer.c.made_at)),
        of_number(text_message, "created_at"),
        recordings,
        rows(heard.where(sound_access.c.recording_id.in_(sounds)).order_by(sound_access.c.at)),
        of_number(supervisor_item, "made_at"),
        rows(holds.order_by(legal_hold.c.made_at)),
        rows(deeds.where(audit_event.c.subject_id.in_(subjects)).order_by(audit_event.c.id)),
    )
