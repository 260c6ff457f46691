"""A talk in a town of tests: live or by callback, and a colleague who is asked into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.schema import transfer, waiting_caller
from desks import store
from desks.talk import transfer as transfers
from desks.talk.transfer import Changed, Wanted
from tests.support.services import Town

AGENT_LEG, OTHER_LEG, PARTNER_LEG, RESIDENT_LEG = (f"CA{letter * 32}" for letter in "abcd")
WAITING = ("waiting", "offered")


@dataclass
class Talk:
    """One agent in a talk, live or by callback."""

    town: Town
    token: str
    resident: str
    line: str | None
    request: str | None

    def asks(self, kind: str, goal_kind: str, goal: str, note: str = "wants a permit") -> object:
        wanted = Wanted(kind, goal_kind, goal, note)
        return transfers.begin(self.town.services, "aino", self.token, wanted)

    def does(self, deed: transfers.Deed) -> object:
        return transfers.go_on(self.town.services, "aino", self.token, deed)

    def transfer(self) -> Mapping[str, Any]:
        return self.town.every(transfer, token=self.token)[-1]

    def her_leg_ends(self) -> None:
        self.town.act(lambda c: c.agent_leg_ended(self.token, "completed"))

    def stays(self) -> list[str]:
        """Where she stands, one stay after the other."""
        rows = self.town.every(waiting_caller, call_sid=self.resident)
        return [f"{row['desk']} {row['state']}" for row in rows]

    def running(self) -> Mapping[str, Any]:
        rows = [r for r in self.town.every(waiting_caller, call_sid=self.resident) if r["state"] in WAITING]
        assert len(rows) == 1, rows
        return rows[0]


def live(town: Town) -> Talk:
    line = town.caller()
    town.clock.pass_(minutes=3)
    town.agent("aino")
    token = town.offered("aino")
    town.accept(token, AGENT_LEG)
    town.act(lambda c: c.caller_joined(line))
    town.clock.pass_(minutes=2)
    town.carry_out()
    return Talk(town, token, str(town.stay(line)["call_sid"]), line, None)


def callback(town: Town) -> Talk:
    request = town.request()
    town.clock.pass_(minutes=3)
    town.agent("aino")
    token = town.offered("aino")
    town.accept(token, AGENT_LEG)
    town.within(lambda tx: store.note_offer(tx.connection, token, resident_call_sid=RESIDENT_LEG))
    town.act(lambda c: c.resident_answered(token))
    town.clock.pass_(minutes=2)
    town.carry_out()
    return Talk(town, token, RESIDENT_LEG, None, request)


TALKS: Mapping[str, Callable[[Town], Talk]] = {"live": live, "callback": callback}


def asked(talk: Talk) -> str:
    """Pirkko is asked; the token of what she is offered."""
    town = talk.town
    town.agent("pirkko", ("streets",))
    assert talk.asks("warm", "agent", "pirkko") == Changed()
    held = town.held("pirkko")
    assert held is not None
    return str(held["token"])


def consulting(talk: Talk) -> str:
    token = asked(talk)
    town = talk.town
    town.carry_out()
    town.carry_out()
    assert [o.kind for o in town.gateway.orders][-1] == "call"
    town.accept(token, leg_of(town, token))
    assert talk.transfer()["state"] == "consulting"
    return token


def leg_of(town: Town, token: str) -> str:
    return str(town.offer(token)["agent_call_sid"])
