"""What a route orders besides the line: a department's number by text, and the alarm when nobody on duty answered.

In the caller's transaction. Nothing flows from a text: without a sender the words and the list are there.
"""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from callbacks import item_store, text_store
from callbacks.numbers import takes_texts
from ivr.effects import RaiseAlarm, Result, Settled, TextNumber, TooLate
from ivr.facts import Callable, Facts, NotCallable
from ivr.speech.announcements import Values
from ivr.step_url import Step
from ivr.turn import DepartmentSpoken, DutySpoken, PhoneSpoken
from routing_rules.model import LANGUAGES

if TYPE_CHECKING:
    from bootstrap import Services

UNANSWERED = "duty_unanswered"


class RouteOrders:
    def __init__(self, services: "Services", tx: Transaction, step: Step, facts: Facts) -> None:
        self.services, self.tx, self.step, self.facts = services, tx, step, facts

    def text_number(self, effect: TextNumber, caller: Callable | NotCallable) -> Result:
        """To the telephone that rings, never to a keyed-in number: nobody gets texts that another person ordered."""
        department = self.facts.rules.desk(effect.department)
        if not isinstance(caller, Callable) or not takes_texts(caller.e164) or department.number is None:
            return TooLate()
        values: Values = (
            ("department", DepartmentSpoken(department.id)),
            ("number", PhoneSpoken(department.number)),
        )
        self._text(caller.e164, "sms.number", self.step.language, values)
        return Settled()

    def raise_alarm(self, effect: RaiseAlarm, number_id: str | None) -> Result:
        """One open item for each duty and each telephone that rang it in vain; the text says nothing about her."""
        self._note_unanswered(effect.duty, number_id)
        duty = next((d for d in self.facts.rules.duties if d.id == effect.duty), None)
        if duty is not None and duty.alarm_number is not None:
            self._text(duty.alarm_number, "sms.alarm", LANGUAGES[0], (("duty", DutySpoken(duty.id)),))
        return Settled()

    def _note_unanswered(self, duty: str, number_id: str | None) -> None:
        if item_store.raise_item(self.tx.connection, UNANSWERED, self.facts.now, None, duty, number_id):
            self.tx.after_commit(self.services.changed)

    def _text(self, e164: str, key: str, language: str, values: Values) -> None:
        text_store.order(self.services, self.tx, self.facts.rules, self.facts.now, e164, key, language, values)
