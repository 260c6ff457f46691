"""Effects of the voice message: noted, kept, dropped. In the effect's transaction; the provider is never called."""

from dataclasses import replace
from typing import TYPE_CHECKING

from adapters.database import Transaction
from callbacks import store as promises
from ivr.effects import DropMessage, KeepMessage, KeepRecording, MessageKept, Recorded, Result, Settled, TooLate
from ivr.fact_finding import promised
from ivr.facts import Facts
from ivr.step_url import Step
from recordings import store
from recordings.model import Announced
from recordings.service import Recordings

if TYPE_CHECKING:
    from bootstrap import Services


class CarryOutMessage:
    """``number_id``: of the call's own number, never a keyed-in one; None: it cannot be rung, no request is made."""

    def __init__(
        self,
        services: "Services",
        tx: Transaction,
        step: Step,
        facts: Facts,
        call_sid: str,
        number_id: str | None,
    ) -> None:
        self.tx, self.step, self.facts, self.call_sid = tx, step, facts, call_sid
        self.number_id = number_id
        self.recordings = Recordings(services, tx, facts.rules)

    def run(self, effect: KeepRecording | KeepMessage | DropMessage) -> Result:
        match effect:
            case KeepRecording():
                return self._noted(effect)
            case KeepMessage(message_id):
                return self._kept(message_id)
            case DropMessage(message_id):
                return Settled() if self._is_hers(message_id) and self.recordings.dropped(message_id) else TooLate()

    def _noted(self, effect: KeepRecording) -> Result:
        announced = Announced(
            effect.recording_sid,
            self.call_sid,
            effect.seconds,
            effect.topic,
            self.step.language,
            "duty" if effect.why == "duty" else "message",
        )
        noted = self.recordings.announced(announced, self.number_id)
        row = store.of_call(self.tx.connection, noted, self.call_sid)
        return TooLate() if row is None or row["state"] == "dropped" else Recorded(noted)

    def _kept(self, message_id: str) -> Result:
        kept = self.recordings.kept(message_id) if self._is_hers(message_id) else None
        if kept is None:
            return TooLate()
        row = promises.get(self.tx.connection, kept.request_id) if kept.request_id is not None else None
        if row is None:
            return MessageKept(None)
        told = promised(self.tx.connection, row, kept.joined, place_kept=False)
        hidden = kept.joined and any(t.id == row["topic"] and t.sensitive for t in self.facts.rules.topics)
        return MessageKept(replace(told, may_tell="window") if hidden else told)

    def _is_hers(self, message_id: str) -> bool:
        """A message belongs to the call that left it; an id from elsewhere opens nothing."""
        return store.of_call(self.tx.connection, message_id, self.call_sid) is not None
