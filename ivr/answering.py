"""Answers one webhook of a resident's call: what is needed is looked up, dialogue decides, effects are carried out.

A turn that needs nothing opens no store. An effect, its words and its receipt are one transaction; the answer is given
once it is committed. No provider call here; what fails is said in words.
"""

import logging
from collections.abc import Callable as Function
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError

from adapters.apologies import APOLOGIES
from adapters.database import DatabaseError, Transaction
from adapters.held import is_held
from adapters.reach import Until
from callbacks import store as promises
from callbacks.limits import DAY
from callbacks.making import Looked
from callbacks.model import start_of
from callbacks.planning import ringing_department
from desks.line import heard_store, stay_store
from ivr import store, why
from ivr.caller_input import CallerInput
from ivr.carry_out import Caller, CarryOut
from ivr.dialogue import degraded
from ivr.dialogue import steps as dialogue
from ivr.dialogue.menus import DEFAULT_LANGUAGE
from ivr.dialogue.needs import CALLER, Asking, needs, needs_after, takes_effect
from ivr.effects import Effect, KeepRecording
from ivr.fact_finding import Finder, bare, own_number, shown_of
from ivr.facts import Callable, Facts
from ivr.step_url import Step
from ivr.store import CallSoFar
from ivr.turn import Hangup, Turn
from ivr.twiml import CallerIds, Urls
from ivr.written_once import Pages
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
Change = Function[[Transaction], object]
EFFECTS_IN_A_ROW = 3
NOTE_PATIENCE = 0.3  # seconds that a note waits for SQLite's writer


@dataclass(frozen=True)
class Asked:
    """One webhook: where the call stands, what the caller did, who rings. The number is read where it matters."""

    services: "Services"
    step: Step
    given: CallerInput
    call_sid: str
    raw_number: str
    rules: Ruleset
    now: datetime  # read once: a turn is one moment
    until: Until  # of all that this webhook asks of the record

    @cached_property
    def caller(self) -> Caller:
        number = own_number(self.services, self.rules, self.raw_number)
        return Caller(self.call_sid, number, shown_of(number, self.rules, self.raw_number))

    @property
    def e164(self) -> str | None:
        number = self.caller.number
        return number.e164 if isinstance(number, Callable) else None

    def asking(self) -> Asking:
        return Asking(self.step, self.given, self.rules, self.now, lambda: self.caller.number)


class Answerer:
    def __init__(self, services: "Services") -> None:
        self.services = services
        self._pages = Pages(services.announcements, urls(services))

    def answer(self, step: Step, given: CallerInput, call_sid: str, raw_number: str, queue_sid: str = "") -> str:
        """``queue_sid``: the provider's name of the queue that she has just come into."""
        rules, now = self._rules(step), self.services.clock.now()
        step = self._whole(step, rules, now)
        given = degraded.done_before(step, given)
        asked = Asked(self.services, step, given, call_sid, raw_number, rules, now, self._until(step, given))
        try:
            answer = self._decide(asked)
            if queue_sid:
                self._note_queue(asked, queue_sid)
            return answer
        except DatabaseError as error:
            later = degraded.in_a_moment(step, given, self.services.base) if is_held(error) else None
            if later is not None:
                LOG.warning("record held by others", extra={"call": call_sid, "step": step.name, "again": step.again})
                return self.words(later, rules)
            APOLOGIES.made("record")
            LOG.warning(
                "record unavailable", extra={"call": call_sid, "step": step.name, "error": type(error).__name__}
            )
        except Exception:
            APOLOGIES.made("fault")
            LOG.exception("step failed", extra={"call": call_sid, "step": step.name})
        return self.words(degraded.turn(step, given, bare(self.services, rules, now, asked.caller.number)), rules)

    def from_memory(self, step: Step, say: Function[[Step, Facts], Turn]) -> str:
        """A short document that no store is asked for."""
        rules, now = self._rules(step), self.services.clock.now()
        return self.words(say(self._whole(step, rules, now), bare(self.services, rules, now)), rules)

    def _note_queue(self, asked: Asked, queue_sid: str) -> None:
        """The provider's name of the queue, by which an order finds the caller as long as she is in it."""
        line_id = asked.step.line
        about = {"line": line_id}
        self._note(lambda tx: stay_store.name_queue(tx.connection, line_id, queue_sid), about, asked.until)

    def _note(self, change: Change, about: dict[str, str], until: Until) -> None:
        """Best effort: what is only noted must not cost the caller her turn, nor make her wait for others' writing."""
        try:
            with self.services.database.write(NOTE_PATIENCE, until=until) as tx:
                change(tx)
        except DatabaseError:
            LOG.warning("not noted", extra=about)
        except Exception:
            LOG.exception("not noted", extra=about)

    def _until(self, step: Step, given: CallerInput) -> Until:
        """She is answered within a second whatever the record does, but where it would not be asked again."""
        database = self.services.database
        return database.caller_waits_until() if degraded.is_asked_again(step, given) else database.caller_waits_once()

    def words(self, turn: Turn, rules: Ruleset) -> str:
        return self._pages.written(turn, rules)

    def _rules(self, step: Step) -> Ruleset:
        return self.services.rules.version(step.version) if step.version else self.services.rules.current()

    def _whole(self, step: Step, rules: Ruleset, now: datetime) -> Step:
        """A step with everything a call carries; what an old or broken URL lacks is filled in, never an error."""
        language = step.language or ("" if step.name in dialogue.BEFORE_LANGUAGE else DEFAULT_LANGUAGE)
        arrived, version = step.arrived or int(now.timestamp() * 1000), step.version or rules.version
        if (arrived, version, language) == (step.arrived, step.version, step.language):
            return step
        return replace(step, arrived=arrived, version=version, language=language)

    def _decide(self, asked: Asked) -> str:
        if takes_effect(asked.step, asked.given):
            return self._commit(asked)
        facts = self._facts(asked)
        if isinstance(facts, str):
            return facts
        decided = dialogue.advance(asked.step, asked.given, facts)
        if isinstance(decided, Turn):
            self._keep_what_was_told(decided, asked.until)
            self._keep_why(decided, asked, facts)
            return self.words(decided, asked.rules)
        return self._commit(asked, decided, facts)

    def _facts(self, asked: Asked) -> Facts | str:
        """What the step needs; or the answer that this very webhook was given before."""
        needed = needs(asked.asking())
        if not needed:
            return bare(self.services, asked.rules, asked.now)
        if needed == CALLER:
            return bare(self.services, asked.rules, asked.now, asked.caller.number)
        with self.services.database.read(asked.until) as connection:
            drafted = None
            if "draft" in needed:
                known = store.so_far(connection, asked.caller.call_sid, asked.step.name, asked.step.nonce, asked.e164)
                if known.answer is not None:
                    return known.answer
                drafted = known.drafted
            finder = Finder(self.services, connection, asked.rules, asked.caller, drafted, asked.now)
            return finder.facts(asked.step, asked.given, needed)

    def _keep_what_was_told(self, turn: Turn, until: Until) -> None:
        """For the agent's card: place and wait as the caller last heard them."""
        told = turn.told
        if told is None:
            return
        row = (told.line_id, told.place, told.wait_minutes)
        self._note(lambda tx: heard_store.note_told(tx.connection, *row), {"line": told.line_id}, until)

    def _keep_why(self, turn: Turn, asked: Asked, facts: Facts) -> None:
        """For the page that says why this call went where it did. A menu that decides nothing writes nothing."""
        decided = turn.decided
        if decided is not None:
            about = {"call": asked.call_sid, "note": "route"}
            self._note(lambda tx: tx.add(why.row(asked.call_sid, decided, facts)), about, asked.until)

    def _commit(self, asked: Asked, effect: Effect | None = None, facts: Facts | None = None) -> str:
        def work(tx: Transaction) -> str:
            return InOneTransaction(self, tx, asked).answer(effect, facts)

        try:
            return self.services.database.run(work, until=asked.until)
        except IntegrityError:  # a neighbour has committed, perhaps this very webhook's other copy: its receipt tells
            return self.services.database.run(work, until=asked.until)


class InOneTransaction:
    """Effect, words and receipt; the caller hears the words only once they are committed."""

    def __init__(self, answerer: Answerer, tx: Transaction, asked: Asked) -> None:
        self.services, self.words = answerer.services, answerer.words
        self.tx, self.asked = tx, asked
        step = asked.step
        self.step = replace(step, language=step.language or DEFAULT_LANGUAGE)  # silence from the beginning

    def answer(self, effect: Effect | None, facts: Facts | None) -> str:
        """Without an effect it is decided here, from facts looked up here."""
        known, looked = self._look()
        if known.answer is not None:
            return known.answer
        if known.ended:
            if isinstance(effect, KeepRecording) and facts is not None:
                self._keep_what_was_said(effect, facts, known)
            return self.words(Turn(self.step.language, (Hangup(),)), self.asked.rules)
        asked = self.asked
        finder = Finder(self.services, self.tx.glance, asked.rules, asked.caller, known.drafted, asked.now)
        step, given = asked.step, asked.given
        if facts is None:
            facts = finder.facts(step, given, needs(asked.asking()))
        said = effect or dialogue.advance(step, given, facts)
        if isinstance(said, Turn):
            self._keep_why(said, facts)
            return self.words(said, asked.rules)
        number_id = known.number_id or self._new_number()
        if looked is not None and known.drafted is None:
            looked = replace(looked, number=number_id)
        caller = replace(asked.caller, number_id=number_id, looked=looked)
        answer = self.words(self._carried_out(said, facts, finder, caller), asked.rules)
        self._leave_receipt(answer, facts, caller)
        return answer

    def _keep_what_was_said(self, effect: KeepRecording, facts: Facts, known: CallSoFar) -> None:
        """The call's end was told before the recording: she has spoken, and the slow tick makes a message of it."""
        caller = replace(self.asked.caller, number_id=known.number_id)
        CarryOut(self.services, self.tx, self.step, facts, caller).run(effect)

    def _look(self) -> tuple[CallSoFar, Looked | None]:
        """This very webhook may have been answered, the call may be over; for a promise what it must know, too."""
        step, caller = self.asked.step, self.asked.caller
        key = (self.tx.glance, caller.call_sid, step.name, step.nonce, self.asked.e164)
        if not takes_effect(step, self.asked.given):
            return store.so_far(*key), None
        department = ringing_department(self.asked.rules, step.topic, step.language, self.asked.now)
        start = start_of(step.choice)
        asked = store.PromiseAsked(step.topic, department.id, self.step.language, start, self.asked.now - DAY)
        return store.before_promise(*key, asked)

    def _new_number(self) -> str | None:
        if self.asked.e164 is None:
            return None
        return promises.add_number(self.tx, self.asked.e164, self.asked.now)

    def _carried_out(self, effect: Effect, facts: Facts, finder: Finder, caller: Caller) -> Turn:
        said: Turn | Effect = effect
        for _ in range(EFFECTS_IN_A_ROW):
            self._keep_why(said, facts)
            if isinstance(said, Turn):
                return said
            result = CarryOut(self.services, self.tx, self.step, facts, caller).run(said)
            needed = needs_after(said, result)
            if needed:  # what is true now leads the caller
                facts = finder.anew(self.tx.connection).facts(self.step, self.asked.given, needed)
            said = dialogue.after(self.step, said, result, facts)
        if isinstance(said, Turn):
            self._keep_why(said, facts)
            return said
        raise RuntimeError(f"step {self.step.name} found no words")

    def _keep_why(self, said: Turn | Effect, facts: Facts) -> None:
        decided = why.decided_in(said)
        if decided is not None:
            self.tx.add(why.row(self.asked.caller.call_sid, decided, facts))

    def _leave_receipt(self, answer: str, facts: Facts, caller: Caller) -> None:
        """The call as far as it has come, and the answer for this webhook's other copies."""
        step = self.step
        topic = facts.line.topic if facts.line is not None else step.topic or None
        known = {"language": step.language or None, "topic": topic, "ruleset_version": facts.rules.version}
        here = store.Webhook(caller.call_sid, step.name, step.nonce, step.arrived)
        machine = self.services.clock.machine()
        store.leave_receipt(self.tx, here, answer, machine, caller.number_id, known)


def urls(services: "Services") -> Urls:
    return Urls(services.base, CallerIds(services.caller_id))
