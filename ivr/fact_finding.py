"""Gathers what dialogue needs, from the record and the rules in memory. Reads only; each query is one of a handful.

A step gets what ``ivr.dialogue.needs`` names for it and no more; what one fact takes from another is looked up once.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from adapters.ids import new_id
from callbacks import store as promises
from callbacks.model import Refused, Window
from callbacks.numbers import callable_number, shown_e164, takes_texts
from callbacks.planning import Times, ringing_department, slots_for, soonest
from desks import store as desks_store
from desks.line.waiting import outlook, rings_soon
from ivr.caller_input import CallerInput, Pressed
from ivr.dialogue.known import MATTER_STEPS, topic_of
from ivr.dialogue.menus import LANGUAGE_KEYS, chosen_topic
from ivr.dialogue.needs import Needs, needs_in_line
from ivr.facts import Callable, Facts, KnownMatter, LineFacts, MessageFacts, NotCallable, Promised, Ringback
from ivr.line_facts import LineFinder
from ivr.step_url import Step
from recordings import store as recordings_store
from routing_rules.decide import decide
from routing_rules.model import Ruleset
from routing_rules.notices.heard import heard
from routing_rules.routes import NOTHING_KNOWN, Circumstances, OtherLanguage, ToLine
from routing_rules.switches.withheld import is_withheld

if TYPE_CHECKING:
    from bootstrap import Services
    from ivr.carry_out import Caller

WITHHELD = NotCallable("withheld")


def own_number(services: "Services", rules: Ruleset, raw: str) -> Callable | NotCallable:
    """The number Twilio shows, if the city would ring it. Caller ID proves nothing about who is speaking."""
    own = frozenset({services.settings.city_number, services.caller_id})
    found = callable_number(raw, own, rules.allowed_countries)
    return NotCallable(found.reason) if isinstance(found, Refused) else Callable(found)


def shown_of(number: Callable | NotCallable, rules: Ruleset, raw: str) -> str:
    """For rules about areas: where a telephone is does not depend on whether the city would ring it."""
    return number.e164 if isinstance(number, Callable) else shown_e164(raw, rules.allowed_countries)


def bare(services: "Services", rules: Ruleset, now: datetime, number: Callable | NotCallable = WITHHELD) -> Facts:
    """What is known without any store."""
    settings = services.settings
    return Facts(
        rules=rules,
        now=now,
        notices=heard(services.notices.active(now), rules.notices, now),
        base=services.base,
        nonce=new_id(),
        caller=number,
        shown_number=None if settings.shown_number == settings.city_number else settings.shown_number,
        can_text=bool(settings.sms_sender) and _takes_texts(number),
        stopped=services.stops.active(now),
    )


def _takes_texts(number: Callable | NotCallable) -> bool:
    """The telephone that rings takes text messages; a keyed-in one is somebody else's until it has been rung."""
    return isinstance(number, Callable) and not number.keyed_in and takes_texts(number.e164)


def promised(connection: Connection, row: RowMapping, joined: bool, place_kept: bool) -> Promised:
    """The promise a request holds, as it is told."""
    return Promised(
        window=Window(row["window_start_at"], row["window_end_at"]),
        topic=row["topic"],
        code=row["code"],
        joined=joined,
        place_kept=place_kept and not joined,
        number=promises.e164_of(connection, row["number_id"]),
    )


def matter_of(row: RowMapping) -> KnownMatter:
    window = Window(row["window_start_at"], row["window_end_at"])
    return KnownMatter(row["id"], row["topic"], row["state"], row["person"], window)


class Finder:
    """One turn's look at the record. ``drafted``: the number keyed in during this call, looked up by the caller."""

    def __init__(
        self,
        services: "Services",
        connection: Connection,
        rules: Ruleset,
        caller: "Caller",
        drafted: str | None,
        now: datetime,
    ) -> None:
        self.services, self.connection, self.rules = services, connection, rules
        self.caller, self.drafted = caller, drafted
        self.now = now
        self._outlooks: dict[str, int | None] = {}

    def anew(self, connection: Connection) -> "Finder":
        """A second look, at what an effect has changed."""
        drafted = promises.drafted_number(connection, self.caller.call_sid)
        return Finder(self.services, connection, self.rules, self.caller, drafted, self.now)

    def facts(self, step: Step, given: CallerInput, asked: Needs) -> Facts:
        line_finder = LineFinder(self.services, self.connection, self.rules, self.now, self.caller.call_sid)
        row = line_finder.row(step.line) if "line" in asked else None
        if "line" in asked:
            asked = asked | needs_in_line(step, None if row is None else row["state"])
        line = None if row is None else line_finder.facts(row, asked, lambda: self.duty)
        missed = self._missed() if "missed" in asked else None
        topic = self._topic(step, given, line, missed) if asked & {"times", "wait"} else None
        offered = topic is not None and "times" in asked and not self._is_stopped(step, given, topic, line)
        found = self._times(step, given, topic, line) if topic is not None and offered else None
        known = bare(self.services, self.rules, self.now, self._caller())
        return replace(
            known,
            staffed=self.duty.staffed() if "duty" in asked else (),
            circumstances=self._circumstances(topic),
            ringback=missed,
            known=self._known() if "known" in asked else (),
            wait_minutes=self._newcomers_wait(step, given, topic) if topic and not line and "wait" in asked else None,
            message=self._message(step) if "message" in asked else None,
            line=line,
            asap=found.asap if found else None,
            slots=found.slots if found else (),
        )

    @cached_property
    def duty(self) -> desks_store.Duty:
        return desks_store.duty(self.connection, self.services.clock.machine(), self.now)

    @cached_property
    def open_matters(self) -> Sequence[RowMapping]:
        """Every open request of the number that rings, in one query."""
        if not isinstance(self.caller.number, Callable):
            return ()
        return promises.open_of_number(self.connection, self.caller.number.e164)

    def _caller(self) -> Callable | NotCallable:
        """Whoever keys in the number she rings from has given her own."""
        own = self.caller.number
        return Callable(self.drafted, keyed_in=Callable(self.drafted) != own) if self.drafted else own

    def _missed(self) -> Ringback | None:
        """The latest of the matters that we rang about in vain, whether we ring again or not."""
        again = self._rings_again()
        rows = [row for row in self.open_matters if row["state"] == "unreached" or row["id"] in again]
        tried = [Ringback(row["id"], row["topic"], row["last_attempt_at"] or row["created_at"]) for row in rows]
        return max(tried, key=lambda one: one.tried_at, default=None)

    def _rings_again(self) -> frozenset[str]:
        """After a ring that reached nobody. Not where she has moved it since, nor without the interpreter who comes."""
        retries = (row for row in self.open_matters if row["kind"] == "retry" and row["interpreter"] is None)
        waiting = [row["id"] for row in retries if row["state"] == "requested"]
        missed = desks_store.rung_in_vain(self.connection, waiting)
        return missed - self._noted_now

    def _known(self) -> tuple[KnownMatter, ...]:
        """Nobody is told that a request stands which the agent she has just talked with may be about to close."""
        rows = [row for row in self.open_matters if row["state"] != "unreached"]
        return tuple(matter_of(row) for row in rows if row["id"] not in self._noted_now)

    @cached_property
    def _noted_now(self) -> frozenset[str]:
        return desks_store.noted_now(self.connection, [row["id"] for row in self.open_matters])

    def _message(self, step: Step) -> MessageFacts | None:
        row = recordings_store.of_call(self.connection, step.message, self.caller.call_sid)
        if row is None:
            return None
        return MessageFacts(row["id"], row["seconds"], row["stored_machine"] is not None, row["token"])

    def _topic(self, step: Step, given: CallerInput, line: LineFacts | None, missed: Ringback | None) -> str | None:
        """The leaf topic that this turn may offer a time for."""
        if line is not None:
            return line.topic
        if step.name == "ringback" and missed is not None and given != Pressed("0"):
            return missed.topic
        if step.name in MATTER_STEPS:
            chosen = topic_of(step, given, self._known(), self.rules) or self.rules.general_topic
        elif given == Pressed("0"):
            chosen = self.rules.general_topic
        elif step.name == "topic":
            chosen = chosen_topic(step, given, self.rules) or self.rules.general_topic
        elif step.name == "language":
            chosen = self.rules.general_topic
        else:
            chosen = step.topic or self.rules.general_topic
        answered = self.rules.topic(chosen).department is not None or self.rules.rules_about(chosen)
        return chosen if answered else None

    def _is_stopped(self, step: Step, given: CallerInput, topic: str, line: LineFacts | None) -> bool:
        """No new time is offered; one that was promised may be moved, and a closing desk leaves nobody without."""
        if step.name in MATTER_STEPS or (line is not None and line.state == "closing"):
            return False
        if is_withheld(self.rules, topic, _language(step, given), self.now):
            return True
        return self.services.stops.active(self.now) and not self.rules.topic(topic).urgent

    def _times(self, step: Step, given: CallerInput, topic: str, line: LineFacts | None) -> Times:
        """Nobody is asked how long the line is where ASAP cannot be offered even without one."""
        language = self._rung_in(step, given)
        urgent = self.rules.topic(topic).urgent  # first in the line: others' waits are not hers
        wait = (line.wait_minutes or 0) if line is not None and not urgent else 0
        soon = soonest(self.rules, topic, self.now, wait, language)
        if soon is not None and line is None:
            expected = self._asap_wait(topic, language)
            least = 0 if urgent else expected
            soon = soonest(self.rules, topic, self.now, least or 0, language) if expected is not None else None
        return Times(soon, slots_for(self.connection, self.rules, topic, language, self.now))

    def _rung_in(self, step: Step, given: CallerInput) -> str:
        """A request is rung in its own language, whichever she speaks when she moves it."""
        asked = step.request if step.name in MATTER_STEPS else ""
        hers = (str(row["language"]) for row in self.open_matters if row["id"] == asked) if asked else iter(())
        return next(hers, _language(step, given))

    def _asap_wait(self, topic: str, language: str) -> int | None:
        """Minutes until the caller's turn, for the ASAP offer; None: nobody on duty, or the desk that would ring is
        paused and the matter not urgent: no ASAP."""
        desk = ringing_department(self.rules, topic, language, self.now).id
        urgent = self.rules.topic(topic).urgent
        if not rings_soon(self.rules, self.duty, self.now, topic, language, urgent=urgent):
            return None
        return self._wait_at(desk) or 0

    def _newcomers_wait(self, step: Step, given: CallerInput, topic: str) -> int | None:
        """At the desk that she is led to now: after hours not her department's own."""
        known = self._circumstances(topic)
        route = decide(self.rules, topic, _language(step, given), self.now, self.duty.staffed(), known)
        return self._wait_at(route.desk) if isinstance(route, ToLine | OtherLanguage) else None

    def _circumstances(self, topic: str | None) -> Circumstances:
        """The line is asked only where a rule wants to know how long it is."""
        about = self.rules.rules_about(topic) if topic is not None else ()
        if topic is None or not about:
            return NOTHING_KNOWN
        asks_wait = any(rule.when.wait_minutes is not None for rule in about)
        return Circumstances(self.caller.shown, self._wait(topic) if asks_wait else None)

    def _wait(self, topic: str) -> int | None:
        return self._wait_at(self.rules.topic(topic).department or self.rules.extended_desk)

    def _wait_at(self, desk: str) -> int | None:
        """A newcomer's wait in minutes; None: without history nothing is guessed."""
        if desk not in self._outlooks:
            seen = outlook(self.connection, self.rules, self.duty, self.now, desk, None)
            self._outlooks[desk] = seen.wait_minutes
        return self._outlooks[desk]


def _language(step: Step, given: CallerInput) -> str:
    keys = getattr(given, "keys", "")
    return step.language or LANGUAGE_KEYS.get(keys, "fi")
