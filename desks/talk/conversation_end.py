"""How a matter between agent and resident ends: over, given back, lost, unknown. In its caller's transaction."""

from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from callbacks import store as promises
from desks import store
from desks.talk import transfer_end
from desks.talk import transfer_store as transfers
from desks.talk.base import SERVICE, Talk

WRAP_UP_MINUTES = 3  # business time for the note; then the talk counts as done, unnoted
RELEASE_SECONDS = 3.0  # machine time that a room may take to empty by itself
# What the end of a ringing agent's leg means: her browser still in the last call is busy, and no fault of hers.
LEG_WORDS = {"no-answer": "unanswered", "failed": "unanswered", "canceled": "unanswered", "busy": "busy"}


class Endings(Talk):
    def talk_over(self, token: str) -> None:
        """They have talked; she has a few minutes to note what came of it, unless she has noted it already."""
        row = self.held(token)
        if row is None or row["state"] not in ("accepted", "dialing", "connected"):
            return
        if transfer_end.leg_over(self, row):
            return
        until = self.now + timedelta(minutes=WRAP_UP_MINUTES)
        store.move_offer(self.tx.connection, token, "talk_over", talk_ended_at=self.now, wrap_until_at=until)
        self.nobody_listens(token)
        self.recorded_no_longer(token)
        if row["caller_id"] is not None:
            self._live_talk_over(row)
        elif row["room"] is not None:  # whoever is still in it must not be left there
            self.services.outbox.order(self.tx, "release_caller", token, delay=RELEASE_SECONDS)
            self.end_leg(row)
        self.shows(row["agent_id"])

    def _live_talk_over(self, row: RowMapping) -> None:
        if store.move_caller(self.tx.connection, row["caller_id"], "part", self.now, SERVICE):
            self.services.outbox.order(self.tx, "release_caller", row["token"], delay=RELEASE_SECONDS)

    def served(self, stay: RowMapping, agent_id: str, at: datetime) -> None:
        """The request that this caller rang in about, if there is one, is done: nobody rings her about it any more.

        ``at``: when they had talked. Whoever has rung again since then may have heard that it stands: it does.
        """
        request_id, connection = stay["request_id"], self.tx.connection
        if request_id is None or store.rang_since(connection, stay["number_id"], at):
            return
        if promises.transition(connection, request_id, "served", at, agent_id):
            self.promises.close_items(request_id)

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

    def resident_gone(self, call_sid: str) -> None:
        """Her leg is over, whoever rang whom: who was asked about her is let go, and her stays end."""
        transfer_end.resident_gone(self, call_sid)
        for stay in transfers.stays_of_call(self.tx.connection, call_sid):
            self.caller_hung_up(stay["id"])

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
            self.services.outbox.order(self.tx, "release_agent", row["token"], delay=RELEASE_SECONDS)
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
        transfer_end.not_taken(self, token, why)
        if why in ("unanswered", "lost"):
            self.set_away(row["agent_id"], why)
        elif reason == "must_leave":  # else the only one on duty is offered at once what she has just left
            self.set_away(row["agent_id"], "own wish")
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
