"""The supervisor's read model: the live board of her departments, put together from what each room has measured."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, RowMapping, select

from adapters.schema import callback_request
from callbacks import limit_store, settlement_store
from desks.line import expected_wait_store
from desks.queue.items import items, promised
from desks.scope_store import Scope, sees_request
from desks.supervision import overview_store as board
from desks.supervision.board import Caller, Colleague, Figures, Overview, Pause, Promised, Talk
from desks.supervision.judged import Counted, JudgedToday
from desks.view.parts import desk_name, topic_path
from routing_rules.model import LANGUAGES, Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


def overview(services: "Services", scope: Scope, language: str) -> Overview:
    """Names in the page's ``language``."""
    rules, now = services.rules.current(), services.clock.now()
    today = datetime.combine(now.astimezone(zone := ZoneInfo(rules.time_zone)).date(), time(0), zone)
    with services.database.read() as connection:
        return Overview(
            callers=_callers(connection, rules, scope, language),
            colleagues=_colleagues(connection, rules, scope, language),
            items=items(connection, rules, scope, language),
            figures=_figures(connection, rules, scope, now, today, language, services.judged),
            pauses=_pauses(connection, rules, scope, now, language),
            stops=limit_store.stops(connection),
            reports=_reports(connection, rules, scope, today, language),
            wait_error=expected_wait_store.error(connection, today, scope),
        )


def may_see_request(services: "Services", scope: Scope, request_id: str) -> bool:
    with services.database.read() as connection:
        return sees_request(connection, scope, request_id)


def promised_one(services: "Services", request_id: str, language: str) -> Promised | None:
    one = select(callback_request).where(callback_request.c.id == request_id)
    with services.database.read() as connection:
        row = connection.execute(one).mappings().first()
        return None if row is None else promised(services.rules.current(), row, language)


def _callers(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Caller, ...]:
    return tuple(
        Caller(
            row["id"],
            topic_path(rules, row["topic"], language),
            row["service_language"],
            desk_name(rules, row["desk"], language),
            row["urgent"],
            row["state"],
            row["line_time_at"],
            row["place_told"],
            row["wait_told_minutes"],
        )
        for row in board.callers(connection, scope)
    )


def _colleagues(connection: Connection, rules: Ruleset, scope: Scope, language: str) -> tuple[Colleague, ...]:
    """Whoever serves one of the reader's departments, with what they have in hand where it is one of hers too."""
    found = []
    for row in board.colleagues(connection):
        desks = json.loads(row["departments"])
        if scope is None or set(desks) & set(scope):
            names, spoken = tuple(desk_name(rules, d, language) for d in desks), tuple(json.loads(row["languages"]))
            talk = _talk(rules, row, scope, language)
            found.append(Colleague(row["name"], names, spoken, row["state"], row["since_at"], talk))
    return tuple(found)


def _talk(rules: Ruleset, row: RowMapping, scope: Scope, language: str) -> Talk | None:
    if row["token"] is None:
        return None
    since = row["connected_at"] or row["made_at"]
    if scope is not None and not {row["department"], row["desk"]} & set(scope):
        return Talk(row["offer_state"], (), None, None, since)  # another department's: that she is busy, no more
    path, token = topic_path(rules, row["topic"], language), row["token"] if row["offer_state"] == "connected" else None
    return Talk(row["offer_state"], path, row["request_id"], row["caller_id"], since, token, row["listened_by"])


def _figures(
    connection: Connection,
    rules: Ruleset,
    scope: Scope,
    now: datetime,
    today: datetime,
    language: str,
    judged: JudgedToday,
) -> tuple[Figures, ...]:
    counted: list[Iterable[Mapping[str, Any]]] = [
        map(dict, board.waiting(connection, scope)),
        map(dict, board.callbacks(connection, scope, [one.id for one in rules.departments], now)),
        _by_verdict(judged.counted(connection, scope, today, now)),
        map(dict, board.still_to_keep(connection, scope, today + timedelta(days=1))),
    ]
    found: dict[tuple[str, str], Figures] = {}
    for row in chain.from_iterable(counted):
        key = (str(row["desk"]), str(row["language"]))
        more: dict[str, Any] = {name: row[name] for name in row if name not in ("desk", "language")}
        found[key] = replace(found.get(key, Figures(*key)), **more)
    order = {department.id: n for n, department in enumerate(rules.departments)}
    ordered = sorted(found, key=lambda key: (order.get(key[0], len(order)), key[0], LANGUAGES.index(key[1])))
    return tuple(replace(found[key], desk=desk_name(rules, key[0], language)) for key in ordered)


def _by_verdict(counted: Counted) -> list[dict[str, Any]]:
    return [{"desk": desk, "language": language, verdict: n} for (desk, language, verdict), n in counted.items()]


def _pauses(connection: Connection, rules: Ruleset, scope: Scope, now: datetime, language: str) -> tuple[Pause, ...]:
    return tuple(
        Pause(
            row["desk"],
            desk_name(rules, row["desk"], language),
            row["reason"],
            row["made_at"],
            row["until_at"],
            row["author_name"] or row["author"],
        )
        for row in board.pauses(connection, now)
        if scope is None or row["desk"] in scope
    )


def _reports(
    connection: Connection, rules: Ruleset, scope: Scope, today: datetime, language: str
) -> tuple[settlement_store.Report, ...]:
    found = settlement_store.reports(connection, today - timedelta(days=1), scope)
    return tuple(replace(one, desk=desk_name(rules, one.desk, language)) for one in found)
