"""A line of any size, written into the record as it is: no city makes such crowds in a test's time.

``Shape`` says what kind of crowd it is; the dice decide the rest. ``whole_line`` reads all of it by plain statements
without limits, for asking the pure rule.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Executable, Table, delete, insert, select, update

from adapters.schema import agent, callback_request, offer, phone_number, presence, waiting_caller
from desks.line.dealing import InLine
from desks.line.line_store import skipped
from tests.support.clock import TUESDAY
from tests.support.services import Town

DESKS, LANGUAGES = ("housing", "streets", "employment"), ("fi", "sv", "en")
CROWDED = (8, 1, 1)  # most matters are the first desk's, and in the first language
Row = dict[str, object]


@dataclass(frozen=True)
class Shape:
    matters: int
    urgent: float = 0.0  # share of the matters
    lengths: tuple[int, ...] = (30, 60, 120)  # minutes of the windows
    busy: bool = False  # an agent is in a talk
    alone: bool = False  # one free agent, who has declined what stands first; her colleague is busy


@dataclass
class Crowd:
    town: Town
    dice: Random
    shape: Shape

    def spread(self) -> None:
        """Instead of whatever was there."""
        for table in (offer, waiting_caller, callback_request, presence, agent, phone_number):
            self._do(delete(table))
        agents = range(2 if self.shape.alone else self.dice.randint(2, 5))
        self._fill(agent, [self._agent(f"a{n}") for n in agents])
        self._fill(presence, [self._presence(f"a{n}") for n in agents])
        numbers = range(self.shape.matters + 1)  # the last one is the callers': nobody in the line has a request
        self._fill(phone_number, [{"id": f"n{n}", "e164": f"+3584{n:08}", "created_at": TUESDAY} for n in numbers])
        live = 0 if self.shape.alone else int(self.shape.matters * 0.4)
        self._fill(waiting_caller, [self._caller(n) for n in range(live)])
        requests = [self._request(n) for n in range(self.shape.matters)]
        self._fill(callback_request, requests)
        first = sorted(f"{one['line_time_at']} {one['id']}" for one in requests)[: self.dice.randint(0, 60)]
        self._fill(offer, [self._skip(one.split()[-1]) for one in first])
        if self.shape.matters and (self.shape.busy or self.shape.alone):
            self._fill(offer, [self._talk("a1", "r00000")])

    def _fill(self, table: Table, rows: list[Row]) -> None:
        if rows:
            self.town.within(lambda tx: tx.connection.execute(insert(table), rows))

    def _do(self, statement: Executable) -> None:
        self.town.within(lambda tx: tx.connection.execute(statement))

    def _agent(self, name: str) -> Row:
        desks = DESKS if self.shape.alone else self.dice.sample(DESKS, self.dice.randint(1, 3))
        spoken = LANGUAGES if self.shape.alone else self.dice.sample(LANGUAGES, self.dice.randint(1, 3))
        return {
            "id": name, "sign_in": name, "name": name, "password_hash": "-", "role": "agent",
            "departments": json.dumps(desks), "languages": json.dumps(spoken), "demo": False, "active": True,
        }  # fmt: skip

    def _presence(self, name: str) -> Row:
        return {
            "agent_id": name, "state": "available" if name == "a0" or self.dice.random() < 0.8 else "away",
            "since_at": TUESDAY, "idle_since_at": self._minutes(-30, 0),
            "heartbeat_machine": self.town.clock.machine(),
        }  # fmt: skip

    def _minutes(self, first: int, last: int) -> datetime:
        return TUESDAY + timedelta(minutes=self.dice.randint(first, last))

    def _language(self) -> str:
        return self.dice.choices(LANGUAGES, CROWDED)[0]

    def _matter(self, number: str) -> Row:
        desk = self.dice.choices(DESKS, CROWDED)[0]
        urgent = self.dice.random() < self.shape.urgent
        return {
            "desk": desk, "department": desk, "topic": "housing", "ruleset_version": 1,
            "urgent": urgent, "number_id": number,
        }  # fmt: skip

    def _caller(self, n: int) -> Row:
        spoken = self._language()
        return self._matter(f"n{self.shape.matters}") | {
            "id": f"c{n:05}", "call_sid": f"CA{n:032x}", "language": spoken, "service_language": spoken,
            "state": "waiting", "line_time_at": self._minutes(-40, 0), "joined_at": TUESDAY,
        }  # fmt: skip

    def _request(self, n: int) -> Row:
        kind, place = self.dice.choice(("asap", "slot", "retry")), self._minutes(-120, 0)
        due = self._minutes(-60, 0) if kind == "retry" else place
        due = self._minutes(1, 200) if kind != "asap" and self.dice.random() < 0.2 else due
        end = due + timedelta(minutes=self.dice.choice(self.shape.lengths))
        return self._matter(f"n{n}") | {
            "id": f"r{n:05}", "code": f"{n:06}", "person": 1, "language": self._language(),
            "state": "requested", "kind": kind, "line_time_at": due if kind == "slot" else place, "due_at": due,
            "window_start_at": due, "window_end_at": end, "promise_words": "-", "told": True, "keyed_in": False,
            "created_at": TUESDAY - timedelta(hours=3), "contact": "ring" if self.dice.random() < 0.95 else "text",
            "owner_id": self.dice.choice((None, None, "a0", "a1")),
        }  # fmt: skip

    def _skip(self, request: str) -> Row:
        """How an offer of this request ended some minutes ago."""
        ended = self._minutes(-3 if self.shape.alone else -9, 0)
        skips = ("declined",) if self.shape.alone else ("declined", "unanswered", "unknown", "busy")
        return {
            "token": f"t{request}", "agent_id": "a0" if self.shape.alone else self.dice.choice(("a0", "a1")),
            "request_id": request, "state": "ended", "clause": "place", "fence": 1, "own_telephone": False,
            "made_at": ended, "made_machine": 0.0, "ended_at": ended, "ended_machine": 0.0,
            "outcome": self.dice.choice(skips),
        }  # fmt: skip

    @staticmethod
    def _talk(agent_id: str, request: str) -> Row:
        return {
            "token": "talk", "agent_id": agent_id, "request_id": request, "state": "connected", "clause": "place",
            "fence": 1, "own_telephone": False, "made_at": TUESDAY, "made_machine": 0.0, "accepted_at": TUESDAY,
        }  # fmt: skip

    def take(self, matter: str) -> None:
        """Out of the line."""
        for table in (waiting_caller, callback_request):
            self._do(update(table).where(table.c.id == matter).values(state="offered"))

    def whole_line(self) -> list[InLine]:
        """Every row that waits; or is due, is to be rung, and has no caller on the line."""
        waits = select(waiting_caller).where(waiting_caller.c.state == "waiting")
        due = select(callback_request).where(callback_request.c.state == "requested")
        with self.town.services.database.read() as connection:
            skips = skipped(connection, TUESDAY)
            callers = connection.execute(waits).mappings().all()
            requests = connection.execute(due).mappings().all()
        live = [
            InLine(r["id"], "live", r["desk"], r["desk"], r["service_language"], r["urgent"], r["line_time_at"])
            for r in callers
        ]
        return live + [
            InLine(
                r["id"], r["kind"], r["desk"], r["desk"], r["language"], r["urgent"],
                r["due_at"] if r["kind"] == "retry" else r["line_time_at"], r["window_end_at"],
                skips.get(r["id"], frozenset()), r["owner_id"], r["due_at"] + self._hers(r["desk"]),
            )
            for r in requests
            if r["due_at"] <= TUESDAY and r["contact"] == "ring"
        ]  # fmt: skip

    def _hers(self, department: str) -> timedelta:
        return timedelta(minutes=self.town.rules.department(department).callbacks.owner_minutes)
