"""The promise's use cases, each in the caller's transaction: make, reopen, miss, move. No provider is called here.

What must happen outside (SMS) is ordered in the outbox by the same commit.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping, insert, select, update

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import offer, supervisor_item, text_message
from callbacks import store
from callbacks.machine import Event
from callbacks.making import Made, Making, Wanted
from callbacks.model import Kind, Missed, Window, code_of, start_of
from callbacks.numbers import takes_texts
from callbacks.openings import open_until
from callbacks.planning import free_slots, open_slots, openings, ringing_department, room_in, soonest
from callbacks.retry_policy import Exhausted, after_miss
from ivr.turn import DigitsSpoken, MomentSpoken, PhoneSpoken, TopicSpoken, Value, WindowSpoken
from routing_rules.model import Department, Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

UNREACHED_DAYS = 14
MOVES: Mapping[str, Event] = {"requested": "move", "unreached": "reopen", "needs_human": "resolve_human_again"}
ASAP = "asap"


class Promises:
    """Use cases over one transaction; made for each unit of work."""

    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset, now: datetime | None = None) -> None:
        self.services = services
        self.tx = tx
        self.rules = rules
        self.now = now or services.clock.now()

    def window(
        self, topic: str, language: str, choice: str, expected_wait: int | None, held: int | None = None
    ) -> tuple[Kind, Window] | None:
        """The window a choice names, if it can be kept; ``""``: the next slot, at closing time a full one too.

        ``held``: promises in the slot that is named, where they are counted already.
        """
        if choice == ASAP:
            soon = None if expected_wait is None else soonest(self.rules, topic, self.now, expected_wait)
            return None if soon is None else ("asap", soon)
        department = ringing_department(self.rules, topic)
        if held is not None:
            return self._slot(department, language, choice, held)
        free = free_slots(self.tx.connection, self.rules, department, language, self.now)
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
    ) -> tuple[str, bool]:
        """(request id, whether an open one was joined) for the number that rings; it is never refused."""
        made = Making(self).make(Wanted(e164, topic, language, kind, window, line_time, call_sid, in_line=in_line))
        if not isinstance(made, Made):
            raise TypeError(f"a number's own request was not made: {made}")
        return made.request_id, made.joined

    def reopen(self, request_id: str, window: Window | None = None) -> bool:
        """The resident rang in: back in the line at the old place, or with a new window if the desk cannot answer."""
        row = store.get(self.tx.connection, request_id)
        if row is None:
            return False
        if window is None:
            values: dict[str, Any] = {**self._at_once(row), "attempts": 0}
        else:
            values = self.window_values(row["language"], row["topic"], window, "slot") | {"attempts": 0}
        values["contact"] = "ring"
        event: Event = "reopen" if row["state"] == "unreached" else "move"
        return store.transition(self.tx.connection, request_id, event, self.now, "caller", **values)

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
        row = store.get(self.tx.connection, request_id)
        if row is None:
            return
        if row["contact"] == "text":  # noted in the talk: nobody rings again, and nobody is told that we will
            store.transition(self.tx.connection, request_id, "missed", self.now, who, token=token, note=note or missed)
            return
        department = self.rules.desk(row["desk"])
        policy = self.rules.desk(row["department"]).callbacks
        following = after_miss(
            missed, row["attempts"], policy, self.now, openings(self.rules, department, self.now), agreed
        )
        if isinstance(following, Exhausted):
            self._exhausted(request_id, token, missed, who)
            return
        values = self.window_values(row["language"], row["topic"], following.window, "retry")
        del values["line_time_at"]  # her place stays; a retry is dealt by its due time
        values |= {"due_at": following.due_at, "told": agreed is not None or self._can_text(row)}
        note = note or missed
        if store.transition(self.tx.connection, request_id, "missed", self.now, who, token=token, note=note, **values):
            self.text(request_id, "sms.moved" if missed == "bad_moment" else "sms.missed", f"-{row['attempts']}")

    def _exhausted(self, request_id: str, token: str, missed: Missed, who: str) -> None:
        last = {"token": token, "note": missed, "outcome": "unreached"}
        if store.transition(self.tx.connection, request_id, "exhausted", self.now, who, **last):
            self.raise_item("unreached", request_id)
            self.text(request_id, "sms.unreached")

    def move(self, request_id: str, window: Window, who: str) -> bool:
        row = store.get(self.tx.connection, request_id)
        if row is None:
            return False
        values = self.window_values(row["language"], row["topic"], window, "slot")
        values["told"] = self._can_text(row)
        moved = store.transition(self.tx.connection, request_id, "move", self.now, who, **values)
        if moved:
            self.text(request_id, "sms.moved", f"-{code_of(window)}")
            if not values["told"]:
                self.raise_item("untold", request_id)
        return moved

    def moved_by_caller(self, request_id: str, window: Window) -> bool:
        """The resident took another window and hears it now. False: our own call is under way, or it is over."""
        row = store.get(self.tx.connection, request_id)
        event = MOVES.get(row["state"]) if row is not None else None
        if row is None or event is None:
            return False
        values = self.window_values(row["language"], row["topic"], window, "slot") | {"told": True, "contact": "ring"}
        if row["state"] == "unreached":
            values["attempts"] = 0
        if not store.transition(self.tx.connection, request_id, event, self.now, "caller", **values):
            return False
        self.close_items(request_id)
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
        known = select(supervisor_item.c.id).where(
            supervisor_item.c.kind == kind,
            supervisor_item.c.request_id == request_id,
            supervisor_item.c.detail == detail,
            supervisor_item.c.closed_at.is_(None),
        )
        if self.tx.connection.scalar(known) is None:
            self.tx.connection.execute(
                insert(supervisor_item).values(
                    id=new_id(), kind=kind, request_id=request_id, detail=detail, made_at=self.now
                )
            )

    def close_rung_in_vain(self, number_id: str | None) -> None:
        """This telephone's ring to a duty has become a matter with words of its own; a withheld number names nobody."""
        if number_id is None:
            return
        alone = (supervisor_item.c.number_id == number_id, supervisor_item.c.closed_at.is_(None))
        self.tx.connection.execute(update(supervisor_item).where(*alone).values(closed_at=self.now))

    def close_items(self, request_id: str, kind: str | None = None) -> None:
        """Off the supervisor's list, one kind or all: somebody has seen to it."""
        mine = [supervisor_item.c.request_id == request_id, supervisor_item.c.closed_at.is_(None)]
        if kind is not None:
            mine.append(supervisor_item.c.kind == kind)
        self.tx.connection.execute(update(supervisor_item).where(*mine).values(closed_at=self.now))

    def text(self, request_id: str, key: str, distinct: str = "") -> None:
        """Orders an SMS in the resident's language; without a sender nothing depends on it."""
        if not self.services.settings.sms_sender:
            return
        row = store.get(self.tx.connection, request_id)
        if row is None or not self._can_text(row):
            return
        message_id = new_id()
        body = self.services.announcements.sms(key, row["language"], self._values(row), self.rules, self._zone())
        self.tx.connection.execute(
            insert(text_message).values(
                id=message_id,
                number_id=row["number_id"],
                request_id=request_id,
                language=row["language"],
                key=key + distinct,
                body=body,
                created_at=self.now,
            )
        )
        self.services.outbox.order(self.tx, "send_text", message_id)

    def _values(self, row: RowMapping) -> tuple[tuple[str, Value], ...]:
        window = WindowSpoken(row["window_start_at"], row["window_end_at"], self.now)
        tried = row["last_attempt_at"] or self.now
        return (
            ("window", window),
            ("code", DigitsSpoken(row["code"])),
            ("at", MomentSpoken(tried, self.now)),
            ("number", PhoneSpoken(self.services.settings.city_number)),
        )

    def is_over(self, row: RowMapping) -> bool:
        """They have talked and only the agent's note is missing: the caller asks for another talk, not for that one."""
        held = select(offer.c.state).where(offer.c.token == row["offer_token"])
        if row["state"] != "connected" or self.tx.connection.scalar(held) != "wrapup":
            return False
        note = {"token": row["offer_token"], "outcome": "unnoted"}
        return store.transition(self.tx.connection, row["id"], "done", self.now, "service", **note)

    def window_values(self, language: str, topic: str, window: Window, kind: Kind) -> dict[str, Any]:
        return {
            "kind": kind,
            "due_at": window.start,
            "line_time_at": window.start,
            "window_start_at": window.start,
            "window_end_at": window.end,
            "promise_words": self.words(language, topic, window),
        }

    def words(self, language: str, topic: str, window: Window) -> str:
        values: tuple[tuple[str, Value], ...] = (
            ("about", TopicSpoken(topic, "about")),
            ("window", WindowSpoken(window.start, window.end, self.now)),
        )
        return self.services.announcements.text("promise.told", language, values, self.rules, self._zone())

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.rules.time_zone)

    def _can_text(self, row: RowMapping) -> bool:
        """There is a sender, and the telephone is one that takes messages."""
        return bool(self.services.settings.sms_sender) and takes_texts(
            store.e164_of(self.tx.connection, row["number_id"])
        )
