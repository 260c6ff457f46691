"""A city of whole processes to be rung: the web process under its own server, its record, its clock, its staff."""

import http.client
import json
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from sqlalchemy import delete, insert, update
from twilio.request_validator import RequestValidator

from adapters.schema import agent, callback_request, presence
from adapters.settings import load_settings
from bootstrap import Services, build_services
from callbacks.model import Window
from callbacks.service import Promises
from desks import store
from operations.processes import Fleet
from operations.specs import specs_for
from routing_rules.model import Ruleset
from routing_rules.routes import StaffedDesk
from tests.crawl.explore import Answer, Knock
from tests.crawl.record import KeptRecord, Mark
from tests.crawl.scenarios import Caller, Scenario
from tests.rig.installation import CITY_NUMBER, install
from tests.rig.prepare import prepare

PROCESSES = ("valkey", "web")
FORM = "application/x-www-form-urlencoded"
FRESH_FOR_SECONDS = 24 * 3600.0  # a heartbeat from the future: nobody beats while the city is being rung


class WebCity:
    def __init__(self, root: Path) -> None:
        self._file = root / "record.db"
        self.installation = install(root, f"sqlite:///{self._file}")
        self.settings = load_settings(self.installation.environment)
        specs = [spec for spec in specs_for(self.settings, root, emulator=False) if spec.name in PROCESSES]
        self.fleet = Fleet(self.installation.environment, root, tuple(specs))
        self._validator = RequestValidator(self.installation.token)
        self._number = ""

    def start(self) -> "WebCity":
        self._clock(datetime.fromisoformat("2026-11-24T10:00:00+02:00"))
        prepare(self.settings)
        self.fleet.start()
        self.services: Services = build_services(self.settings)
        self.record = KeptRecord(self._file)
        self._morning = self.record.mark()
        self._line = self._connect()
        return self

    def stop(self) -> None:
        self._line.close()
        self.record.close()
        self.services.database.dispose()
        self.fleet.stop()

    @property
    def rules(self) -> Ruleset:
        return self.services.rules.current()

    @property
    def incoming(self) -> Knock:
        return Knock(f"{self.installation.web}/voice/incoming")

    @property
    def hangs_up(self) -> Knock:
        return Knock(f"{self.installation.web}/voice/status", (("CallStatus", "completed"), ("CallDuration", "20")))

    def staffed(self) -> tuple[StaffedDesk, ...]:
        with self.services.database.read() as connection:
            return store.duty(connection, self.services.clock.machine(), self.services.clock.now()).staffed()

    def complaints(self) -> tuple[str, ...]:
        """An answer in words may hide a mistake of ours: then the log holds it."""
        log = (self.installation.root / "var" / "log" / "web.log").read_text(encoding="utf-8")
        return tuple(line for line in log.splitlines() if '"level": "error"' in line or "Traceback" in line)

    # --- the explorer's questions --------------------------------------------------------------------------------

    def answer(self, call: str, url: str, form: tuple[tuple[str, str], ...]) -> Answer:
        target = url.partition("#")[0]
        fields = {
            "CallSid": call, "AccountSid": self.installation.account, "From": self._number, "To": CITY_NUMBER,
            "Caller": self._number, "Called": CITY_NUMBER, "CallStatus": "in-progress", "Direction": "inbound",
            "ApiVersion": "2010-04-01", **dict(form),
        }  # fmt: skip
        parts = urlsplit(target)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        signature = self._validator.compute_signature(target, fields)
        return self._post(path, urlencode(fields), {"Content-Type": FORM, "X-Twilio-Signature": signature})

    def mark(self, call: str) -> object:
        return self.record.mark()

    def back_to(self, mark: object) -> None:
        assert isinstance(mark, Mark)
        self.record.back_to(mark)

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self.installation.web)
        return http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=20)

    def _post(self, path: str, body: str, headers: dict[str, str]) -> Answer:
        for tries in (1, 2):
            try:
                self._line.request("POST", path, body, headers)
                answer = self._line.getresponse()
                return Answer(answer.status, answer.read().decode("utf-8", "replace"))
            except (http.client.HTTPException, ConnectionError):  # an idle connection was closed: once more
                self._line.close()
                self._line = self._connect()
                if tries == 2:
                    raise
        raise AssertionError("not reached")

    # --- a scenario ----------------------------------------------------------------------------------------------

    def becomes(self, scenario: Scenario) -> None:
        """Clock, staff and what the calling number has with us already; all of it kept for every call."""
        self._number = scenario.caller.number
        self._clock(scenario.at)
        self.record.back_to(self._morning)
        self._empty()
        self._staff(scenario)
        self._requests(scenario.caller, scenario.at)

    def _clock(self, at: datetime) -> None:
        """Business time stands still; every process sees it within its next look at the file."""
        told = {"business_time": at.isoformat(), "as_of": time.time(), "rate": 0}
        self.installation.root.joinpath("clock.json").write_text(json.dumps(told))
        time.sleep(0.1)

    def _empty(self) -> None:
        with self.services.database.write() as tx:
            for table in (callback_request, presence, agent):
                tx.connection.execute(delete(table))

    def _staff(self, scenario: Scenario) -> None:
        desks = [d.id for d in self.rules.departments if d.kind == "console"]
        now, machine = self.services.clock.now(), self.services.clock.machine()
        with self.services.database.write() as tx:
            for name, languages in scenario.staff.items():
                tx.connection.execute(insert(agent).values(_agent(name, desks, languages)))
                tx.connection.execute(
                    insert(presence).values(
                        agent_id=name, state="available", reason="own wish", since_at=now, idle_since_at=now,
                        heartbeat_machine=machine + FRESH_FOR_SECONDS,
                    )
                )  # fmt: skip

    def _requests(self, caller: Caller, at: datetime) -> None:
        for topic in caller.open_about:
            self._promise(caller, topic, at, "requested")
        for topic in caller.missed_about:
            self._promise(caller, topic, at, "unreached")

    def _promise(self, caller: Caller, topic: str, at: datetime, state: str) -> None:
        window = Window(at + timedelta(hours=2), at + timedelta(hours=4))
        with self.services.database.write() as tx:
            request_id, _ = Promises(self.services, tx, self.rules).make(
                e164=caller.number, topic=topic, language="fi", kind="slot", window=window, line_time=at,
                call_sid=f"CA{'f' * 32}",
            )  # fmt: skip
            mine = update(callback_request).where(callback_request.c.id == request_id)
            earlier = at - timedelta(hours=1)
            tx.connection.execute(mine.values(state=state, code=caller.code, last_attempt_at=earlier))


def _agent(name: str, desks: Iterable[str], languages: Iterable[str]) -> dict[str, object]:
    return {
        "id": name, "sign_in": name, "name": name.title(), "password_hash": "-", "role": "agent",
        "departments": json.dumps(list(desks)), "languages": json.dumps(list(languages)), "telephone": None,
        "demo": False, "active": True,
    }  # fmt: skip
