"""What may happen in a city, in any order: deeds of residents, agents, the provider and the clock, by the service's own
use cases. A deed that is impossible at the moment does nothing. What must hold afterwards: ``tests.support.orderly``.
"""

from collections.abc import Callable, Sequence
from typing import Self, TypeVar

from sqlalchemy import RowMapping, Table, select, text

from adapters.database import Transaction
from callbacks import limit_store, limit_watch
from callbacks import store as promises
from callbacks.limits import HOUR, Met
from callbacks.making import Made, Making, SameOpen, Wanted
from callbacks.model import OPEN_STATES, Refused, Window, code_of
from callbacks.planning import free_slots, ringing_department
from callbacks.service import Promises
from desks import service, store, wishes
from desks.line import dispatch, pauses
from desks.line.machine import FINAL_LINE_STATES
from desks.line.serving import may_be_served
from desks.line.waiting import Line
from desks.supervision import deeds as supervision
from ivr.carry_out_known import CarryOutKnown
from ivr.effects import CancelRequest, MoveRequest
from ivr.fact_finding import bare
from ivr.step_url import Step
from queue_workers import after_hours, effects, reconcile
from routing_rules.model import Ruleset
from tests.support.services import CITY, Town

T = TypeVar("T")
AGENTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "aino": (("housing", "waterworks"), ("fi",)),
    "bo": (("housing", "extended"), ("fi", "sv")),
    "cia": (("waterworks", "extended"), ("fi", "sv")),
}
TOPICS = ("housing", "water", "building-permits")
NUMBERS = tuple(f"+3584055500{n:02}" for n in range(4))
DESKS = ("housing", "waterworks", "extended")
MISSES = ("no-answer", "busy", "failed", "canceled")


def nth(of: Sequence[T], which: int) -> T | None:
    return of[which % len(of)] if of else None


class Happenings(Town):
    """A town in which things happen; ``silent``: agents whose browsers have died."""

    silent: frozenset[str] = frozenset()

    @classmethod
    def begun(cls, database_url: str, rules: Ruleset | None = None) -> Self:
        """Everybody is at work."""
        town = cls.over(database_url, rules=rules, SMS_SENDER=CITY)
        assert isinstance(town, cls)
        for name, (desks, languages) in AGENTS.items():
            town.agent(name, desks, languages)
        return town

    # --- residents -----------------------------------------------------------------------------------------------

    def asks(
        self, to: str, topic: str, *, by: str | None = None, person: int = 1, soon: bool = False, live: bool = False
    ) -> Made | SameOpen | Refused | None:
        """A request for the number ``to``; keyed in by another one (``by``; "": a withheld one) if it is given."""
        self.moment()

        def make(tx: Transaction) -> Made | SameOpen | Refused | None:
            work = Promises(self.services, tx, self.rules)
            found = work.window(topic, "fi", "asap" if soon else "", 0)
            if found is None:
                return None
            now, asker = self.clock.now(), promises.number_id(tx.connection, by, self.clock.now()) if by else None
            return Making(work).make(
                Wanted(
                    to, topic, "fi", *found, now, self.new_sid(), keyed_in=by is not None, asker=asker, person=person,
                    live=live, stopped=bool(limit_store.stopped(tx.connection, now)),
                )
            )  # fmt: skip

        made: Made | SameOpen | Refused | None = self.within(make)
        return made

    def cancels(self, which: int) -> None:
        self._known(which, lambda work, row: work.run(CancelRequest(row["id"])))

    def moves(self, which: int, slot: int) -> None:
        def move(work: CarryOutKnown, row: RowMapping) -> object:
            department = ringing_department(self.rules, row["topic"], row["language"], self.clock.now())
            free = free_slots(work.tx.connection, self.rules, department, row["language"], self.clock.now())
            window: Window | None = nth(free, slot)
            return work.run(MoveRequest(row["id"], code_of(window))) if window is not None else None

        self._known(which, move)

    def _known(self, which: int, act: Callable[[CarryOutKnown, RowMapping], object]) -> None:
        row = nth(self.open_requests(), which)
        if row is None:
            return

        def within(tx: Transaction) -> object:
            facts, step = bare(self.services, self.rules, self.clock.now()), Step("known")
            return act(CarryOutKnown(self.services, tx, step, facts, self.new_sid(), row["number_id"]), row)

        self.within(within)

    def rings(self, number: str, topic: str, swedish: bool = False) -> str | None:
        """Into the line of the first open desk, as the rules lead; about her open request if she has one."""
        desk = next((d for d in (self.rules.topic(topic).department or "", "extended") if self.serves(d)), None)
        if desk is None:
            return None
        language = "sv" if swedish else "fi"
        self.moment()  # no two callers come at one instant

        def join(tx: Transaction) -> str:
            known = promises.number_id(tx.connection, number, self.clock.now())
            same = promises.open_same(tx.connection, known, topic)
            about = same if same is not None and same["state"] in ("requested", "unreached") else None
            return Line(self.services, tx, self.rules).join(
                call_sid=self.new_sid(), number_id=known, topic=topic, language=language, service_language=language,
                department=self.rules.topic(topic).department or "", desk=desk, arrived=self.clock.now(),
                request=None if self.rules.topic(topic).urgent else about, expected=None,
            )  # fmt: skip

        line_id: str = self.within(join)
        return line_id

    def in_line(self, which: int, deed: str) -> None:
        """``wish``, ``stay``, ``extended``, ``close``, ``room`` or ``hangup``, by whoever still has a running stay."""
        row = nth([r for r in self.every_stay() if r["state"] not in FINAL_LINE_STATES], which)
        if row is None:
            return

        def act(line: Line) -> object:
            match deed:
                case "wish":
                    return line.wish(row["id"])
                case "stay":
                    return line.stay(row["id"])
                case "extended":
                    return line.move_to_extended(row["id"], None) if row["state"] == "closing" else None
                case "room":
                    return line.room_of(row["id"]) if row["state"] == "bridging" else None
            return line.leave(row["id"], "hangup")

        self.within(lambda tx: act(Line(self.services, tx, self.rules)))

    def promised_in_line(self, which: int) -> None:
        """Whoever wished for a callback, or is led out by the closing, holds a promise."""
        row = nth([r for r in self.every_stay() if r["state"] in ("wishes", "closing")], which)
        if row is None or row["number_id"] is None:
            return

        def make(tx: Transaction) -> None:
            work = Promises(self.services, tx, self.rules)
            found = work.window(row["topic"], row["language"], "", None)
            if found is None:
                return
            e164, closing = promises.e164_of(tx.connection, row["number_id"]), row["state"] == "closing"
            wanted = Wanted(
                e164, row["topic"], row["language"], *found, row["line_time_at"], row["call_sid"], in_line=True,
                uncapped=closing,
            )  # fmt: skip
            if isinstance(Making(work).make(wanted), Made):
                Line(self.services, tx, self.rules).promised(row["id"])

        self.within(make)

    # --- agents --------------------------------------------------------------------------------------------------

    def deals(self) -> None:
        dispatch.deal(self.services)

    def accepts(self, name: str) -> None:
        held = self.held(name)
        if held is not None and held["state"] == "offered":
            self.accept(held["token"], held["agent_call_sid"] or self.new_sid())

    def meets(self, name: str) -> None:
        """The caller's leg has come to the room."""
        held = self.held(name)
        if held is not None and held["caller_id"] is not None and held["state"] == "accepted":
            self.within(lambda tx: Line(self.services, tx, self.rules).room_of(held["caller_id"]))

    def news(self, name: str, word: str) -> None:
        """Of the ring or the leg that this agent's matter has: answered, missed in one of the ways, or over."""
        held = self.held(name)
        if held is None:
            return
        token = str(held["token"])
        if word == "answered":
            self.act(lambda talk: talk.resident_answered(token))
        elif word == "over":
            self.act(lambda talk: talk.agent_leg_ended(token, "completed"))
        else:
            self.act(lambda talk: talk.ring_over(token, word))

    def old_news(self, which: int, word: str) -> None:
        """A webhook that comes late, or for the second time."""
        row = nth(sorted(self.every_offer(), key=lambda r: str(r["token"])), which)
        if row is not None:
            self.act(lambda talk: talk.ring_over(row["token"], word))

    def notes(self, name: str, outcome: str, minutes: int | None = None) -> None:
        held = self.held(name)
        if held is not None:
            service.note_outcome(self.services, name, held["token"], outcome, minutes=minutes)

    def declines(self, name: str) -> None:
        held = self.held(name)
        if held is not None:
            service.decline(self.services, name, held["token"], "conflict")

    def turns(self, name: str, presence: str) -> None:
        service.set_presence(self.services, name, presence)
        self.silent = self.silent - {name}

    def dies(self, name: str) -> None:
        self.silent = self.silent | {name}

    def resolves(self, which: int, again: bool) -> None:
        row = nth([r for r in self.open_requests() if r["state"] == "needs_human"], which)
        if row is not None:
            supervision.resolve(self.services, "ester", row["id"], again)

    def answers_by(self, which: int, way: str) -> None:
        row = nth(self.open_requests(), which)
        if row is not None:
            wishes.answer_by(self.services, "ester", row["id"], way)

    # --- supervisor, limits, provider, clock ---------------------------------------------------------------------

    def pauses(self, desk: str, on: bool) -> None:
        clock = self.clock
        self.within(
            lambda tx: (
                pauses.pause(tx, clock, desk, "drill", None, "ester") if on else pauses.resume(tx, clock, desk, "ester")
            )
        )

    def stops(self, on: bool) -> None:
        now = self.clock.now()

        def act(tx: Transaction) -> None:
            if on:
                limit_store.make_stop(tx.connection, Met("rings", "1/1", now + HOUR), now)
            for stop in () if on else limit_store.stops(tx.connection):
                limit_store.end_stop(tx, self.clock, stop.id, "ester")

        self.within(act)

    def orders_done(self, most: int, twice: bool) -> None:
        """So many of the orders; ``twice``: the worker died after the deed, before it could say so."""
        for order in self.orders()[:most]:
            if twice:
                effects.EFFECTS[order["kind"]](self.services, order["ref"])
            effects.carry_out(self.services, order["id"])

    def moment(self, seconds: float = 1.0) -> None:
        """Both clocks, and a sign of life of everybody whose browser lives."""
        self.clock.pass_(seconds=seconds)
        for name in AGENTS:
            if name not in self.silent:
                service.heartbeat(self.services, name)

    def goes_on(self, minutes: float) -> None:
        """Both clocks, every sign of life, and every duty of the clock process."""
        self.moment(minutes * 60)
        after_hours.settle(self.services)
        for duty in (
            reconcile.lost_agents, reconcile.overdue_offers, reconcile.silent_legs, reconcile.unknown_rings,
            reconcile.expire, wishes.unkept_interpreters, limit_watch.watch,
        ):  # fmt: skip
            duty(self.services)

    def falls_due(self, which: int) -> None:
        row = nth(self.open_requests(), which)
        if row is not None and row["state"] == "requested":
            self.stops(False)
            self.goes_on(max(0.0, (row["due_at"] - self.clock.now()).total_seconds() / 60))

    def open_requests(self) -> list[RowMapping]:
        return [row for row in self._all(store.REQUEST) if row["state"] in OPEN_STATES]

    def every_stay(self) -> list[RowMapping]:
        return self._all(store.CALLER)

    def every_offer(self) -> list[RowMapping]:
        return self._all(store.OFFERED)

    def _all(self, table: Table) -> list[RowMapping]:
        """In the order they were written."""
        with self.services.database.read() as connection:
            return list(connection.execute(select(table).order_by(text("rowid"))).mappings())

    def serves(self, desk: str) -> bool:
        return bool(desk) and self.rules.desk(desk).id == desk and may_be_served(self.rules, desk, self.clock.now())
