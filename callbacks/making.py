"""A promise is made: a new request, or the open one about the same matter. In the caller's transaction.

What a calling number proves is nothing, what a keyed-in one proves is less: whoever keys in somebody else's number
neither hears what is open there nor changes it, and has a limit. An urgent matter is never refused.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Connection, RowMapping

from callbacks import limit_store, store
from callbacks.code import request_code
from callbacks.limits import DAY, Asked, OfNumber, next_person, number_over, over
from callbacks.model import Kind, Refused, Window
from callbacks.planning import ringing_department
from callbacks.scoring import Told, Via

if TYPE_CHECKING:
    from callbacks.service import Promises

NEXT_PERSON = 0
MayTell = Literal["all", "window", "nothing"]


@dataclass(frozen=True)
class Looked:
    """What one look, in the same transaction, has found before the promise."""

    number: str | None  # opaque id of the number to be rung, if it is known
    same: bool  # it has an open request about the topic
    held: int  # promises in the window wanted
    had: OfNumber | None = None  # what it has had within the day, where that was looked up too


@dataclass(frozen=True)
class Wanted:
    e164: str
    topic: str
    language: str
    kind: Kind
    window: Window
    line_time: datetime
    call_sid: str
    in_line: bool = False  # comes from the waiting line: its place is kept
    keyed_in: bool = False  # not the number that rings
    asker: str | None = None  # opaque id of the number that rings, where another was keyed in; None: withheld
    person: int = 1  # ordinal on that telephone; 0: the next without an open request about this
    same: Literal["ask", "join"] = "join"
    live: bool = False  # somebody would answer an urgent caller now
    by: str | None = None  # the agent who promises on the caller's behalf: the matter is hers; None: the caller herself
    via: Via = "voice"  # how the window is told; sms: by message, where one can be sent
    looked: Looked | None = None
    stopped: bool = False  # a limit of the whole city is met
    uncapped: bool = False  # our own closing leads her here: whatever is met, nobody is left without


@dataclass(frozen=True)
class Made:
    request_id: str
    joined: bool
    may_tell: MayTell = "all"
    code: str = ""  # of a new one


@dataclass(frozen=True)
class SameOpen:
    """Nothing was made: the caller is asked whether it is the same matter or another person's."""

    row: RowMapping


class Making:
    def __init__(self, promises: "Promises") -> None:
        self.promises, self.rules, self.now = promises, promises.rules, promises.now
        self.tx = promises.tx

    @property
    def connection(self) -> Connection:
        return self.tx.connection

    def make(self, wanted: Wanted) -> Made | SameOpen | Refused:
        """Refused: ``too_many``, ``stopped``; ``live`` where an urgent caller over a cap is better answered at once."""
        number = self._number(wanted)
        same = self._open_same(wanted, number)
        if same is not None and wanted.same == "ask" and not self._is_sensitive(wanted):
            return SameOpen(same)
        if same is not None and not (self._by_stranger(wanted, same) and self._is_sensitive(wanted)):
            return self._joined(wanted, same)
        if same is not None:  # a keyed-in number must not betray what is open there
            wanted = replace(wanted, person=NEXT_PERSON)
        return self._refusal(wanted, number) or self._added(wanted, number)

    def _number(self, wanted: Wanted) -> str | None:
        """A keyed-in number is stored with its first request, not before."""
        if wanted.looked is not None and (wanted.looked.number is not None or wanted.keyed_in):
            return wanted.looked.number
        if wanted.keyed_in:
            return store.known_number_id(self.connection, wanted.e164)
        return store.number_id(self.connection, wanted.e164, self.now)

    def _open_same(self, wanted: Wanted, number: str | None) -> RowMapping | None:
        if number is None or wanted.person == NEXT_PERSON or self._is_urgent(wanted):
            return None
        if wanted.looked is not None and not wanted.looked.same:
            return None
        same = store.open_same(self.connection, number, wanted.topic, wanted.person)
        return None if same is None or self.promises.is_over(same) else same

    def _is_urgent(self, wanted: Wanted) -> bool:
        return self.rules.topic(wanted.topic).urgent

    def _is_sensitive(self, wanted: Wanted) -> bool:
        return self.rules.topic(wanted.topic).sensitive

    def _by_stranger(self, wanted: Wanted, same: RowMapping) -> bool:
        """Keyed in by somebody who has not asked for this request herself, as far as anybody can see."""
        if not wanted.keyed_in or same["origin_call_sid"] == wanted.call_sid:
            return False
        return wanted.asker is None or same["asked_by_number_id"] != wanted.asker

    # --- the open one is joined ----------------------------------------------------------------------------------

    def _joined(self, wanted: Wanted, same: RowMapping) -> Made | Refused:
        if not self._by_stranger(wanted, same):
            self._join(same, wanted, wanted.in_line)
            return Made(same["id"], True, "window" if self._is_sensitive(wanted) else "all")
        if (
            same["state"] == "unreached"
        ):  # rung three times in vain: nobody starts that anew from elsewhere the same day
            if same["last_attempt_at"] is not None and same["last_attempt_at"] > self.now - DAY:
                return Refused("too_many")
            self._join(same, replace(wanted, via="untold"), in_line=False)  # who keyed it in hears of no window
        return Made(same["id"], True, "nothing")

    def _join(self, row: RowMapping, wanted: Wanted, in_line: bool) -> None:
        """The caller asked again: a window that still lies ahead is kept, anything else becomes due in the new one.

        One who comes from the line was there about this matter, or is led out of a closed one: the new window is told.
        Whoever was to be answered in writing now asks to be rung, and hears that she will be: so she is.
        A time at which an interpreter is there stands: somebody has ordered one for it.
        """
        window, who = wanted.window, wanted.by or "caller"
        values = self.promises.window_values(row["language"], row["topic"], window, "slot") | {"contact": "ring"}
        promised = self._told(wanted, {**row, **values}, "sms.moved")
        in_writing = row["contact"] == "text"
        stands = row["interpreter"] is not None and not in_writing and row["window_end_at"] > self.now
        if row["state"] == "unreached":
            self.promises.reopen(row["id"], window, who, promised)
        elif row["state"] == "needs_human":
            store.promise_anew(self.connection, row["id"], "resolve_human_again", self.now, who, promised, **values)
            self.promises.close_items(row["id"])
        elif row["state"] == "requested" and not stands and (in_line or in_writing or row["window_end_at"] <= self.now):
            store.promise_anew(self.connection, row["id"], "move", self.now, who, promised, **values)

    def _told(self, wanted: Wanted, row: Mapping[str, Any], key: str) -> Told:
        return self.promises.telling.by_text(row, key) if wanted.via == "sms" else Told(wanted.via)

    # --- a new one -----------------------------------------------------------------------------------------------

    def _refusal(self, wanted: Wanted, number: str | None) -> Refused | None:
        """An urgent matter is held by no cap: where one is met it goes live, and is promised where nobody answers."""
        met = self._cap_met(wanted, number)
        if met is None or not self._is_urgent(wanted):
            return met
        return Refused("live") if wanted.live else None

    def _cap_met(self, wanted: Wanted, number: str | None) -> Refused | None:
        if wanted.keyed_in and self._keyed_in_too_often(wanted, number):
            return Refused("too_many")
        if wanted.uncapped or wanted.by is not None:  # an agent knows what she promises, and to whom
            return None
        if wanted.stopped:
            return Refused("stopped")
        had = wanted.looked.had if wanted.looked is not None else None
        had = had or limit_store.of_number(self.connection, number, self.now - DAY)
        return Refused("too_many") if number_over(had, self.rules.limits) else None

    def _keyed_in_too_often(self, wanted: Wanted, number: str | None) -> bool:
        since = self.now - DAY
        asked = Asked(
            numbers=store.numbers_keyed_in(self.connection, wanted.asker, number, since) if wanted.asker else 0,
            open_there=store.open_keyed_in(self.connection, number, wanted.asker) if number else 0,
        )
        return over(asked)

    def _added(self, wanted: Wanted, number: str | None) -> Made | Refused:
        number = number or store.number_id(self.connection, wanted.e164, self.now)
        person = wanted.person
        if person == NEXT_PERSON:
            found = next_person(store.persons(self.connection, number, wanted.topic), self._is_urgent(wanted))
            if found is None:
                return Refused("too_many")
            person = found
        values = self._row(wanted) | {"number_id": number, "person": person}
        promised = self._told(wanted, {**values, "last_attempt_at": None}, "sms.promise")
        request_id = store.add(self.tx, values, self.now, wanted.by or "caller", promised)
        self.promises.text(request_id, "sms.promise")
        return Made(request_id, False, code=values["code"])

    def _row(self, wanted: Wanted) -> dict[str, Any]:
        department = ringing_department(self.rules, wanted.topic, wanted.language, self.now)
        soon = wanted.kind == "asap"
        return {
            "code": request_code(secrets.token_bytes),
            "topic": wanted.topic,
            "language": wanted.language,
            "department": department.id,
            "desk": department.id,
            "ruleset_version": self.rules.version,
            "urgent": self._is_urgent(wanted),
            "kind": wanted.kind,
            "line_time_at": wanted.line_time if soon else wanted.window.start,
            "due_at": self.now if soon else wanted.window.start,
            "window_start_at": wanted.window.start,
            "window_end_at": wanted.window.end,
            "promise_words": self.promises.words(wanted.language, wanted.topic, wanted.window),
            "origin_call_sid": wanted.call_sid,
            "keyed_in": wanted.keyed_in,
            "asked_by_number_id": wanted.asker if wanted.keyed_in else None,
            "owner_id": wanted.by,
        }
