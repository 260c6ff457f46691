"""What every step of a talk shares: the offer held by its token, its end, and the agent who is free again.

The steps themselves: ``conversation`` (how two come to talk) and ``conversation_end`` (how it ends).
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, update

from adapters import pace_store
from adapters.database import Transaction
from adapters.schema import presence
from callbacks.service import Promises
from desks import store
from desks.talk import transfer_store as transfers
from recordings.talks import RecordedTalks
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

SERVICE = "service"


class Talk:
    """One transaction about one offer. Every write carries the offer's token; a stale token changes nothing."""

    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset) -> None:
        self.services = services
        self.tx = tx
        self.rules = rules
        self.now = services.clock.now()
        self.promises = Promises(services, tx, rules)

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
        if row["state"] == "offered":
            pace_store.leave(self.tx, row["token"], self.services.clock.machine())
        self.nobody_listens(row["token"])
        self.recorded_no_longer(row["token"])
        self._free(row["agent_id"])

    def _free(self, agent_id: str) -> None:
        """Idle again from now on; on a break if she asked for one after this call."""
        mine = presence.c.agent_id == agent_id
        self.tx.connection.execute(update(presence).where(mine).values(idle_since_at=self.now))
        wish = update(presence).where(mine, presence.c.break_after_call, presence.c.state == "available")
        self.tx.connection.execute(
            wish.values(state="break", reason="own wish", since_at=self.now, break_after_call=False)
        )
        self.shows(agent_id)
        self.tx.after_commit(self.services.hurry)

    def shows(self, agent_id: str) -> None:
        self.tx.after_commit(lambda: self.services.changed(agent_id))

    def set_away(self, agent_id: str, why: str) -> None:
        mine = (presence.c.agent_id == agent_id, presence.c.state == "available")
        self.tx.connection.execute(update(presence).where(*mine).values(state="away", reason=why, since_at=self.now))

    def nobody_listens(self, token: str) -> None:
        """The talk is over: a supervisor's leg ends with it."""
        for one in transfers.listeners(self.tx.connection, token):
            transfers.end_listening(self.tx.connection, one["id"], self.now)
            if one["leg_sid"] is not None:
                self.services.outbox.order(self.tx, "end_leg", one["leg_sid"])

    def recorded_no_longer(self, token: str) -> None:
        RecordedTalks(self.services, self.tx).over(token)

    def end_leg(self, row: RowMapping) -> None:
        if row["agent_call_sid"] is not None:
            self.services.outbox.order(self.tx, "end_leg", row["agent_call_sid"])


def room_name(line_id: str) -> str:
    return f"m-{line_id}"


def wrap_up_expired(row: RowMapping, now: datetime) -> bool:
    return row["state"] == "wrapup" and row["wrap_until_at"] is not None and row["wrap_until_at"] <= now
