"""A city of its own for the console's tests: SQLite in a temporary file, the sample ruleset, clocks that are set."""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Table, event, insert, select, update
from werkzeug.test import TestResponse

from adapters.database import Database
from adapters.outbox import Outbox
from adapters.redis_live import LiveHints
from adapters.schema import agent, callback_request, metadata, offer, phone_number, presence, waiting_caller
from adapters.settings import load_settings
from adapters.voice_gateway import VoiceGateway
from bootstrap import Services, media_for
from console.pages import blueprint
from console.signing_in.passwords import Argon2Passwords
from ivr.speech.announcements import Announcements
from ivr.speech.announcements import load as load_announcements
from recordings.vault.opening import local_vault
from routing_rules.document import parse
from routing_rules.model import Ruleset
from routing_rules.notices.service import NoticeBoard
from routing_rules.service import RulesHolder
from tests.support import quick_statements
from tests.web.stand_ins import NOW as NOW
from tests.web.stand_ins import HeardHints, SetClock

SAMPLE = Path(__file__).parents[2] / "routing_rules" / "samples" / "kuopio.yaml"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kallavesi-2026"
HASH = CHEAP.hash(PASSWORD)
WORD = re.compile(r'name="csrf_token" value="([^"]+)"')
EMULATOR = "http://127.0.0.1:9"
NUMBER = "+358401234567"

ENVIRONMENT = {
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef",
    "TWILIO_API_BASE_URL": EMULATOR,
    "CITY_NUMBER": "+358175550100",
    "PUBLIC_BASE_URL": "http://localhost",
    "EVENTS_URL": "http://localhost:8081",
    "SECRET_KEY": "console-tests-0123456789abcdefghij",
    "RECORDINGS_KEY": "dXNlLWNhc2UtdGVzdHMtMDEyMzQ1Njc4OWFiY2RlZmc=",
}


@dataclass
class City:
    services: Services
    clock: SetClock
    hints: HeardHints
    app: Flask

    def browser(self) -> "Browser":
        return Browser(self.app.test_client())

    def signed_in(self, name: str) -> "Browser":
        browser = self.browser()
        assert browser.signs_in(name).status_code == 303
        return browser

    # --- the record, as it might be ------------------------------------------------------------------------------

    def put(self, table: Table, **values: Any) -> None:
        with self.services.database.write() as tx:
            tx.connection.execute(insert(table).values(**values))

    def change(self, table: Table, key: Any, **values: Any) -> None:
        with self.services.database.write() as tx:
            tx.connection.execute(update(table).where(key).values(**values))

    def one(self, *columns: Any, where: Any) -> Any:
        with self.services.database.read() as connection:
            return connection.execute(select(*columns).where(where)).first()

    def agent(
        self,
        name: str,
        departments: tuple[str, ...] = ("housing",),
        languages: tuple[str, ...] = ("fi", "sv"),
        role: str = "agent",
        telephone: str | None = None,
    ) -> str:
        agent_id = f"a_{name}"
        self.put(
            agent,
            id=agent_id,
            sign_in=name,
            name=f"{name.title()} Virtanen",
            password_hash=HASH,
            role=role,
            departments=json.dumps(departments),
            languages=json.dumps(languages),
            telephone=telephone,
            demo=True,
            active=True,
        )
        return agent_id

    def present(self, agent_id: str, state: str = "available", reason: str = "own wish", minutes: int = 40) -> None:
        since = self.clock.now() - timedelta(minutes=minutes)
        self.put(
            presence,
            agent_id=agent_id,
            state=state,
            reason=reason,
            since_at=since,
            idle_since_at=since,
            heartbeat_machine=self.clock.machine(),
            break_after_call=False,
        )

    def number(self, e164: str = NUMBER) -> str:
        number_id = f"n{e164[1:]}"
        self.put(phone_number, id=number_id, e164=e164, created_at=self.clock.now())
        return number_id

    def caller(self, key: str = "c1", **other: Any) -> str:
        rang = self.clock.now() - timedelta(minutes=6)
        row = {
            "id": key,
            "call_sid": f"CA{key:0>32}",
            "topic": "housing",
            "language": "fi",
            "service_language": "fi",
            "department": "housing",
            "desk": "housing",
            "ruleset_version": 1,
            "urgent": False,
            "state": "waiting",
            "line_time_at": rang,
            "joined_at": rang,
            "place_told": 2,
            "wait_told_minutes": 8,
        }
        self.put(waiting_caller, **(row | other))
        return key

    def request(self, key: str = "r1", **other: Any) -> str:
        now = self.clock.now()
        row = {
            "id": key,
            "code": "482913",
            "topic": "housing",
            "language": "fi",
            "department": "housing",
            "desk": "housing",
            "ruleset_version": 1,
            "urgent": False,
            "state": "requested",
            "kind": "asap",
            "line_time_at": now - timedelta(minutes=32),
            "due_at": now - timedelta(minutes=30),
            "window_start_at": now - timedelta(minutes=30),
            "window_end_at": now + timedelta(minutes=30),
            "promise_words": "Soitamme asumiseen liittyvästä asiastasi tänään kello kymmenen ja yhdentoista välillä.",
            "told": True,
            "keyed_in": False,
            "created_at": now - timedelta(minutes=31),
        }
        self.put(callback_request, **(row | other))
        return key

    def offer(self, agent_id: str, state: str = "offered", token: str = "tok1", **other: Any) -> str:
        now = self.clock.now()
        row = {
            "token": token,
            "agent_id": agent_id,
            "state": state,
            "clause": "place",
            "fence": 1,
            "own_telephone": False,
            "made_at": now - timedelta(seconds=6),
            "made_machine": self.clock.machine(),
            "rung_at": now - timedelta(seconds=5),
        }
        self.put(offer, **(row | other))
        return token


class Browser:
    """One agent's browser: cookies and the anti-forgery word of the page last seen."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.word = ""

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/console{path}")

    def page(self, path: str) -> str:
        answer = self.get(path)
        found = WORD.search(answer.text)
        self.word = found[1] if found else self.word
        return answer.text

    def signs_in(self, name: str, password: str = PASSWORD) -> TestResponse:
        self.page("/sign-in")
        form = {"sign_in": name, "password": password, "csrf_token": self.word}
        answer = self.client.post("/console/sign-in", data=form)
        if answer.status_code == 303:
            self.page("/account")
        return answer

    def desk(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.get("/desk.json").get_json())

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self.client.post(f"/console{path}", json=fields, headers={"X-CSRF-Token": self.word})


def _no_hint(outbox_id: str) -> bool:
    return False


@cache
def _rules() -> Ruleset:
    return parse(SAMPLE.read_text(encoding="utf-8"))


@cache
def _announcements() -> Announcements:
    return load_announcements()


@cache
def _empty_record() -> bytes:
    """A database file with every table and no row; made once, because each of its pages waits for the disk."""
    with TemporaryDirectory() as place:
        database = Database(f"sqlite:///{place}/empty.db")
        metadata.create_all(database.engine)
        database.dispose()
        return (Path(place) / "empty.db").read_bytes()


def _spare_the_disk(made: Any, _: object) -> None:
    """No test here pulls the plug."""
    made.execute("PRAGMA synchronous=OFF")


def make_city(directory: Path, **environment: str) -> City:
    settings = load_settings(
        ENVIRONMENT | {"DATABASE_URL": f"sqlite:///{directory}/city.db", "DATA_DIR": str(directory)} | environment
    )
    (directory / "city.db").write_bytes(_empty_record())
    database = Database(settings.database_url)
    event.listen(database.engine, "connect", _spare_the_disk)
    quick_statements.spare(database)
    clock, hints = SetClock(), HeardHints()
    rules = RulesHolder(_rules())
    gateway = VoiceGateway(settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_api_base_url)
    services = Services(
        settings=settings,
        clock=clock,
        database=database,
        rules=rules,
        live=cast(LiveHints, hints),
        announcements=_announcements(),
        gateway=gateway,
        outbox=Outbox(clock, _no_hint),
        hurry=lambda: None,
        vault=local_vault(settings.data_dir / "recordings", settings.recordings_key),
        media=media_for(settings),
        notices=NoticeBoard(),
    )
    app = Flask("city", static_folder=None)
    app.register_blueprint(blueprint(services, Argon2Passwords(CHEAP)))
    return City(services, clock, hints, app)


def two_departments(made: City) -> City:
    """Aino and her supervisor Sirpa are housing's, Olli sees all; housing and families have a promise and a caller."""
    made.agent("aino", ("housing",), ("fi",))
    made.agent("sirpa", ("housing",), role="supervisor")
    made.agent("olli", (), role="administrator")
    families = {"topic": "daycare", "department": "families", "desk": "families"}
    made.request(number_id=made.number(NUMBER))
    made.request("r2", number_id=made.number("+358409994567"), **families)
    made.caller("c1")
    made.caller("c2", **families)
    return made
