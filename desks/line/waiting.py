"""The waiting line as a caller meets it: join, place, wish, stay, move, leave. In the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping, insert

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import line_event, waiting_caller
from callbacks.planning import ringing_department
from callbacks.service import Promises
from desks import store
from desks.line.closing import lead_herself_out
from desks.line.dealing import place
from desks.line.expected_wait import expected_wait_minutes
from desks.line.front_store import front
from desks.line.machine import FOR_MESSAGE
from desks.store import Duty
from desks.talk.conversation import Conversation, room_name
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Outlook:
    """What a caller can be told: place and wait (None: without history nothing is guessed)."""

    place: int
    wait_minutes: int | None


def rings_soon(rules: Ruleset, duty: Duty, now: datetime, topic: str, language: str, *, urgent: bool) -> bool:
    """Somebody is on duty who could ring about this; of a paused desk urgent matters alone are dealt."""
    desk = ringing_department(rules, topic, language, now).id
    if desk in duty.paused and not urgent:
        return False
    return any({desk, rules.extended_desk} & one.desks for one in duty.all)


def outlook(
    connection: Connection, rules: Ruleset, duty: Duty, now: datetime, desk: str, line_id: str | None
) -> Outlook:
    """For a caller in the line, or (``line_id`` None) for one who would join at its end."""
    seen = front(connection, rules, duty, now, desk)
    ordered, handling = seen.line_of(desk, line_id)
    if line_id is not None:
        position = place(ordered, line_id)
    else:
        position = 1 + sum(1 for matter, clause, _ in ordered if matter.desk == desk and clause != "slot")
    agents = seen.staff.get(desk) or float(sum(1 for one in duty.all if desk in one.desks))
    return Outlook(position, expected_wait_minutes(position, agents, handling))


class Line:
    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset, now: datetime | None = None) -> None:
        self.services = services
        self.tx = tx
        self.rules = rules
        self.now = now or services.clock.now()

    def join(
        self,
        *,
        call_sid: str,
        number_id: str | None,
        topic: str,
        language: str,
        service_language: str,
        department: str,
        desk: str,
        arrived: datetime,
        request: RowMapping | None,
        expected: int | None,
    ) -> str:
        """A new stay; a call that is in the line already keeps the one it has. An open request brings its old place.
        ``expected``: a newcomer's wait in minutes as it looked just now; it is kept beside what comes true."""
        running = store.stay_of_call(self.tx.connection, call_sid)
        if running is not None:
            return str(running["id"])
        line_id = self._insert(
            call_sid=call_sid,
            number_id=number_id,
            request_id=request["id"] if request is not None else None,
            topic=topic,
            language=language,
            service_language=service_language,
            department=department,
            desk=desk,
            urgent=self.rules.topic(topic).urgent,
            line_time_at=min(arrived, request["line_time_at"]) if request is not None else arrived,
            wait_expected_minutes=expected,
        )
        if request is not None and request["state"] == "unreached":
            Promises(self.services, self.tx, self.rules).reopen(request["id"])
        return line_id

    def _insert(self, **values: object) -> str:
        line_id = new_id()
        self.tx.connection.execute(
            insert(waiting_caller).values(
                **values, id=line_id, state="waiting", joined_at=self.now, ruleset_version=self.rules.version
            )
        )
        self.tx.connection.execute(
            insert(line_event).values(
                caller_id=line_id, at=self.now, event="join", from_state="", to_state="waiting", fence=0, who="caller"
            )
        )
        self._shows()
        return line_id

    def wish(self, line_id: str) -> bool:
        """To be rung back: the place is held, an offer that is ringing is withdrawn."""
        held = store.offer_of_caller(self.tx.connection, line_id)
        if not store.move_caller(self.tx.connection, line_id, "wish", self.now, "caller"):
            return False
        self._withdraw(held or store.offer_of_caller(self.tx.connection, line_id))  # made between look and step
        return True

    def stay(self, line_id: str) -> bool:
        back = store.move_caller(self.tx.connection, line_id, "stay", self.now, "caller")
        self._shows()
        return back

    def move_to_extended(self, line_id: str, expected: int | None) -> str | None:
        """A new stay at the extended-hours desk with the old place and the same story. ``expected`` as in ``join``."""
        row = store.stay(self.tx.connection, line_id)
        if row is None or not store.move_caller(self.tx.connection, line_id, "transfer", self.now, "caller"):
            return None
        kept = ("call_sid", "number_id", "request_id", "topic", "language", "service_language", "department", "urgent")
        heard = ("recording_told_at", "recording_declined")
        return self._insert(
            **{name: row[name] for name in (*kept, *heard)},
            desk=self.rules.extended_desk,
            line_time_at=row["line_time_at"],
            wait_expected_minutes=expected,
        )

    def leave(self, line_id: str, why: str) -> bool:
        """The stay ends without an agent: hung up, a message instead, or the provider's queue failed."""
        if why == "hangup":
            Conversation(self.services, self.tx, self.rules).caller_hung_up(line_id)
            return True
        if why == FOR_MESSAGE and not self._still_waits(line_id):
            return False
        held = store.offer_of_caller(self.tx.connection, line_id)
        left = store.move_caller(self.tx.connection, line_id, "hang_up", self.now, "service", note=why, outcome=why)
        if left:
            self._withdraw(held or store.offer_of_caller(self.tx.connection, line_id))
        return left

    def _still_waits(self, line_id: str) -> bool:
        """An agent who has accepted at this very instant is not left alone in the room."""
        row = store.stay(self.tx.connection, line_id, held=True)
        return row is not None and row["state"] in ("waiting", "offered")

    def promised(self, line_id: str) -> bool:
        return store.move_caller(self.tx.connection, line_id, "promise", self.now, "caller")

    def close(self, line_id: str) -> bool:
        return lead_herself_out(self.services, self.tx, self.rules, line_id, self.now)

    def room_of(self, line_id: str) -> str | None:
        """None: the agent has gone meanwhile."""
        Conversation(self.services, self.tx, self.rules).caller_joined(line_id)
        row = store.stay(self.tx.connection, line_id)
        return room_name(line_id) if row is not None and row["state"] == "talking" else None

    def _withdraw(self, held: RowMapping | None) -> None:
        if held is not None:
            Conversation(self.services, self.tx, self.rules).withdraw(held["token"])

    def _shows(self) -> None:
        self.tx.after_commit(self.services.hurry)
        self.tx.after_commit(self.services.changed)
