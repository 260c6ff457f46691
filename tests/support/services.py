"""A city of its own for the tests of the use cases: a real record, real rules and words; clocks and provider by hand.

Whatever is done here goes through the service's own use cases, so that no test begins from a state nobody can reach.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import Any

from sqlalchemy import Integer, Table, event, insert, select, text

from adapters.database import Database, Transaction
from adapters.outbox import Outbox
from adapters.redis_live import LiveHints
from adapters.schema import agent, metadata, outbox, supervisor_item, text_message
from adapters.settings import load_settings
from bootstrap import Services, media_for
from callbacks import store as promises
from callbacks.model import Window
from callbacks.service import Promises
from desks import service, store
from desks.line import dispatch
from desks.line.waiting import Line, outlook
from desks.talk.conversation import Conversation
from ivr.agent_webhooks import Accepted
from ivr.speech.announcements import Announcements
from ivr.speech.announcements import load as load_announcements
from queue_workers import effects
from queue_workers.enqueue import Enqueuer
from recordings.vault.opening import local_vault
from routing_rules.document import parse
from routing_rules.model import Ruleset
from routing_rules.notices.service import NoticeBoard
from routing_rules.service import RulesHolder
from tests.support import quick_statements
from tests.support.clock import SetClock
from tests.support.postgres import fresh_database
from tests.support.provider import RecordingGateway

SAMPLE = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
CITY = "+358175550100"
BASE = "https://one-number.example"
ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
PATIENCE = 5.0  # seconds: a busy machine is no outage
NOBODY_LISTENS = "redis://127.0.0.1:1/0"
SETTINGS = {
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_API_BASE_URL": "http://127.0.0.1:9",
    "CITY_NUMBER": CITY,
    "PUBLIC_BASE_URL": BASE,
    "EVENTS_URL": "http://localhost:8081",
    "SECRET_KEY": "use-case-tests-0123456789abcdefgh",
    "DATA_DIR": f"{gettempdir()}/one-number-tests",  # a test that stores sound names a folder of its own
    "RECORDINGS_KEY": "dXNlLWNhc2UtdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmc=",
    "CALLS_PER_SECOND": "0",  # the clock stands still: whoever tests the pace sets one
    "TEXTS_PER_SECOND": "0",
}


@cache
def sample_rules() -> Ruleset:
    return parse(SAMPLE.read_text(encoding="utf-8"))


@cache
def words() -> Announcements:
    return load_announcements()


def services_for(
    database_url: str,
    *,
    clock: SetClock | None = None,
    gateway: RecordingGateway | None = None,
    rules: Ruleset | None = None,
    redis_url: str = NOBODY_LISTENS,
    **settings: str,
) -> Services:
    """The whole service over this record; the schema must be there already."""
    clock, database = clock or SetClock(), Database(database_url, deadline=PATIENCE)
    _spare_the_disk(database)
    quick_statements.spare(database)
    enqueuer = Enqueuer(live := LiveHints(redis_url))
    known = load_settings({**SETTINGS, "DATABASE_URL": database_url, **settings})
    return Services(
        known,
        clock,
        database,
        RulesHolder(rules or sample_rules()),
        live,
        words(),
        gateway or RecordingGateway(),
        Outbox(clock, enqueuer.effect),
        enqueuer.deal,
        local_vault(known.data_dir / "recordings", known.recordings_key),
        media_for(known),
        NoticeBoard(),
    )


def _spare_the_disk(database: Database) -> None:
    """No test here pulls the plug."""
    if database.is_sqlite:
        event.listen(database.engine, "connect", lambda made, _: made.execute("PRAGMA synchronous=OFF"))


@cache
def _shared_postgres() -> Database:
    """With the connection by which it is emptied for each test."""
    database = Database(fresh_database(), deadline=20.0)
    with database.write() as tx:
        metadata.create_all(tx.connection)
        tx.connection.execute(text(f"ALTER DATABASE {database.engine.url.database} SET synchronous_commit = off"))
    return database


@cache
def _emptied() -> str:
    """Every row of every table, in one journey."""
    return "; ".join(f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables))


@cache
def _empty_file() -> bytes:
    """An SQLite record with every table and no row."""
    with TemporaryDirectory() as place:
        database = Database(f"sqlite:///{place}/empty.db")
        _spare_the_disk(database)
        metadata.create_all(database.engine)
        database.dispose()
        return (Path(place) / "empty.db").read_bytes()


def empty_record(kind: str, directory: Path) -> str:
    """The URL of a record with every table and no row: SQLite in ``directory``, or the test process's PostgreSQL."""
    if kind == "sqlite":
        (directory / "record.db").write_bytes(_empty_file())
        return f"sqlite:///{directory}/record.db"
    shared = _shared_postgres()
    with shared.write() as tx:
        tx.connection.exec_driver_sql(_emptied())
    return shared.url


@dataclass
class Town:
    """People who ring, people who answer, and the questions a test asks of the record."""

    services: Services
    clock: SetClock
    gateway: RecordingGateway
    calls: int = field(default=0)

    @classmethod
    def over(cls, database_url: str, **more: Any) -> "Town":
        clock, gateway = SetClock(), RecordingGateway()
        return cls(services_for(database_url, clock=clock, gateway=gateway, **more), clock, gateway)

    # --- who there is --------------------------------------------------------------------------------------------

    def agent(
        self,
        name: str,
        desks: tuple[str, ...] = ("housing",),
        languages: tuple[str, ...] = ("fi",),
        telephone: str | None = None,
    ) -> str:
        with self.services.database.write() as tx:
            tx.connection.execute(
                insert(agent).values(
                    id=name, sign_in=name, name=name, password_hash="-", role="agent", departments=json.dumps(desks),
                    languages=json.dumps(languages), telephone=telephone, demo=False, active=True,
                )
            )  # fmt: skip
        service.set_presence(self.services, name, "available")
        return name

    def caller(
        self, topic: str = "housing", language: str = "fi", desk: str = "housing", request_id: str | None = None
    ) -> str:
        """A caller in the line, who has rung just now; the id of her stay."""
        sid = self.new_sid()
        with self.services.database.write() as tx:
            request = promises.get(tx.connection, request_id) if request_id else None
            number = promises.number_id(tx.connection, self._number(), self.clock.now())
            return Line(self.services, tx, self.rules).join(
                call_sid=sid, number_id=request["number_id"] if request else number, topic=topic, language=language,
                service_language=language, department=self.rules.topic(topic).department or "", desk=desk,
                arrived=self.clock.now(), request=request, expected=self._wait_at(desk, tx),
            )  # fmt: skip

    def request(self, topic: str = "housing", language: str = "fi", minutes: int = 60) -> str:
        """A promise for the next ``minutes``, due now; its id."""
        sid, now = self.new_sid(), self.clock.now()
        with self.services.database.write() as tx:
            return Promises(self.services, tx, self.rules).make(
                e164=self._number(), topic=topic, language=language, kind="asap",
                window=Window(now, now + timedelta(minutes=minutes)), line_time=now, call_sid=sid,
            )[0]  # fmt: skip

    def new_sid(self) -> str:
        self.calls += 1
        return f"CA{self.calls:032x}"

    def _wait_at(self, desk: str, tx: Transaction) -> int | None:
        duty = store.duty(tx.connection, self.clock.machine(), self.clock.now())
        return outlook(tx.connection, self.rules, duty, self.clock.now(), desk, None).wait_minutes

    def _number(self) -> str:
        return f"+35840{1_000_000 + self.calls}"

    @property
    def rules(self) -> Ruleset:
        return self.services.rules.current()

    # --- what happens --------------------------------------------------------------------------------------------

    def deal(self) -> int:
        return dispatch.deal(self.services)

    def offered(self, agent_id: str) -> str:
        """Deals, and returns the token of what this agent now holds."""
        self.deal()
        held = self.held(agent_id)
        assert held is not None, f"{agent_id} was offered nothing"
        return str(held["token"])

    def accept(self, token: str, leg: str = "CA" + "a" * 32) -> str:
        """The agent's telephone is answered; the TwiML she gets."""
        return Accepted(self.services).answer(token, leg)

    def act(self, work: Callable[[Conversation], object]) -> Any:
        with self.services.database.write() as tx:
            return work(Conversation(self.services, tx, self.rules))

    def within(self, work: Callable[[Transaction], object]) -> Any:
        with self.services.database.write() as tx:
            return work(tx)

    def talking(self, agent_id: str = "aino") -> str:
        """A callback that this agent has accepted and the resident has answered; the offer's token."""
        token = self.offered(agent_id)
        self.accept(token)
        self.act(lambda c: c.resident_answered(token))
        return token

    def carry_out(self) -> list[tuple[str, str | None]]:
        """Every order that is due, once each: (kind, result); None: to be tried again."""
        before = self.orders()
        for order in before:
            effects.carry_out(self.services, order["id"])
        return [(order["kind"], self.one(outbox, id=order["id"])["result"]) for order in before]

    # --- questions to the record ---------------------------------------------------------------------------------

    def one(self, table: Table, **key: Any) -> Mapping[str, Any]:
        found = self.every(table, **key)
        assert len(found) == 1, f"{len(found)} rows of {table.name} for {key}"
        return found[0]

    def every(self, table: Table, **key: Any) -> list[Mapping[str, Any]]:
        numbered = (one for one in table.primary_key if isinstance(one.type, Integer))
        query = select(table).filter_by(**key).order_by(*numbered)
        with self.services.database.read() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def held(self, agent_id: str) -> Mapping[str, Any] | None:
        with self.services.database.read() as connection:
            found = store.offer_of_agent(connection, agent_id)
        return None if found is None else dict(found)

    def promise(self, request_id: str) -> Mapping[str, Any]:
        return self.one(store.REQUEST, id=request_id)

    def stay(self, line_id: str) -> Mapping[str, Any]:
        return self.one(store.CALLER, id=line_id)

    def offer(self, token: str) -> Mapping[str, Any]:
        return self.one(store.OFFERED, token=token)

    def orders(self) -> list[Mapping[str, Any]]:
        """What the provider is still to be asked for."""
        return [row for row in self.every(outbox) if row["done_machine"] is None]

    def ordered(self, kind: str) -> list[str]:
        return [str(row["ref"]) for row in self.every(outbox, kind=kind)]

    def items(self) -> list[str]:
        """The supervisor's open items."""
        return sorted(str(row["kind"]) for row in self.every(supervisor_item, closed_at=None))

    def texts(self) -> list[str]:
        return sorted(str(row["key"]) for row in self.every(text_message))
