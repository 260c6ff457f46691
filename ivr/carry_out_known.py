"""Effects about requests that are there already: moved, called off, a code checked. In the caller's transaction.

Only from the number a request is about; what else must be proved, the dialogue has asked for.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from callbacks import code_store as codes
from callbacks import store as promises
from callbacks.limits import HOUR_SECONDS, CodeTries, too_many
from callbacks.service import UNREACHED_DAYS, Promises
from desks.talk.conversation import Conversation
from ivr.effects import CancelRequest, CheckCode, CodeChecked, MoveRequest, NoWindow, Result, Settled, TooLate
from ivr.fact_finding import promised
from ivr.facts import Facts
from ivr.step_url import Step

if TYPE_CHECKING:
    from bootstrap import Services

RECENT = timedelta(days=UNREACHED_DAYS)
CHANGEABLE = ("requested", "offered", "dialing", "needs_human")  # what the caller is told of, to keep, move or cancel


class CarryOutKnown:
    """``number_id``: of the call's own number, never a keyed-in one; None: it cannot be rung."""

    def __init__(
        self,
        services: "Services",
        tx: Transaction,
        step: Step,
        facts: Facts,
        call_sid: str,
        number_id: str | None,
    ) -> None:
        self.services, self.tx, self.step, self.facts = services, tx, step, facts
        self.call_sid, self.number_id = call_sid, number_id
        self.promises = Promises(services, tx, facts.rules, facts.now)

    def run(self, effect: CancelRequest | MoveRequest | CheckCode) -> Result:
        match effect:
            case CancelRequest(request_id):
                return self._called_off(request_id)
            case MoveRequest(request_id, window):
                return self._moved(request_id, window)
            case CheckCode(keys):
                return self._checked(keys)

    def _own(self, request_id: str) -> RowMapping | None:
        """The request, if it is about the number that rings; an id from elsewhere opens nothing."""
        row = promises.get(self.tx.connection, request_id)
        return row if row is not None and row["number_id"] == self.number_id else None

    def _called_off(self, request_id: str) -> Result:
        row = self._own(request_id)
        if row is None or not self.promises.called_off(request_id):
            return TooLate()
        held = promises.offer_held(self.tx.connection, request_id)  # made between look and step, too
        if held is not None:
            Conversation(self.services, self.tx, self.facts.rules).withdraw(held)
        self.tx.after_commit(self.services.changed)
        return Settled()

    def _moved(self, request_id: str, choice: str) -> Result:
        row = self._own(request_id)
        if row is None:
            return TooLate()
        rules = self.facts.rules
        topic = row["topic"] if any(t.id == row["topic"] for t in rules.topics) else rules.general_topic
        found = self.promises.window(topic, row["language"], choice, None)
        if found is None:
            return NoWindow()
        if not self.promises.moved_by_caller(request_id, found[1]):
            return TooLate()
        self.tx.after_commit(self.services.changed)
        moved = promises.get(self.tx.connection, request_id)
        return TooLate() if moved is None else promised(self.tx.connection, moved, joined=False, place_kept=False)

    def _checked(self, code: str) -> Result:
        """Each try is counted before it is answered; over a cap nothing is looked up."""
        connection, machine = self.tx.connection, self.services.clock.machine()
        number = self.number_id
        in_call, lately = codes.code_tries(connection, self.call_sid, number, machine - HOUR_SECONDS)
        if too_many(CodeTries(in_call, lately, withheld=number is None)):
            return CodeChecked(known=False, too_many=True)
        codes.note_code_try(connection, self.call_sid, self.step.nonce, number, machine)
        found = codes.with_code(connection, code, self.facts.now - RECENT)
        own = [row for row in found if row["number_id"] == number]
        open_still = (row["id"] for row in own if row["state"] in CHANGEABLE)
        return CodeChecked(known=bool(found), own=bool(own), request_id=next(open_still, ""))
