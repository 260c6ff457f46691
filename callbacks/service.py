"""The promise's use cases, each in the caller's transaction: make, reopen, move, call off. No provider is called here.

What must happen outside (SMS) is ordered in the outbox by the same commit. Rings that reached nobody:
``callbacks.missing``; what the resident is told: ``callbacks.telling``.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import RowMapping, select

from adapters.database import Transaction
from adapters.schema import offer
from callbacks import item_store, store
from callbacks.machine import Event
from callbacks.making import Made, Making, Wanted
from callbacks.missing import Missing
from callbacks.model import Kind, Missed, Refused, Window, code_of, start_of
from callbacks.openings import open_until
from callbacks.planning import open_slots, openings, ringing_department, room_in, slots_for, soonest
from callbacks.scoring import Told, Via
from callbacks.step_store import SPOKEN
from callbacks.telling import Telling
from routing_rules.model import Department, Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

UNREACHED_DAYS = 14
DAYS_AHEAD_EXACT = 61  # as far as an interpreter is ordered
QUARTER = timedelta(minutes=15)
MOVES: Mapping[str, Event] = {"requested": "move", "unreached": "reopen", "needs_human": "resolve_human_again"}
ASAP = "asap"


class Promises:
    """Use cases over one transaction; made for each unit of work."""

    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset, now: datetime | None = None) -> None:
        self.services = services
        self.tx = tx
        self.rules = rules
        self.now = now or services.clock.now()
        self.telling = Telling(services, tx, rules, self.now)

    def window(
        self, topic: str, language: str, choice: str, expected_wait: int | None, held: int | None = None
    ) -> tuple[Kind, Window] | None:
        """The window a choice names, if it can be kept; ``""``: the next slot, at closing time a full one too.

        ``held``: promises in the slot that is named, where they are counted already.
        """
        if choice == ASAP:
            soon = None if expected_wait is None else soonest(self.rules, topic, self.now, expected_wait, language)
            return None if soon is None else ("asap", soon)
        department = ringing_department(self.rules, topic, language, self.now)
        if held is not None:
            return self._slot(department, language, choice, 0 if self.rules.topic(topic).urgent else held)
        free = slots_for(self.tx.connection, self.rules, topic, language, self.now)
        if choice == "":
            free = free or open_slots(self.rules, department, self.now)
        found = next((w for w in free if choice in ("", code_of(w))), None)
        return None if found is None else ("slot", found)

    def _slot(self, department: Department, language: str, choice: str, held: int) -> tuple[Kind, Window] | None:
        coming = open_slots(self.rules, department, self.now, start_of(choice))
        found = next((w for w in coming if choice == code_of(w)), None)
        fits = found is not None and held < room_in(self.rules, department, language, found)
        return ("slot", found) if found is not None and fits else None

    def make(
        self,
        *,
        e164: str,
        topic: str,
        language: str,
        kind: Kind,
        window: Window,
        line_time: datetime,
        call_sid: str,
        in_line: bool = False,
        via: Via = "voice",
    ) -> tuple[str, bool]:
        """(request id, whether an open one was joined) for the number that rings; it is never refused."""
        wanted = Wanted(
            e164, topic, language, kind, window, line_time, call_sid, in_line=in_line, via=via, uncapped=True
        )
        made = Making(self).make(wanted)
        if not isinstance(made, Made):
            raise TypeError(f"a number's own request was not made: {made}")
        return made.request_id, made.joined

    def reopen(
        self, request_id: str, window: Window | None = None, who: str = "caller", told: Told | None = SPOKEN
    ) -> bool:
        """The resident rang in: back in the line at the old place, or with a new window if the desk cannot answer.

        A ring that is still to come, at a time she has been told, stands as it is.
        """
        row = store.get(self.tx.connection, request_id)
        if row is None:
            return False
        if window is not None and self._rings_again(row):
            return True
        values: dict[str, Any] = {"attempts": 0, "contact": "ring"}
        if window is None:  # she waits in the line: nothing is promised besides
            values |= self._at_once(row)
        else:
            values |= self.window_values(row["language"], row["topic"], window, "slot")
        event: Event = "reopen" if row["state"] == "unreached" else "move"
        told = None if window is None else told
        return store.promise_anew(self.tx.connection, request_id, event, self.now, who, told, **values)

    def _rings_again(self, row: RowMapping) -> bool:
        again = row["state"] == "requested" and row["kind"] == "retry" and row["told"] and row["contact"] == "ring"
        return bool(again and row["window_start_at"] > self.now)

    def _at_once(self, row: RowMapping) -> dict[str, Any]:
        """Due now, at the old place, for as long as the desk that rings is open today."""
        policy = self.rules.desk(row["department"]).callbacks
        end = self.now + timedelta(minutes=policy.asap_window_minutes)
        closes = open_until(self.now, openings(self.rules, self.rules.desk(row["desk"]), self.now))
        end = end if closes is None else min(end, closes)
        return {"due_at": self.now, "window_start_at": self.now, "window_end_at": end, "kind": "asap"}

    def missed(
        self,
        request_id: str,
        token: str,
        missed: Missed,
        who: str,
        agreed: datetime | None = None,
        note: str | None = None,
    ) -> None:
        """The ring reached nobody who could talk: the next one by policy with a message between, or ``unreached``."""
        Missing(self, token, who).missed(request_id, missed, agreed, note)

    def move(self, request_id: str, window: Window, who: str, via: Via = "sms") -> bool:
        """A new window, told by message where one can be sent; ``voice``, ``agent``: the resident agreed to it.

        She is told a ring: whoever was to be answered in writing is rung from now on.
        An interpreter's quarter of an hour is moved by people only, and never silently: somebody must order the
        interpreter anew.
        """
        row = store.get(self.tx.connection, request_id)
        if row is None:
            return False
        exact = window.end - window.start == QUARTER
        if row["interpreter"] and not exact:
            self.raise_item("interpreter", request_id)
            if who == "service":
                return False
        values = self.window_values(row["language"], row["topic"], window, "slot") | {"contact": "ring"}
        told = self.telling.by_text({**row, **values}, "sms.moved") if via == "sms" else Told(via)
        moved = store.promise_anew(self.tx.connection, request_id, "move", self.now, who, told, **values)
        if moved:
            self.text(request_id, "sms.moved", f"-{code_of(window)}")
            if told.via == "untold":
                self.raise_item("untold", request_id)
        return moved

    def reassign(self, request_id: str, who: str, desk: str | None = None, owner: str | None = None) -> bool | Refused:
        """Another desk rings, or this agent first; her window stands. False: it is not waiting for its ring."""
        row = store.get(self.tx.connection, request_id)
        if row is None:
            return False
        rings = desk or row["desk"]
        if (refused := self.may_reassign(row, rings)) is not None:
            return refused
        values = {"desk": rings, "owner_id": owner, "note": f"{rings} {owner or ''}".strip()}
        return store.transition(self.tx.connection, request_id, "reassign", self.now, who, **values)

    def may_reassign(self, row: RowMapping, desk: str) -> Refused | None:
        """``desk``: it cannot ring; ``closed``: not when the interpreter is there. Asked before anything is changed."""
        rings = self.rules.desk(desk)
        if rings.id != desk or rings.kind != "console":
            return Refused("desk")
        hours = openings(self.rules, rings, self.now, DAYS_AHEAD_EXACT)
        if row["interpreter"] and open_until(row["window_start_at"], hours) is None:
            return Refused("closed")
        return None

    def moved_by_caller(self, request_id: str, window: Window) -> bool:
        """The resident took another window and hears it now. False: our own call is under way, or it is over."""
        row = store.get(self.tx.connection, request_id)
        event = MOVES.get(row["state"]) if row is not None else None
        if row is None or event is None:
            return False
        values = self.window_values(row["language"], row["topic"], window, "slot") | {"contact": "ring"}
        if row["state"] == "unreached":
            values["attempts"] = 0
        if not store.promise_anew(self.tx.connection, request_id, event, self.now, "caller", SPOKEN, **values):
            return False
        self.close_items(request_id)
        if row["interpreter"]:  # the time is hers; the interpreter is still ordered for the old one
            self.raise_item("interpreter", request_id)
        self.text(request_id, "sms.moved", f"-{code_of(window)}")
        return True

    def called_off(self, request_id: str) -> bool:
        """The resident no longer wants it. False: her telephone rings already, or it is over."""
        if not store.transition(
            self.tx.connection, request_id, "call_off", self.now, "caller", outcome="cancelled", note="by telephone"
        ):
            return False
        self.close_items(request_id)
        self.text(request_id, "sms.cancelled")
        return True

    def raise_item(self, kind: str, request_id: str | None, detail: str | None = None) -> None:
        """Onto the supervisor's list, once for each request (or detail: a duty, a recording) and kind."""
        item_store.raise_item(self.tx.connection, kind, self.now, request_id, detail)

    def close_rung_in_vain(self, number_id: str | None) -> None:
        """This telephone's ring to a duty has become a matter with words of its own; a withheld number names nobody."""
        if number_id is not None:
            item_store.close_rung_in_vain(self.tx.connection, self.now, number_id)

    def close_items(self, request_id: str, kind: str | None = None) -> None:
        """Off the supervisor's list, one kind or all: somebody has seen to it."""
        item_store.close_items(self.tx.connection, self.now, request_id, kind)

    def text(self, request_id: str, key: str, distinct: str = "") -> None:
        self.telling.text(request_id, key, distinct)

    def is_over(self, row: RowMapping) -> bool:
        """They have talked and only the agent's note is missing: the caller asks for another talk, not for that one."""
        held = select(offer.c.state).where(offer.c.token == row["offer_token"])
        if row["state"] != "connected" or self.tx.connection.scalar(held) != "wrapup":
            return False
        note = {"token": row["offer_token"], "outcome": "unnoted"}
        return store.transition(self.tx.connection, row["id"], "done", self.now, "service", **note)

    def window_values(self, language: str, topic: str, window: Window, kind: Kind) -> dict[str, Any]:
        return self.telling.window_values(language, topic, window, kind)

    def words(self, language: str, topic: str, window: Window) -> str:
        return self.telling.words(language, topic, window)
