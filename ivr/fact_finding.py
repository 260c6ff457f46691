"""Gathers what dialogue needs, from the record and the rules in memory. Reads only; each query is one of a handful.

A step asks for no more than it can use: menus before the topic read nothing but the caller's own missed matter.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, select

from adapters.ids import new_id
from adapters.schema import outbox
from callbacks import store as promises
from callbacks.model import Refused, Window
from callbacks.numbers import callable_number
from callbacks.planning import times
from desks import store as desks_store
from desks.dispatch import may_be_served
from desks.line import extended_open, outlook
from ivr.caller_input import CallerInput
from ivr.dialogue.menus import LANGUAGE_KEYS, chosen_topic
from ivr.facts import Callable, Facts, LineFacts, NotCallable, Promised, Ringback
from ivr.step_url import Step
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

BEFORE_TOPIC = ("language", "ringback")


def own_number(services: "Services", rules: Ruleset, raw: str) -> Callable | NotCallable:
    """The number Twilio shows, if the city would ring it. Caller ID proves nothing about who is speaking."""
    own = frozenset({services.settings.city_number, services.caller_id})
    found = callable_number(raw, own, rules.allowed_countries)
    return NotCallable(found.reason) if isinstance(found, Refused) else Callable(found)


def bare(services: "Services", rules: Ruleset) -> Facts:
    """What is known without any store."""
    return Facts(rules=rules, now=services.clock.now(), base=services.base, nonce=new_id())


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


class Finder:
    def __init__(self, services: "Services", connection: Connection, rules: Ruleset) -> None:
        self.services, self.connection, self.rules = services, connection, rules
        self.now = services.clock.now()

    def facts(self, step: Step, given: CallerInput, call_sid: str, number: Callable | NotCallable) -> Facts:
        duty = desks_store.duty(self.connection, self.services.clock.machine())
        line = self._line(step, call_sid, duty)
        missed = self._ringback(step, number)
        topic = self._topic(step, given, line, missed)
        settings = self.services.settings
        spoken = _language(step, given)
        found = (
            times(self.connection, self.rules, topic, spoken, self.now, self._wait(topic, line, duty))
            if topic
            else None
        )
        return Facts(
            rules=self.rules,
            now=self.now,
            base=self.services.base,
            nonce=new_id(),
            caller=self._caller(call_sid, number),
            shown_number=None if settings.shown_number == settings.city_number else settings.shown_number,
            staffed=duty.staffed(),
            ringback=missed,
            line=line,
            asap=found.asap if found else None,
            slots=found.slots if found else (),
        )

    def _caller(self, call_sid: str, number: Callable | NotCallable) -> Callable | NotCallable:
        drafted = promises.drafted_number(self.connection, call_sid)
        return Callable(drafted, keyed_in=True) if drafted else number

    def _ringback(self, step: Step, number: Callable | NotCallable) -> Ringback | None:
        if step.name not in BEFORE_TOPIC or not isinstance(number, Callable):
            return None
        known = promises.known_number_id(self.connection, number.e164)
        row = promises.unreached_of(self.connection, known) if known else None
        if row is None:
            return None
        return Ringback(row["id"], row["topic"], row["last_attempt_at"] or row["created_at"])

    def _line(self, step: Step, call_sid: str, duty: desks_store.Duty) -> LineFacts | None:
        if not step.line:
            return None
        row = desks_store.stay(self.connection, step.line)
        if row is None or row["call_sid"] != call_sid:
            return None
        row = desks_store.stay_of_call(self.connection, call_sid) or row  # moved to another desk: the running stay
        seen = outlook(self.connection, self.rules, duty, self.now, row["desk"], row["id"])
        closing = row["state"] == "closing"
        return LineFacts(
            id=row["id"],
            state=row["state"],
            topic=row["topic"],
            department=row["department"],
            desk=row["desk"],
            place=seen.place,
            wait_minutes=seen.wait_minutes,
            led=self._is_led(row),
            staffed=_speaks(duty, row["desk"], row["service_language"]),
            desk_closed=not may_be_served(self.rules, row["desk"], self.now),
            extended_open=closing and extended_open(self.rules, duty, self.now, row["service_language"]),
            extended_wait=self._extended_wait(duty) if closing else None,
            promised=self._promised(call_sid) if row["state"] == "promised" else None,
        )

    def _is_led(self, row: RowMapping) -> bool:
        """Somebody has asked the provider, or is asking: its answer is awaited as long as the order's lease."""
        if row["state"] not in ("bridging", "closing"):
            return False
        kind, ref = ("bring_caller", row["offer_token"]) if row["state"] == "bridging" else ("ask_to_choose", row["id"])
        query = select(outbox.c.lease_machine).where(outbox.c.kind == kind, outbox.c.ref == ref)
        lease = self.connection.scalar(query.where(outbox.c.done_machine.is_(None)))
        return lease is not None and float(lease) > self.services.clock.machine()

    def _extended_wait(self, duty: desks_store.Duty) -> int | None:
        return outlook(self.connection, self.rules, duty, self.now, self.rules.extended_desk, None).wait_minutes

    def _promised(self, call_sid: str) -> Promised | None:
        """What this call was promised: told again to a caller whose leg asks twice where it goes."""
        row = promises.made_in(self.connection, call_sid)
        return None if row is None else promised(self.connection, row, joined=False, place_kept=True)

    def _topic(self, step: Step, given: CallerInput, line: LineFacts | None, missed: Ringback | None) -> str | None:
        """The leaf topic that this turn may offer a time for."""
        if line is not None:
            return line.topic
        if step.name == "ringback" and missed is not None:
            return missed.topic
        if step.name == "topic":
            chosen = chosen_topic(step, given, self.rules) or self.rules.general_topic
        elif step.name == "language":
            chosen = self.rules.general_topic
        else:
            chosen = step.topic or self.rules.general_topic
        return chosen if self.rules.topic(chosen).department is not None else None

    def _wait(self, topic: str, line: LineFacts | None, duty: desks_store.Duty) -> int | None:
        """Minutes until the caller's turn, for the ASAP offer; None: nobody on duty, no ASAP."""
        if line is not None:
            return line.wait_minutes or 0
        department = self.rules.topic(topic).department or self.rules.extended_desk
        if not any(department in one.desks or self.rules.extended_desk in one.desks for one in duty.all):
            return None
        return outlook(self.connection, self.rules, duty, self.now, department, None).wait_minutes or 0


def _speaks(duty: desks_store.Duty, desk: str, language: str) -> bool:
    return any(desk in one.desks and language in one.languages for one in duty.all)


def _language(step: Step, given: CallerInput) -> str:
    keys = getattr(given, "keys", "")
    return step.language or LANGUAGE_KEYS.get(keys, "fi")
