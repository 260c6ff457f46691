"""One matter between one agent and one resident: accepted, joined, over, noted. Each step in the caller's transaction.

The agent's leg first: the resident is dialled only by the answer to her accept, behind a compare-and-set.
Every later write carries the offer's token; a stale token changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, update

from adapters.database import Transaction
from adapters.schema import presence
from callbacks import store as promises
from callbacks.model import Missed
from callbacks.service import Promises
from desks import store
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

WRAP_UP_MINUTES = 3  # business time for the note; then the talk counts as done, unnoted
SERVICE = "service"

SHORTEST_TALK = timedelta(seconds=10)  # business time; who was cut off before has not been helped
RELEASE_SECONDS = 3.0  # machine time that a room may take to empty by itself
RINGING = ("dialing", "connected")
TALKED = frozenset({"completed", "answered"})
# What the end of a ringing agent's leg means: her browser still in the last call is busy, and no fault of hers.
LEG_WORDS = {"no-answer": "unanswered", "failed": "unanswered", "canceled": "unanswered", "busy": "busy"}
MISSED: dict[str, Missed] = {"busy": "busy", "no-answer": "no_answer", "failed": "failed", "canceled": "no_answer"}


@dataclass(frozen=True)
class Room:
    """A waiting caller was accepted: both legs meet here."""

    name: str


@dataclass(frozen=True)
class Ring:
    """A callback was accepted: the agent's leg dials the resident."""

    e164: str
    language: str
    keyed_in: bool  # perhaps not the number of the one who asked: neutral first words


class Conversation:
    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset) -> None:
        self.services = services
        self.tx = tx
        self.rules = rules
        self.now = services.clock.now()
        self.promises = Promises(services, tx, rules)

    # --- from offer to talk ----------------------------------------------------------------------------------

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
        if not store.move_caller(self.tx.connection, row["caller_id"], "accept", self.now, row["agent_id"]):
            return None
        store.move_offer(self.tx.connection, row["token"], "accept_live", **values)
        self.services.outbox.order(self.tx, "bring_caller", row["token"])
        return Room(room_name(row["caller_id"]))

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
        return Ring(
            promises.e164_of(self.tx.connection, request["number_id"]), request["language"], request["keyed_in"]
        )

    def caller_joined(self, line_id: str) -> None:
        """The caller's leg goes to the room where the agent's is."""
        row = store.offer_of_caller(self.tx.connection, line_id)
        if row is not None and store.move_caller(self.tx.connection, line_id, "join", self.now, SERVICE):
            store.move_offer(self.tx.connection, row["token"], "connect", connected_at=self.now)
            self._shows(row["agent_id"])

    def resident_answered(self, token: str) -> None:
        row = self.held(token)
        if row is None or row["request_id"] is None or row["state"] not in RINGING:
            return
        if promises.transition(self.tx.connection, row["request_id"], "answered", self.now, SERVICE, token=token):
            store.move_offer(self.tx.connection, token, "connect", connected_at=self.now)
            self._shows(row["agent_id"])
            if row["leg_ended_machine"] is not None:  # news out of order: her leg is over already
                self.talk_over(token)

    # --- the end ---------------------------------------------------------------------------------------------

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

    def talk_over(self, token: str) -> None:
        """They have talked; she has a few minutes to note what came of it, unless she has noted it already."""
        row = self.held(token)
        if row is None or row["state"] not in ("accepted", "dialing", "connected"):
            return
        until = self.now + timedelta(minutes=WRAP_UP_MINUTES)
        store.move_offer(self.tx.connection, token, "talk_over", talk_ended_at=self.now, wrap_until_at=until)
        if row["caller_id"] is not None:
            self._live_talk_over(row)
        self._shows(row["agent_id"])

    def _live_talk_over(self, row: RowMapping) -> None:
        """Whoever rang in about an open request has been helped: nobody rings her about it any more."""
        stay = store.stay(self.tx.connection, row["caller_id"])
        talked = row["connected_at"] is not None and self.now - row["connected_at"] >= SHORTEST_TALK
        if stay is not None and talked:
            self.served(stay, row["agent_id"])
        if store.move_caller(self.tx.connection, row["caller_id"], "part", self.now, SERVICE):
            self.services.outbox.order(self.tx, "release_caller", row["token"], delay=RELEASE_SECONDS)

    def served(self, stay: RowMapping, agent_id: str) -> None:
        """The request that this caller rang in about, if there is one, is done."""
        if stay["request_id"] is not None:
            promises.transition(self.tx.connection, stay["request_id"], "served", self.now, agent_id)
            self.promises.close_items(stay["request_id"])

    def agent_leg_ended(self, token: str, status: str) -> None:
        """Her leg is over, whatever the reason; what that means depends on how far the matter had come."""
        row = self.held(token)
        if row is None:
            return
        store.note_offer(self.tx.connection, token, leg_ended_machine=self.services.clock.machine())
        match row["state"]:
            case "offered":
                self.give_back(token, LEG_WORDS.get(status, "lost"))
            case "accepted":
                self._lost_before_the_talk(row)
            case "connected":
                self.talk_over(token)
            case "ended":
                self.tx.after_commit(self.services.hurry)  # her telephone is free again

    def let_go_unknown(self, token: str) -> None:
        """Her leg is over and the ring's fate unknown: she is free, the request stays claimed by this offer."""
        row = self.held(token)
        if row is not None and row["state"] == "dialing":
            self.close(row, "unknown")

    def _lost_before_the_talk(self, row: RowMapping) -> None:
        if store.move_caller(self.tx.connection, row["caller_id"], "back", self.now, SERVICE, note="agent's leg ended"):
            self.services.outbox.order(self.tx, "return_caller", row["token"])
        self.close(row, "lost")

    def caller_hung_up(self, line_id: str) -> None:
        row = store.offer_of_caller(self.tx.connection, line_id)
        stay = store.stay(self.tx.connection, line_id)
        if stay is None or not store.move_caller(self.tx.connection, line_id, "hang_up", self.now, "caller"):
            return
        row = row or store.offer_of_caller(self.tx.connection, line_id)  # made between our look and our step
        if row is None:
            return
        if row["state"] == "connected":
            self.talk_over(row["token"])
            return
        self.close(row, "caller_gone")
        self.end_leg(row)

    def give_back(self, token: str, why: str, reason: str | None = None) -> bool:
        """Declined, unanswered, lost or unknown: the matter is back at its old place. No attempt at the resident."""
        row = self.held(token)
        if row is None or row["state"] != "offered":
            return False
        if row["caller_id"] is not None:
            store.move_caller(self.tx.connection, row["caller_id"], "give_back", self.now, SERVICE, note=why)
        else:
            promises.transition(
                self.tx.connection, row["request_id"], "give_back", self.now, SERVICE, token=token, note=why
            )
        self.close(row, why, reason)
        if why in ("unanswered", "lost"):
            self._set_away(row["agent_id"], why)
        self.end_leg(row)
        return True

    def withdraw(self, token: str) -> None:
        """The caller wants something else while the offer rings: the agent's telephone stops, nobody is blamed."""
        row = self.held(token)
        if row is not None and row["state"] == "offered":
            self.close(row, "withdrawn")
            self.end_leg(row)

    def needs_human(self, token: str) -> None:
        """Nobody knows whether the resident's telephone rang: no machine rings again, a person decides."""
        row = self.held(token)
        if row is None or row["request_id"] is None:
            return
        if promises.transition(self.tx.connection, row["request_id"], "leg_unknown", self.now, SERVICE, token=token):
            self.promises.raise_item("needs_human", row["request_id"])
        if row["state"] == "dialing":
            self.close(row, "unknown")

    # --- small pieces ----------------------------------------------------------------------------------------

    def held(self, token: str) -> RowMapping | None:
        return store.offer_by_token(self.tx.connection, token, held=True)

    def close(self, row: RowMapping, outcome: str, reason: str | None = None, note: str | None = None) -> None:
        store.move_offer(
            self.tx.connection,
            row["token"],
            "close",
            ended_at=self.now,
            ended_machine=self.services.clock.machine(),
            outcome=outcome,
            reason=reason,
            note=note,
        )
        self._free(row["agent_id"])

    def _free(self, agent_id: str) -> None:
        """Idle again from now on; on a break if she asked for one after this call."""
        mine = presence.c.agent_id == agent_id
        self.tx.connection.execute(update(presence).where(mine).values(idle_since_at=self.now))
        wish = update(presence).where(mine, presence.c.break_after_call, presence.c.state == "available")
        self.tx.connection.execute(
            wish.values(state="break", reason="own wish", since_at=self.now, break_after_call=False)
        )
        self._shows(agent_id)
        self.tx.after_commit(self.services.hurry)

    def _shows(self, agent_id: str) -> None:
        self.tx.after_commit(lambda: self.services.changed(agent_id))

    def _set_away(self, agent_id: str, why: str) -> None:
        mine = (presence.c.agent_id == agent_id, presence.c.state == "available")
        self.tx.connection.execute(update(presence).where(*mine).values(state="away", reason=why, since_at=self.now))

    def end_leg(self, row: RowMapping) -> None:
        if row["agent_call_sid"] is not None:
            self.services.outbox.order(self.tx, "end_leg", row["agent_call_sid"])


def room_name(line_id: str) -> str:
    return f"m-{line_id}"


def wrap_up_expired(row: RowMapping, now: datetime) -> bool:
    return row["state"] == "wrapup" and row["wrap_until_at"] is not None and row["wrap_until_at"] <= now
