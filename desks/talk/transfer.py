"""An agent hands her talk over, or asks somebody into it: what her keys do. One transaction each.

Nothing is done at the provider here: what has to be done there is ordered with the change that wants it.
What becomes of it: ``transfer_end``. Whom she may ask: ``transfer_goals``.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from callbacks.model import Refused
from desks import store
from desks.talk import transfer_end
from desks.talk import transfer_store as transfers
from desks.talk.conversation import Conversation
from desks.talk.room import Matter, matter_of, set_hold
from desks.talk.transfer_goals import Goal, Looked, agent_goal, desk_goal, partner_goal

if TYPE_CHECKING:
    from bootstrap import Services

KINDS = ("warm", "blind")
GOAL_KINDS = ("desk", "agent", "partner")
LONGEST_NOTE = 1000


@dataclass(frozen=True)
class MovedOn:
    """The talk is no longer hers, or no longer where her page showed it: nothing was changed."""


@dataclass(frozen=True)
class Changed:
    pass


Answer = Changed | MovedOn | Refused


@dataclass(frozen=True)
class Wanted:
    kind: str
    goal_kind: str
    goal: str
    note: str = ""


class Transfers:
    """One agent's talk, in one transaction."""

    def __init__(self, services: "Services", tx: Transaction, agent_id: str, token: str) -> None:
        self.services, self.tx, self.agent_id, self.token = services, tx, agent_id, token
        self.talk = Conversation(services, tx, services.rules.current())

    def talked(self) -> RowMapping | None:
        """Her talk, or the one that she is writing the note of."""
        row = self.talk.held(self.token)
        if row is None or row["agent_id"] != self.agent_id or row["state"] not in ("connected", "wrapup"):
            return None
        return row

    def talking(self) -> RowMapping | None:
        row = self.talked()
        return row if row is not None and row["state"] == "connected" else None

    def open_one(self) -> RowMapping | None:
        row = transfers.open_of(self.tx.connection, self.token)
        return row if row is not None and row["token"] == self.token else None

    # --- begin ---------------------------------------------------------------------------------------------------

    def begin(self, wanted: Wanted) -> Answer:
        row = self.talking()
        matter = matter_of(self.tx.connection, row) if row is not None else None
        if row is None or matter is None or matter.call_sid is None or row["agent_call_sid"] is None:
            return MovedOn()
        if transfers.open_of(self.tx.connection, self.token) is not None:
            return Refused("in_transfer")
        goal = self._goal(wanted, matter)
        if isinstance(goal, Refused):
            return goal
        if wanted.kind == "blind" and goal.number is None:
            self._hand_over_at_once(row, matter, wanted, goal)
        else:
            self._ask(row, matter, wanted, goal)
        return Changed()

    def _goal(self, wanted: Wanted, matter: Matter) -> Goal | Refused:
        services = self.services
        look = Looked(
            self.tx.connection, services.rules.current(), self.talk.now, services.clock.machine(), self.agent_id
        )
        match wanted.goal_kind if wanted.kind in KINDS else "":
            case "desk":
                return desk_goal(look, wanted.goal, matter, somebody_free=wanted.kind == "warm")
            case "agent":
                return agent_goal(look, wanted.goal, matter)
            case "partner":
                return partner_goal(look, wanted.goal, matter)
        return Refused("bad_kind")

    def _record(self, wanted: Wanted, **more: object) -> str:
        return transfers.begin(
            self.tx.connection, token=self.token, kind=wanted.kind, goal_kind=wanted.goal_kind, goal=wanted.goal,
            note=wanted.note[:LONGEST_NOTE] or None, made_at=self.talk.now,
            made_machine=self.services.clock.machine(), **more,
        )  # fmt: skip

    def _hand_over_at_once(self, row: RowMapping, matter: Matter, wanted: Wanted, goal: Goal) -> None:
        """Into the other desk's line at her old place; a named colleague is offered her first."""
        transfer_id = self._record(wanted)
        department = None if goal.desk == self.services.rules.current().extended_desk else goal.desk
        line_id = transfer_end.to_line(self.talk, row, matter, goal.desk, department)
        if goal.agent is not None and line_id is not None:
            token = self.offer_to(goal.agent, line_id)
            store.move_caller(self.tx.connection, line_id, "offer", self.talk.now, self.agent_id, offer_token=token)
            self.services.outbox.order(self.tx, "ring_agent", token)
        recorded = transfers.by_id(self.tx.connection, transfer_id)
        assert recorded is not None, "written above"
        transfer_end.handed_to_line(self.talk, row, recorded)

    def _ask(self, row: RowMapping, matter: Matter, wanted: Wanted, goal: Goal) -> None:
        """The resident waits on hold while the other's telephone rings; the agent stays in the room."""
        self.talk.nobody_listens(self.token)  # who is asked in would be heard without having been told
        token = None
        if goal.agent is not None:
            stay = transfer_end.add_stay(self.talk, row, matter, "handing", goal.desk, None)
            token = self.offer_to(goal.agent, stay)
        set_hold(self.talk, row, True)
        transfer_id = self._record(wanted, new_token=token)
        self.services.outbox.order(self.tx, "consult", transfer_id)

    def offer_to(self, agent_id: str, line_id: str) -> str:
        """IntegrityError: she has been offered something else at this very instant."""
        return transfers.offer_to(
            self.tx.connection, agent_id, line_id, self.token, self.talk.now, self.services.clock.machine()
        )

    # --- go on ---------------------------------------------------------------------------------------------------

    def complete(self) -> Answer:
        """She leaves; before anybody has answered, the resident goes to who answers or back to the line."""
        row, open_one = self.talking(), self.open_one()
        if row is None or open_one is None:
            return MovedOn()
        transfer_end.leg_over(self.talk, row)
        return Changed()

    def take_back(self) -> Answer:
        row, open_one = self.talking(), self.open_one()
        if row is None or open_one is None:
            return MovedOn()
        if not transfers.move(self.tx.connection, open_one, "take_back", self.talk.now, outcome="taken_back"):
            return MovedOn()
        transfer_end.withdraw_asked(self.talk, open_one)
        transfer_end.back_with_agent(self.talk, row)
        return Changed()

    def join(self) -> Answer:
        row, open_one = self.talking(), self.open_one()
        if row is None or open_one is None:
            return MovedOn()
        if not transfers.move(self.tx.connection, open_one, "join", self.talk.now):
            return MovedOn()
        set_hold(self.talk, row, False)
        return Changed()

    def hold(self, on: bool) -> Answer:
        row = self.talking()
        if row is None or bool(row["on_hold"]) == on:
            return MovedOn()
        if transfers.open_of(self.tx.connection, self.token) is not None:  # hers, or one in which she is asked
            return Refused("in_transfer")
        set_hold(self.talk, row, on)
        return Changed()


Deed = Literal["complete", "take_back", "join"]


def begin(services: "Services", agent_id: str, token: str, wanted: Wanted) -> Answer:
    try:
        return services.database.run(lambda tx: Transfers(services, tx, agent_id, token).begin(wanted))
    except IntegrityError:  # the colleague was offered something else, or this key was pressed twice
        return Refused("not_available")


def go_on(services: "Services", agent_id: str, token: str, deed: Deed) -> Answer:
    def act(tx: Transaction) -> Answer:
        hers = Transfers(services, tx, agent_id, token)
        match deed:
            case "complete":
                return hers.complete()
            case "take_back":
                return hers.take_back()
            case "join":
                return hers.join()

    return services.database.run(act)


def hold(services: "Services", agent_id: str, token: str, on: bool) -> Answer:
    return services.database.run(lambda tx: Transfers(services, tx, agent_id, token).hold(on))
