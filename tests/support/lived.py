"""A city that has been lived in: by real happenings wherever a use case leads there, so that every table holds rows.

Some tables are filled by what only months, other processes or a real provider bring; those get a row of their own.
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, DateTime, Float, Integer, Table, func, insert, select

from adapters.migrate import upgrade
from adapters.schema import callback_request, metadata
from callbacks import store as promises
from queue_workers import after_hours
from routing_rules.notices import service as notices
from routing_rules.notices.checks import Wanted as WantedNotice
from tests.support.happenings import Happenings
from tests.support.kept import past_of
from tests.support.postgres import fresh_database
from tests.support.rulebook import Rulebook
from tests.support.services import CITY

NUMBERS = tuple(f"+3584077700{n:02}" for n in range(9))


def place(kind: str, directory: Path) -> dict[str, str]:
    """An empty place of its own: where the record and everything else of an installation would lie."""
    directory.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{directory}/service.db" if kind == "sqlite" else fresh_database()
    return {"DATABASE_URL": url, "DATA_DIR": str(directory)}


def lived(settings: dict[str, str]) -> Happenings:
    """Migrated, and then a day of it."""
    upgrade(settings["DATABASE_URL"])
    city = Happenings.over(settings["DATABASE_URL"], SMS_SENDER=CITY, DATA_DIR=settings["DATA_DIR"])
    assert isinstance(city, Happenings)
    Rulebook(city)
    past_of(city, agent="aino")  # who works at housing
    for name, desks in (("bo", ("housing", "extended")), ("cia", ("waterworks",))):
        city.agent(name, desks, ("fi", "sv"))
    _promises(city)
    _line(city)
    _rest(city)
    return city


def _promises(city: Happenings) -> None:
    """One in each open state, and some that are over; their orders, texts and supervisors' items with them."""
    for number in NUMBERS[:3]:
        city.asks(number, "housing")
    city.asks(NUMBERS[3], "building-permits")
    city.asks(NUMBERS[4], "water", by=NUMBERS[5])
    gone = city.every(callback_request, state="requested")[0]["id"]
    city.within(lambda tx: promises.transition(tx.connection, gone, "call_off", city.clock.now(), "caller"))
    city.request("housing")
    talking = city.offered("aino")
    city.accept(talking, "CA" + "e" * 32)
    city.act(lambda talk: talk.resident_answered(talking))
    city.request("housing")
    ringing = city.offered("bo")
    city.accept(ringing, "CA" + "f" * 32)


def _line(city: Happenings) -> None:
    city.caller("housing")
    city.caller("water", desk="waterworks")
    city.deal()


def _rest(city: Happenings) -> None:
    now = city.clock.now()
    wanted = WantedNotice(
        {"fi": "Vesi poikki.", "sv": "Vattnet är avstängt.", "en": "Water is off."},
        ("water",),
        now + timedelta(hours=3),
    )
    notices.put_on_air(city.services.database, city.rules, wanted, "aino", now)
    city.pauses("waterworks", True)
    city.stops(True)
    after_hours.settle(city.services)
    with city.services.database.write() as tx:
        for table in metadata.sorted_tables:
            if not tx.connection.scalar(select(func.count()).select_from(table)):
                tx.connection.execute(insert(table).values(_row(table, now)))


def _row(table: Table, now: datetime) -> dict[str, Any]:
    return {column.name: _value(table, column, now) for column in table.c if not _counted(table, column)}


def _counted(table: Table, column: Column[Any]) -> bool:
    return column is table.autoincrement_column


def _value(table: Table, column: Column[Any], now: datetime) -> Any:
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        return select(target).limit(1).scalar_subquery()
    if isinstance(column.type, DateTime) or column.name.endswith("_at") or column.name == "at":
        return now - timedelta(minutes=7, microseconds=123456)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Float):
        return 1764000000.123456
    if isinstance(column.type, Integer):
        return 7
    return f"{table.name[:3]} ä€"[: getattr(column.type, "length", None) or 12]
