"""Effects of the dialogue, carried out in one transaction. Nothing here talks to the provider."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, assert_never

from sqlalchemy import RowMapping, delete, insert

from adapters.database import Transaction
from adapters.schema import call_draft
from callbacks import store as promises
from callbacks.limits import number_over
from callbacks.making import Looked, Made, Making, SameOpen, Wanted
from callbacks.model import Kind, Refused, Window
from callbacks.numbers import callable_number, keyed_to_e164
from callbacks.planning import ringing_department
from callbacks.service import ASAP, Promises
from desks import store as desks_store
from desks.line.waiting import Line, outlook, rings_soon
from ivr.carry_out_known import CarryOutKnown
from ivr.carry_out_message import CarryOutMessage
from ivr.carry_out_notice import declined, told_with_join
from ivr.carry_out_routes import RouteOrders
from ivr.dialogue.known import is_sensitive
from ivr.effects import (
    Bridge,
    Bridged,
    CancelRequest,
    CheckCode,
    CloseLine,
    DeclineRecording,
    DropMessage,
    Effect,
    GiveUpLine,
    HungUp,
    Joined,
    JoinLine,
    KeepMessage,
    KeepNumber,
    KeepRecording,
    MakePromise,
    MoveRequest,
    MoveToExtended,
    NoWindow,
    NumberKept,
    NumberRefused,
    RaiseAlarm,
    Reopen,
    Result,
    SameMatter,
    Settled,
    Stay,
    TextNumber,
    TooLate,
    Wish,
)
from ivr.fact_finding import matter_of, promised
from ivr.facts import Callable, Facts, NotCallable, Promised
from ivr.step_url import Step
from routing_rules.decide import decide
from routing_rules.routes import ToDuty, ToLine, ToNumber
from routing_rules.switches.withheld import is_withheld

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Caller:
    """The call that asks."""

    call_sid: str
    number: Callable | NotCallable  # its own number, never a keyed-in one
    shown: str = ""  # E.164, also of one that the city would not ring; withheld: ""
    number_id: str | None = None  # of that number, once it has been looked up or stored
    looked: Looked | None = None  # before a promise


class CarryOut:
    def __init__(self, services: "Services", tx: Transaction, step: Step, facts: Facts, caller: Caller) -> None:
        self.services, self.tx, self.step, self.facts, self.caller = services, tx, step, facts, caller
        self.line = Line(services, tx, facts.rules, facts.now)
        self.promises = Promises(services, tx, facts.rules, facts.now)

    def run(self, effect: Effect) -> Result:  # noqa: C901 - one case for each effect, nothing nested
        match effect:
            case JoinLine():
                return self._join(effect)
            case Wish(line_id):
                return Settled() if self.line.wish(line_id) else TooLate()
            case CloseLine(line_id):
                return Settled() if self.line.close(line_id) else TooLate()
            case Stay(line_id):
                self._forget_number()
                return Settled() if self.line.stay(line_id) else TooLate()
            case Bridge(line_id):
                room = self.line.room_of(line_id)
                return TooLate() if room is None else Bridged(room)
            case GiveUpLine(line_id, why):
                return Settled() if self.line.leave(line_id, why) else TooLate()
            case HungUp(line_id):
                self.line.leave(line_id, "hangup")
                return Settled()
            case MoveToExtended(line_id):
                line = self.facts.line
                moved = self.line.move_to_extended(line_id, line.extended_wait if line else None)
                return TooLate() if moved is None else Joined(moved)
            case KeepNumber(keys):
                return self._keep_number(keys)
            case MakePromise():
                return self._promise(effect)
            case Reopen(request_id):
                return self._reopen(request_id)
            case TextNumber():
                return self._routes().text_number(effect, self.caller.number)
            case RaiseAlarm():
                return self._routes().raise_alarm(effect, self._own_number_id())
            case KeepRecording() | KeepMessage() | DropMessage():
                return self._message().run(effect)
            case CancelRequest() | MoveRequest() | CheckCode():
                return self._known().run(effect)
            case DeclineRecording(line_id):
                return declined(self.services, self.tx, line_id)
        assert_never(effect)

    def _routes(self) -> RouteOrders:
        return RouteOrders(self.services, self.tx, self.step, self.facts)

    def _message(self) -> CarryOutMessage:
        number_id = self._own_number_id()
        return CarryOutMessage(self.services, self.tx, self.step, self.facts, self.caller.call_sid, number_id)

    def _known(self) -> CarryOutKnown:
        ours = (self.services, self.tx, self.step, self.facts, self.caller.call_sid)
        return CarryOutKnown(*ours, self._own_number_id())

    def _join(self, effect: JoinLine) -> Result:
        self._forget_number()
        request = self._about(effect)
        line_id = self.line.join(
            call_sid=self.caller.call_sid,
            number_id=self._own_number_id(),
            topic=effect.topic,
            language=self.step.language,
            service_language=effect.service_language,
            department=effect.department,
            desk=effect.desk,
            arrived=self._arrived(),
            request=request,
            expected=self._expected(effect, request),
        )
        return Joined(line_id, told_with_join(self.tx, line_id, self.facts))

    def _expected(self, effect: JoinLine, request: RowMapping | None) -> int | None:
        """Only a newcomer's wait is expected: an old place and an urgent matter come sooner."""
        if request is not None or self.facts.rules.topic(effect.topic).urgent:
            return None
        return self.facts.wait_minutes

    def _about(self, effect: JoinLine) -> RowMapping | None:
        """The open request that she has said she rings in about. What else is open under her number and topic is
        another matter until somebody says so: whoever rings may be another person, and the talk's end closes it."""
        return self._own_request(effect.request_id) if effect.request_id else None

    def _keep_number(self, keys: str) -> Result:
        found = keyed_to_e164(keys, self.facts.rules.allowed_countries)
        if not isinstance(found, Refused):
            own = frozenset({self.services.settings.city_number, self.services.caller_id})
            found = callable_number(found, own, self.facts.rules.allowed_countries)
        if isinstance(found, Refused):
            return NumberRefused(found.reason)
        self._forget_number()
        made = self.services.clock.machine()
        self.tx.connection.execute(
            insert(call_draft).values(call_sid=self.caller.call_sid, e164=found, made_machine=made)
        )
        return NumberKept(found)

    def _forget_number(self) -> None:
        """One that was keyed in and not confirmed: at closing time nobody is promised a ring to it."""
        self.tx.connection.execute(delete(call_draft).where(call_draft.c.call_sid == self.caller.call_sid))

    def _promise(self, effect: MakePromise) -> Result:
        if not isinstance(self.facts.caller, Callable):
            return NumberRefused(self.facts.caller.reason)
        stay = desks_store.stay(self.tx.connection, effect.line_id, held=True) if effect.line_id else None
        if effect.line_id and not self._is_held_by_this_call(stay):
            return TooLate()
        found = self._window(effect, stay)
        if found is None:
            return NoWindow()
        kind, window = found
        keyed_in = self.facts.caller.keyed_in
        wanted = Wanted(
            e164=self.facts.caller.e164,
            topic=effect.topic,
            language=self.step.language,
            kind=kind,
            window=window,
            line_time=stay["line_time_at"] if stay is not None else self._arrived(),
            call_sid=self.caller.call_sid,
            in_line=stay is not None,
            keyed_in=keyed_in,
            asker=self._own_number_id() if keyed_in else None,
            person=effect.person,
            same=effect.same,
            live=(keyed_in or self._is_capped()) and self._may_go_live(effect.topic),
            looked=self.caller.looked,
            stopped=self.facts.stopped or self._is_withheld(effect.topic),
            uncapped=effect.at_closing or (stay is not None and stay["state"] == "closing"),
        )
        return self._answered(Making(self.promises).make(wanted), stay, wanted)

    def _is_held_by_this_call(self, stay: RowMapping | None) -> bool:
        """Nobody gives away another caller's place, whatever an address says."""
        if stay is None or stay["call_sid"] != self.caller.call_sid:
            return False
        return stay["state"] in ("waiting", "wishes", "closing")

    def _window(self, effect: MakePromise, stay: RowMapping | None) -> tuple[Kind, Window] | None:
        """Who is on duty is asked only where the caller wants to be rung as soon as possible."""
        topic, language, choice = effect.topic, self.step.language, effect.window
        if choice == ASAP:
            return self.promises.window(topic, language, choice, self._wait(stay))
        looked = self.caller.looked if choice else None
        return self.promises.window(topic, language, choice, None, looked.held if looked is not None else None)

    def _answered(self, made: Made | SameOpen | Refused, stay: RowMapping | None, wanted: Wanted) -> Result:
        match made:
            case Refused(reason):
                return NumberRefused(reason)
            case SameOpen(row):
                return SameMatter(matter_of(row), rings=row["contact"] == "ring")
        if stay is not None:
            self.line.promised(stay["id"])
        if made.code:
            return Promised(wanted.window, wanted.topic, made.code, False, stay is not None, wanted.e164)
        told = self._told(made.request_id, made.joined, place_kept=stay is not None)
        return replace(told, may_tell=made.may_tell) if isinstance(told, Promised) else told

    def _is_capped(self) -> bool:
        had = self.caller.looked.had if self.caller.looked is not None else None
        return self.facts.stopped or (had is not None and number_over(had, self.facts.rules.limits))

    def _is_withheld(self, topic: str) -> bool:
        return is_withheld(self.facts.rules, topic, self.step.language, self.facts.now)

    def _may_go_live(self, topic: str) -> bool:
        """Over a cap an urgent caller is answered at once, where somebody can."""
        if not self.facts.rules.topic(topic).urgent:
            return False
        staffed = desks_store.duty(self.tx.connection, self.services.clock.machine(), self.facts.now).staffed()
        route = decide(self.facts.rules, topic, self.step.language, self.facts.now, staffed, self.facts.circumstances)
        return isinstance(route, ToLine | ToDuty | ToNumber)

    def _wait(self, stay: RowMapping | None) -> int | None:
        """Minutes that an ASAP window is checked against; 0 without history, and for an urgent matter, which is first.
        None: not in the line, and since she heard the offer the desk was paused or nobody is left to ring."""
        if self.facts.rules.topic(stay["topic"] if stay is not None else self.step.topic).urgent:
            return 0
        rules, now, step = self.facts.rules, self.facts.now, self.step
        duty = desks_store.duty(self.tx.connection, self.services.clock.machine(), now)
        soon = stay is not None or rings_soon(rules, duty, now, step.topic, step.language, urgent=False)
        desk = stay["desk"] if stay is not None else ringing_department(rules, step.topic, step.language, now).id
        line_id = stay["id"] if stay is not None else None
        return (outlook(self.tx.connection, rules, duty, now, desk, line_id).wait_minutes or 0) if soon else None

    def _reopen(self, request_id: str) -> Result:
        row = self._own_request(request_id)
        found = self.promises.window(row["topic"], row["language"], "", None) if row is not None else None
        if found is None:
            return NoWindow()
        if not self.promises.reopen(request_id, found[1]):
            return TooLate()
        told = self._told(request_id, joined=False, place_kept=False)
        hidden = isinstance(told, Promised) and is_sensitive(told.topic, self.facts)
        return replace(told, may_tell="window") if isinstance(told, Promised) and hidden else told

    def _own_request(self, request_id: str) -> RowMapping | None:
        """A request of the number that rings, and no other's, whatever an address says."""
        row = promises.get(self.tx.connection, request_id)
        return row if row is not None and row["number_id"] == self._own_number_id() else None

    def _told(self, request_id: str, joined: bool, place_kept: bool) -> Result:
        row = promises.get(self.tx.connection, request_id)
        return TooLate() if row is None else promised(self.tx.connection, row, joined, place_kept)

    def _own_number_id(self) -> str | None:
        if self.caller.number_id is not None or not isinstance(self.caller.number, Callable):
            return self.caller.number_id
        return promises.number_id(self.tx.connection, self.caller.number.e164, self.facts.now)

    def _arrived(self) -> datetime:
        arrived = self.step.arrived
        return datetime.fromtimestamp(arrived / 1000, UTC) if arrived else self.facts.now
