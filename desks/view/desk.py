"""The desk's read model: what one agent sees now, read from the record. It changes nothing and knows no words."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from adapters.schema import agent, callback_request, offer, presence, waiting_caller
from desks.line.line_store import REQUESTED, WAITING
from desks.store import HEARTBEAT_SECONDS, may_be_rung
from desks.view.card import DeskView, JustEnded, LineCounts
from desks.view.card_read import card_of
from desks.view.looking import Looking
from desks.view.parts import topic_path

if TYPE_CHECKING:
    from bootstrap import Services

JUST = timedelta(minutes=2)
WITHOUT_HER_DOING = ("no_answer", "busy", "failed", "caller_gone", "withdrawn", "lost", "unknown")


def desk_view(services: "Services", agent_id: str, language: str = "fi") -> DeskView:
    """Everything on the agent's page; names of topics and desks in the page's ``language``."""
    with services.database.read() as connection:
        look = Looking(services, connection, agent_id, language, services.clock.now())
        here = connection.execute(select(presence).where(presence.c.agent_id == agent_id)).mappings().first()
        card = card_of(look)
        return DeskView(
            presence=here["state"] if here else "offline",
            reason=here["reason"] if here else None,
            presence_since=here["since_at"] if here else None,
            break_after_call=bool(here["break_after_call"]) if here else False,
            tab=here["tab"] if here and not _fell_silent(services, here["heartbeat_machine"]) else None,
            reserve=_reserve(look),
            offer=card,
            just_ended=None if card else _just_ended(look),
            line=_line(look),
        )


def was_offered_to(services: "Services", agent_id: str, token: str) -> bool:
    """Whether this matter is or was hers; another agent's is as unknown to her as one that never existed."""
    one = select(offer.c.token).where(offer.c.token == token, offer.c.agent_id == agent_id)
    with services.database.read() as connection:
        return connection.execute(one).first() is not None


def _fell_silent(services: "Services", heartbeat: float) -> bool:
    return services.clock.machine() - heartbeat > HEARTBEAT_SECONDS


def _reserve(look: Looking) -> bool:
    one = select(agent.c.reserve_telephone).where(agent.c.id == look.agent_id)
    return look.connection.scalar(one) is not None


def _just_ended(look: Looking) -> JustEnded | None:
    row = look.connection.execute(
        select(offer.c.outcome, offer.c.ended_at, func.coalesce(callback_request.c.topic, waiting_caller.c.topic))
        .join(callback_request, callback_request.c.id == offer.c.request_id, isouter=True)
        .join(waiting_caller, waiting_caller.c.id == offer.c.caller_id, isouter=True)
        .where(offer.c.agent_id == look.agent_id, offer.c.state == "ended")
        .order_by(offer.c.made_at.desc())
        .limit(1)
    ).first()
    if row is None or row[0] not in WITHOUT_HER_DOING or row[1] is None or look.now - row[1] > JUST:
        return None
    return JustEnded(row[0], topic_path(look.rules, row[2], look.language), row[1])


def _line(look: Looking) -> LineCounts:
    connection = look.connection
    mine = select(agent.c.departments, agent.c.languages).where(agent.c.id == look.agent_id)
    one = connection.execute(mine).first()
    if one is None:
        return LineCounts(0, 0, None)
    desks, languages = json.loads(one.departments), json.loads(one.languages)
    waiting = connection.execute(
        select(func.count(), func.min(waiting_caller.c.line_time_at)).where(
            WAITING,
            waiting_caller.c.desk.in_(desks),
            waiting_caller.c.service_language.in_(languages),
        )
    ).one()
    due = connection.scalar(
        select(func.count()).where(
            REQUESTED,
            callback_request.c.due_at <= look.now,
            may_be_rung(look.now),
            callback_request.c.desk.in_(desks),
            callback_request.c.language.in_(languages),
        )
    )
    return LineCounts(waiting[0], due or 0, waiting[1])
