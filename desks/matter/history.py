"""A matter's whole history: every event in order, with who. A read model; it changes nothing.

What happened stands in several tables. Another department's matter is as unknown as one that never existed.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from desks.matter import history_store as record
from desks.matter.history_telling import Telling, in_order, people
from desks.matter.model import Happening, Matter
from desks.scope_store import Scope, sees_request
from desks.view.parts import desk_name, grouped, topic_path
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


def of_request(services: "Services", scope: Scope, request_id: str, language: str) -> Matter | None:
    """None: unknown, or another department's. Names in the page's ``language``."""
    rules = services.rules.current()
    with services.database.read() as connection:
        row = record.request(connection, scope, request_id)
        if row is None:
            return None
        return _matter(connection, rules, row, language, _of_request(connection, rules, row["id"], language))


def of_caller(services: "Services", scope: Scope, line_id: str, language: str) -> Matter | None:
    rules = services.rules.current()
    with services.database.read() as connection:
        row = record.caller(connection, scope, line_id)
        if row is None:
            return None
        matter = _matter(connection, rules, row, language, _of_caller(connection, rules, row["id"], language))
        hers = row["request_id"] is not None and sees_request(connection, scope, row["request_id"])
        return replace(matter, about=row["request_id"] if hers else None)


def _of_request(connection: Connection, rules: Ruleset, id_: str, language: str) -> list[Happening]:
    tell = Telling(rules, language, record.offers(connection, request_id=id_))
    return [
        *tell.events(record.events(connection, id_)),
        *tell.promises(record.told(connection, id_)),
        *tell.texts(record.texts(connection, id_)),
        *tell.sounds(record.sounds(connection, id_)),
        *tell.stays(record.stays(connection, id_)),
        *_around(connection, tell),
        *tell.deeds(record.deeds(connection, {"request": (id_,), "offer": tuple(tell.by_token)})),
    ]


def _of_caller(connection: Connection, rules: Ruleset, id_: str, language: str) -> list[Happening]:
    tell = Telling(rules, language, record.offers(connection, line_id=id_))
    return [
        *tell.line(record.line_events(connection, id_)),
        *tell.notes(),
        *_around(connection, tell),
        *tell.deeds(record.deeds(connection, {"caller": (id_,), "offer": tuple(tell.by_token)})),
    ]


def _around(connection: Connection, tell: Telling) -> list[Happening]:
    """Who was asked into the talks, who listened, and what was recorded of them."""
    tokens = tuple(tell.by_token)
    return [
        *tell.transfers(record.transfers(connection, tokens)),
        *tell.listenings(record.listenings(connection, tokens)),
        *tell.talks(record.talks(connection, tokens)),
    ]


def _matter(
    connection: Connection, rules: Ruleset, row: RowMapping, language: str, happenings: list[Happening]
) -> Matter:
    live = "service_language" in row
    owner = None if live else row["owner_id"]
    names = record.names(connection, people(happenings) | ({owner} if owner else frozenset()))
    return Matter(
        id=row["id"],
        live=live,
        code=None if live else row["code"],
        topic_path=topic_path(rules, row["topic"], language),
        language=row["service_language"] if live else row["language"],
        own_language=row["language"],
        desk_id=row["desk"],
        desk=desk_name(rules, row["desk"], language),
        department=desk_name(rules, row["department"], language),
        urgent=row["urgent"],
        state=row["state"],
        number=grouped(row["e164"]),
        keyed_in=False if live else row["keyed_in"],
        rang_at=row["line_time_at"] if live else min(row["created_at"], row["line_time_at"]),
        window=None if live else (row["window_start_at"], row["window_end_at"]),
        words=None if live else row["promise_words"],
        attempts=0 if live else row["attempts"],
        owner=names.get(owner) if owner else None,
        contact="ring" if live else row["contact"],
        interpreter=None if live else row["interpreter"],
        about=None,
        place_told=row["place_told"] if live else None,
        wait_told=row["wait_told_minutes"] if live else None,
        call_sid=row["call_sid"] if live else row["origin_call_sid"],
        history=in_order(happenings, names),
    )
