"""One matter between one agent and one resident: accepted, joined, rung in vain. Each step in the caller's transaction.

The agent's leg first: the resident is dialled only by the answer to her accept, behind a compare-and-set.
Every later write carries the offer's token; a stale token changes nothing. How it ends: ``conversation_end``.
"""

from dataclasses import dataclass

from sqlalchemy import RowMapping

from callbacks import store as promises
from callbacks.model import Missed
from desks import store
from desks.talk import transfer_end
from desks.talk import transfer_store as transfers
from desks.talk.base import SERVICE, room_name, wrap_up_expired
from desks.talk.conversation_end import WRAP_UP_MINUTES, Endings
from desks.talk.recorded import records_talks, talk_began
from desks.talk.room import room_of

__all__ = ["WRAP_UP_MINUTES", "Conversation", "Ring", "Room", "room_name", "wrap_up_expired"]

RINGING = ("dialing", "connected")
TALKED = frozenset({"completed", "answered"})
MISSED: dict[str, Missed] = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "no_answer"}


@dataclass(frozen=True)
class Room:
    """A waiting caller was accepted: both legs meet here. ``ends``: when this agent leaves, the talk is over."""

    name: str
    ends: bool = True


@dataclass(frozen=True)
class Ring:
    """A callback was accepted: the agent's leg dials the resident."""

    e164: str
    language: str
    keyed_in: bool  # perhaps not the number of the one who asked: neutral first words
    recorded: bool = False  # by the rules of the matter's department: she is told first


class Conversation(Endings):
    def accept(self, token: str, call_sid: str) -> Room | Ring | None:
        """None: the token is stale, this leg has nothing to say."""
        row = self.held(token)
        if row is None or row["state"] != "offered" or row["agent_call_sid"] not in (None, call_sid):
            return None
        values = {
            "agent_call_sid": call_sid,
            "accepted_at": self.now,
            "accepted_machine": self.services.clock.machine(),
        }
        if row["caller_id"] is not None:
            return self._accept_live(row, values)
        return self._accept_callback(row, values)

    def _accept_live(self, row: RowMapping, values: dict[str, object]) -> Room | None:
        open_one = transfers.open_of(self.tx.connection, row["token"])
        if open_one is not None:
            return self._accept_consulted(row, open_one, values)
        values["room"] = room_name(row["caller_id"])
        if not store.move_caller(
            self.tx.connection, row["caller_id"], "accept", self.now, row["agent_id"], answered_at=self.now
        ):
            return None
        store.move_offer(self.tx.connection, row["token"], "accept_live", **values)
        self.services.outbox.order(self.tx, "bring_caller", row["token"])
        return Room(room_name(row["caller_id"]))

    def _accept_consulted(self, row: RowMapping, asked: RowMapping, values: dict[str, object]) -> Room | None:
        """Into the colleague's room: the resident is on hold there, or hers at once if the colleague has left."""
        asking = store.offer_by_token(self.tx.connection, asked["token"])
        if asking is None or asked["state"] != "asked" or (room := room_of(asking)) is None:
            return None
        store.move_offer(self.tx.connection, row["token"], "accept_live", room=room, **values)
        store.move_offer(self.tx.connection, row["token"], "connect", connected_at=self.now)
        transfer_end.answered(self, asked)
        self.shows(row["agent_id"])
        return Room(room, ends=False)

    def _accept_callback(self, row: RowMapping, values: dict[str, object]) -> Ring | None:
        request = promises.get(self.tx.connection, row["request_id"])
        if request is None:
            return None
        changed = promises.transition(
            self.tx.connection, request["id"], "accept", self.now, row["agent_id"], token=row["token"],
            attempts=request["attempts"] + 1, last_attempt_at=self.now,
        )  # fmt: skip
        if not changed:
            return None
        store.move_offer(self.tx.connection, row["token"], "accept_callback", **values)
        e164 = promises.e164_of(self.tx.connection, request["number_id"])
        recorded = records_talks(self.services.rules.version(request["ruleset_version"]), request["department"])
        return Ring(e164, request["language"], request["keyed_in"], recorded)

    def caller_joined(self, line_id: str) -> None:
        """The caller's leg goes to the room where the agent's is."""
        row = store.offer_of_caller(self.tx.connection, line_id)
        if row is not None and store.move_caller(self.tx.connection, line_id, "join", self.now, SERVICE):
            store.move_offer(self.tx.connection, row["token"], "connect", connected_at=self.now)
            talk_began(self, row["token"])
            self.shows(row["agent_id"])

    def resident_answered(self, token: str) -> None:
        row = self.held(token)
        if row is None or row["request_id"] is None or row["state"] not in RINGING:
            return
        if promises.transition(self.tx.connection, row["request_id"], "answered", self.now, SERVICE, token=token):
            store.move_offer(self.tx.connection, token, "connect", connected_at=self.now)
            talk_began(self, token)
            self.shows(row["agent_id"])
            if row["leg_ended_machine"] is not None:  # news out of order: her leg is over already
                self.talk_over(token)

    def ring_over(self, token: str, status: str) -> bool:
        """The ring at the resident's ended. True: nobody talked (the agent is told so and is free).

        A word that is neither a miss nor a talk (a webhook that came through the fallback has none) decides nothing.
        """
        row = self.held(token)
        if row is None or row["request_id"] is None:
            return False
        if row["state"] == "ended" and row["outcome"] == "unknown":
            return self._late_news(row, status)
        if row["state"] not in RINGING:
            return False
        if status in MISSED and row["state"] != "connected":
            self.promises.missed(row["request_id"], token, MISSED[status], SERVICE)
            self.close(row, MISSED[status])
            return True
        if status in TALKED:
            self.resident_answered(token)
            self.talk_over(token)
        return False

    def _late_news(self, row: RowMapping, status: str) -> bool:
        """The agent has been let go; the request still knows which offer rang."""
        if status in MISSED:
            self.promises.missed(row["request_id"], row["token"], MISSED[status], SERVICE)
        elif status in TALKED:
            done = {"token": row["token"], "outcome": "unnoted"}
            if promises.transition(self.tx.connection, row["request_id"], "done", self.now, SERVICE, **done):
                self.promises.raise_item("unnoted", row["request_id"])
        return status in MISSED
