"""What else is promised to the same number, what was promised in this talk, and what could be. A read model."""

from sqlalchemy import RowMapping, select

from adapters.schema import callback_request, promise_told
from callbacks.model import Refused
from callbacks.numbers import callable_number
from callbacks.store import IS_OPEN
from desks.talk.times import next_times
from desks.view.card import NextTime, OpenRequest, Promised
from desks.view.looking import Looking
from desks.view.parts import e164_of, topic_path

MOST = 10


def open_requests(look: Looking, number_id: str | None, own: str | None, about: str | None) -> tuple[OpenRequest, ...]:
    """Of the same number. A number proves nobody: what is sensitive stays with the department whose matter it is."""
    if number_id is None:
        return ()
    query = select(callback_request).where(callback_request.c.number_id == number_id, IS_OPEN)
    query = query.order_by(callback_request.c.window_start_at).limit(MOST)
    rows = look.connection.execute(query.where(callback_request.c.id != (own or ""))).mappings()
    return tuple(_open(look, row, row["id"] == about) for row in rows if _may_see(look, row))


def _may_see(look: Looking, row: RowMapping) -> bool:
    if look.scope is None or not look.rules.topic(row["topic"]).sensitive:
        return True
    return row["department"] in look.scope or row["desk"] in look.scope


def _open(look: Looking, row: RowMapping, rings_about: bool) -> OpenRequest:
    return OpenRequest(
        row["id"],
        topic_path(look.rules, row["topic"], look.language),
        row["state"],
        row["window_start_at"],
        row["window_end_at"],
        row["promise_words"],
        row["language"],
        row["code"],
        rings_about,
    )


def promised(look: Looking, current: RowMapping) -> tuple[Promised, ...]:
    """By this agent since she took this matter, newest first; the sentence stays before her until she is free."""
    query = (
        select(promise_told.c.words, callback_request)
        .join(callback_request, callback_request.c.id == promise_told.c.request_id)
        .where(promise_told.c.who == look.agent_id, promise_told.c.via == "agent")
        .where(promise_told.c.at >= (current["accepted_at"] or current["made_at"]))
        .where(callback_request.c.id != (current["request_id"] or ""))
        .order_by(promise_told.c.at.desc())
        .limit(MOST)
    )
    found: dict[str, Promised] = {}
    for row in look.connection.execute(query).mappings():
        path = topic_path(look.rules, row["topic"], look.language)
        found.setdefault(row["id"], Promised(row["id"], path, row["words"], row["language"], row["code"]))
    return tuple(found.values())


def not_rung(look: Looking, number_id: str | None) -> str | None:
    """Why no ring can be promised to the number that is on the line; None: it can."""
    own = frozenset({look.services.settings.city_number, look.services.caller_id})
    found = callable_number(e164_of(look.connection, number_id), own, look.rules.allowed_countries)
    return found.reason if isinstance(found, Refused) else None


def next_time(look: Looking, topic: str, language: str) -> NextTime | None:
    first = next(iter(next_times(look.services, look.connection, topic, language, most=1)), None)
    if first is None:
        return None
    return NextTime(topic, first.code, first.words, language, first.window.start, first.window.end)
