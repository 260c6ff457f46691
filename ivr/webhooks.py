"""The caller's webhooks: one way in, one way out. Signed by the provider, answered with TwiML whatever happens.

verify -> read -> gather facts -> dialogue -> carry out, receipt, COMMIT -> answer. No provider call here (law 3);
every store access has a deadline (law 9); what fails is said in words (law 10).
"""

import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort, request
from sqlalchemy import Select, Update, insert, select, update
from sqlalchemy.exc import IntegrityError

from adapters.database import DatabaseError, Transaction, insert_once
from adapters.fault_points import reach
from adapters.schema import call, receipt, waiting_caller
from callbacks import store as promises
from ivr.caller_input import CallerInput, read
from ivr.carry_out import Caller, CarryOut
from ivr.dialogue import degraded
from ivr.dialogue import steps as dialogue
from ivr.dialogue.menus import DEFAULT_LANGUAGE
from ivr.fact_finding import Finder, bare, own_number
from ivr.facts import Callable, Effect, Facts, NotCallable, TooLate
from ivr.signature import SignatureCheck
from ivr.step_url import Step, step_of
from ivr.turn import Hangup, Turn
from ivr.twiml import CallerIds, Urls, render
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("ivr")
EFFECTS_IN_A_ROW = 3
CALL_SID = re.compile(r"^CA[0-9a-f]{32}$")
QUEUE_SID = re.compile(r"^QU[0-9a-f]{32}$")


class Answerer:
    """Answers one webhook of a resident's call."""

    def __init__(self, services: "Services") -> None:
        self.services = services

    def answer(self, step: Step, given: CallerInput, call_sid: str, raw_number: str) -> str:
        rules = self._rules(step)
        step = self._whole(step, rules)
        number = own_number(self.services, rules, raw_number)
        try:
            return self._decide(step, given, call_sid, number, rules)
        except DatabaseError as error:
            LOG.warning(
                "record unavailable", extra={"call": call_sid, "step": step.name, "error": type(error).__name__}
            )
        except Exception:
            LOG.exception("step failed", extra={"call": call_sid, "step": step.name})
        return self.words(degraded.turn(step, given, bare(self.services, rules)), rules)

    def note_queue(self, line_id: str, queue_sid: str) -> None:
        """The provider's name of the queue, by which an order finds the caller as long as she is in it."""
        if not QUEUE_SID.match(queue_sid):
            return
        unnamed = update(waiting_caller).where(waiting_caller.c.id == line_id, waiting_caller.c.queue_sid.is_(None))
        self._note(unnamed.values(queue_sid=queue_sid), line_id)

    def _note(self, change: Update, line_id: str) -> None:
        """Best effort: what is only noted must not cost the caller her turn."""
        try:
            self.services.database.run(lambda tx: tx.connection.execute(change))
        except DatabaseError:
            LOG.warning("not noted", extra={"line": line_id})

    def words(self, turn: Turn, rules: Ruleset) -> str:
        return render(turn, self.services.announcements, rules, urls(self.services))

    def _rules(self, step: Step) -> Ruleset:
        return self.services.rules.version(step.version) if step.version else self.services.rules.current()

    def _whole(self, step: Step, rules: Ruleset) -> Step:
        """A step with everything a call carries; what an old or broken URL lacks is filled in, never an error."""
        now = int(self.services.clock.now().timestamp() * 1000)
        language = step.language or ("" if step.name in dialogue.BEFORE_LANGUAGE else DEFAULT_LANGUAGE)
        arrived, version = step.arrived or now, step.version or rules.version
        return replace(step, arrived=arrived, version=version, language=language)

    def _decide(
        self, step: Step, given: CallerInput, call_sid: str, number: Callable | NotCallable, rules: Ruleset
    ) -> str:
        if step.name in dialogue.NEEDS_NOTHING:
            decided = dialogue.advance(step, given, bare(self.services, rules))
            assert isinstance(decided, Turn)
            return self.words(decided, rules)
        with self.services.database.read() as connection:
            stored = _stored(connection.scalar(_receipt(call_sid, step)))
            if stored is not None:
                return stored
            facts = Finder(self.services, connection, rules).facts(step, given, call_sid, number)
        decided = dialogue.advance(step, given, facts)
        if isinstance(decided, Turn):
            self._keep_what_was_told(decided)
            return self.words(decided, rules)
        return self._commit(step, given, decided, facts, Caller(call_sid, number))

    def _keep_what_was_told(self, turn: Turn) -> None:
        """For the agent's card: place and wait as the caller last heard them."""
        told = turn.told
        if told is None:
            return
        mine = update(waiting_caller).where(waiting_caller.c.id == told.line_id)
        values: dict[str, int | None] = {"wait_told_minutes": told.wait_minutes}
        if told.place is not None:
            values["place_told"] = told.place
        self._note(mine.values(**values), told.line_id)

    def _commit(self, step: Step, given: CallerInput, effect: Effect, facts: Facts, caller: Caller) -> str:
        def work(tx: Transaction) -> str:
            return self._carry_out(tx, step, given, effect, facts, caller)

        try:
            return self.services.database.run(work)
        except IntegrityError:  # a neighbour has committed, perhaps this very webhook's other copy: its receipt tells
            return self.services.database.run(work)

    def _carry_out(
        self, tx: Transaction, step: Step, given: CallerInput, effect: Effect, facts: Facts, caller: Caller
    ) -> str:
        """Effect, words and receipt in one transaction; the caller hears the words only once it is committed."""
        stored = _stored(tx.connection.scalar(_receipt(caller.call_sid, step)))
        if stored is not None:
            return stored
        step = replace(step, language=step.language or DEFAULT_LANGUAGE)  # silence from the beginning
        if _has_ended(tx, caller.call_sid):
            return self.words(Turn(step.language, (Hangup(),)), facts.rules)
        said: Turn | Effect = effect
        for _ in range(EFFECTS_IN_A_ROW):
            if isinstance(said, Turn):
                break
            result = CarryOut(self.services, tx, step, facts, caller).run(said)
            if isinstance(result, TooLate):  # the record has moved on: what is true now leads the caller
                facts = Finder(self.services, tx.connection, facts.rules).facts(
                    step, given, caller.call_sid, caller.number
                )
            said = dialogue.after(step, said, result, facts)
        if not isinstance(said, Turn):
            raise RuntimeError(f"step {step.name} found no words")
        answer = self.words(said, facts.rules)
        note_call(tx, step, facts, caller)
        tx.connection.execute(
            insert(receipt).values(
                call_sid=caller.call_sid,
                step=step.name,
                nonce=step.nonce,
                answer=answer,
                made_machine=self.services.clock.machine(),
            )
        )
        return answer


def note_call(tx: Transaction, step: Step, facts: Facts, caller: Caller) -> None:
    """The call as far as it has come: who rang, in which language, about what."""
    topic = facts.line.topic if facts.line is not None else step.topic or None
    known = {"language": step.language or None, "topic": topic, "ruleset_version": facts.rules.version}
    if tx.connection.execute(update(call).where(call.c.call_sid == caller.call_sid).values(**known)).rowcount:
        return
    e164 = caller.number.e164 if isinstance(caller.number, Callable) else None
    number_id = promises.number_id(tx.connection, e164, facts.now) if e164 is not None else None
    arrived = datetime.fromtimestamp(step.arrived / 1000, UTC)
    row = {"call_sid": caller.call_sid, "number_id": number_id, "arrived_at": arrived, **known}
    insert_once(tx.connection, call, row, ("call_sid",))


def urls(services: "Services") -> Urls:
    return Urls(services.base, CallerIds(services.caller_id))


def _receipt(call_sid: str, step: Step) -> Select[tuple[str]]:
    return select(receipt.c.answer).where(
        receipt.c.call_sid == call_sid, receipt.c.step == step.name, receipt.c.nonce == step.nonce
    )


def _stored(answer: object) -> str | None:
    return None if answer is None else str(answer)


def _has_ended(tx: Transaction, call_sid: str) -> bool:
    return tx.connection.scalar(select(call.c.ended_at).where(call.c.call_sid == call_sid)) is not None


def xml(answer: str) -> Response:
    reach("answer_ready")
    return Response(answer, content_type="text/xml; charset=utf-8")


def blueprint(services: "Services") -> Blueprint:
    pages = Blueprint("ivr", __name__, url_prefix="/voice")
    guard(pages, services)
    answerer = Answerer(services)

    @pages.post("/incoming")
    def incoming() -> Response:
        return xml(answerer.answer(Step("incoming"), read({}), request.form["CallSid"], request.form.get("From", "")))

    @pages.post("/step/<name>")
    def step(name: str) -> Response:
        here = step_of(name, request.args)
        if name == "wait" and here.tries == 1:
            answerer.note_queue(here.line, request.form.get("QueueSid", ""))
        return xml(answerer.answer(here, read(request.form), request.form["CallSid"], request.form.get("From", "")))

    return pages


def guard(pages: Blueprint, services: "Services") -> None:
    """Every route of a provider blueprint is refused unless it is signed; there is no way to opt out."""
    settings = services.settings
    check = SignatureCheck(
        settings.public_base_url,
        settings.twilio_account_sid,
        (settings.twilio_auth_token, settings.twilio_auth_token_previous),
    )

    @pages.before_request
    def genuine() -> None:
        if not check.genuine(request):
            LOG.warning("unsigned webhook", extra={"path": request.path, "fields": sorted(request.form)[:40]})
            abort(403)
        if not CALL_SID.match(request.form.get("CallSid", "")) and not request.path.startswith("/sms"):
            abort(400)
