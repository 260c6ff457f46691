"""A ring that reached nobody who could talk: the next one by the department's policy, or ``unreached``.

In the caller's transaction. An interpreter is there for one quarter of an hour: no machine rings again without her.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping

from callbacks import store
from callbacks.model import Missed
from callbacks.planning import openings
from callbacks.retry_policy import Exhausted, NextRing, after_miss
from callbacks.scoring import Told
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from callbacks.service import Promises

SERVICE = "service"


def next_ring(
    rules: Ruleset, row: RowMapping, now: datetime, missed: Missed, agreed: datetime | None
) -> NextRing | Exhausted:
    """By the policy of the department whose matter it is, within the coming hours of the desk that rings."""
    hours = openings(rules, rules.desk(row["desk"]), now)
    return after_miss(missed, row["attempts"], rules.desk(row["department"]).callbacks, now, hours, agreed)


class Missing:
    """``token``: of the offer that rang; ``who``: the agent who says so, or the service."""

    def __init__(self, promises: "Promises", token: str, who: str) -> None:
        self.promises, self.token, self.who = promises, token, who
        self.rules, self.now = promises.rules, promises.now

    def missed(self, request_id: str, missed: Missed, agreed: datetime | None, note: str | None) -> None:
        row = store.get(self.promises.tx.connection, request_id)
        if row is None:
            return
        note = note or missed
        if row["contact"] == "text":  # noted in the talk: nobody rings again, and nobody is told that we will
            self._step(row, note)
            return
        if row["interpreter"] and agreed is None:
            self._without_interpreter(row, note)
            return
        following = next_ring(self.rules, row, self.now, missed, agreed)
        if isinstance(following, Exhausted):
            self._exhausted(request_id, missed)
        else:
            self._again(row, following, agreed, note)

    def _again(self, row: RowMapping, following: NextRing, agreed: datetime | None, note: str) -> None:
        """What was agreed has been told by whoever agreed it; another window than that is told by message or nobody."""
        values = self.promises.window_values(row["language"], row["topic"], following.window, "retry")
        del values["line_time_at"]  # her place stays; a retry is dealt by its due time
        values["due_at"] = following.due_at
        if row["interpreter"]:  # agreed by people in the talk: rung within that window, and never outside it
            values["kind"] = "slot"
        key = "sms.missed" if agreed is None else "sms.moved"
        heard = following.due_at == agreed
        told = Told("agent") if heard else self.promises.telling.by_text({**row, **values}, key)
        if agreed is not None and self.who != SERVICE:  # who agreed it with her is who rings, if she is free then
            values["owner_id"] = self.who
        if told.via == "untold":  # the promise she had was judged by this ring; she has been given no other
            values["told"] = False
        if self._step(row, note, None if told.via == "untold" else told, **values):
            self.promises.text(row["id"], key, f"-{row['attempts']}")
            if agreed is not None and told.via == "untold":
                self.promises.raise_item("untold", row["id"])
            if row["interpreter"]:
                self.promises.raise_item("interpreter", row["id"])

    def _without_interpreter(self, row: RowMapping, note: str) -> None:
        """The window stands as it was; a person agrees another one with both."""
        if self._step(row, note, kind="retry"):
            self.promises.raise_item("interpreter", row["id"])
            self.promises.text(row["id"], "sms.interpreter", f"-{row['attempts']}")

    def _exhausted(self, request_id: str, missed: Missed) -> None:
        last = {"token": self.token, "note": missed, "outcome": "unreached"}
        connection = self.promises.tx.connection
        if store.transition(connection, request_id, "exhausted", self.now, self.who, **last):
            self.promises.raise_item("unreached", request_id)
            self.promises.text(request_id, "sms.unreached")

    def _step(self, row: RowMapping, note: str, promised: Told | None = None, **values: Any) -> bool:
        connection, how = self.promises.tx.connection, {"token": self.token, "note": note}
        return store.promise_anew(connection, row["id"], "missed", self.now, self.who, promised, **how, **values)
