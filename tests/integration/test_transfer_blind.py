"""A talk handed over blind: into another desk's line, or to a colleague; led once, and never thrown straight back."""

import pytest
from sqlalchemy import update

from adapters.schema import agent
from callbacks.model import Refused
from desks import service
from desks.talk import transfer as transfers
from desks.talk.transfer import Changed
from ivr.transfer_webhooks import Legs
from tests.support.services import Town
from tests.support.talks import (
    OTHER_LEG,
    TALKS,
    Talk,
    consulting,
    live,
)


@pytest.fixture(params=sorted(TALKS))
def talk(town: Town, request: pytest.FixtureRequest) -> Talk:
    return TALKS[request.param](town)


def test_into_another_desks_line_at_her_old_place(talk: Talk) -> None:
    town = talk.town
    before = town.stay(talk.line)["line_time_at"] if talk.line else town.promise(str(talk.request))["line_time_at"]
    town.agent("pirkko", ("streets",), languages=("fi",))
    service.set_presence(town.services, "pirkko", "available")
    assert talk.asks("blind", "desk", "streets") == Changed()
    stay = talk.running()
    assert (stay["desk"], stay["line_time_at"], stay["handed_over_by"]) == ("streets", before, talk.token)
    assert town.offer(talk.token)["outcome"] == "transferred"
    assert town.held("aino") is None
    token = town.offered("pirkko")
    assert town.offer(token)["caller_id"] == stay["id"]


def test_what_she_handed_on_does_not_come_straight_back(town: Town) -> None:
    talk = live(town)
    town.within(lambda tx: tx.connection.execute(update(agent).values(departments='["housing", "streets"]')))
    town.agent("pirkko", ("streets",))
    assert talk.asks("blind", "desk", "streets") == Changed()
    hers = str(talk.running()["id"])
    town.caller("streets", desk="streets")
    assert town.offer(town.offered("pirkko"))["caller_id"] == hers
    town.act(lambda c: c.give_back(town.held("pirkko")["token"], "unanswered"))  # type: ignore[index]
    service.set_presence(town.services, "pirkko", "available")
    town.clock.pass_(seconds=6)
    for name in ("aino", "pirkko"):
        service.heartbeat(town.services, name)
    town.deal()
    taken = {name: town.offer(town.held(name)["token"])["caller_id"] for name in ("aino", "pirkko")}  # type: ignore[index]
    assert taken["aino"] != hers
    assert taken["pirkko"] == hers


def test_who_is_handed_over_and_answered_at_once_is_led_once(talk: Talk) -> None:
    """She is on her way to the line already: a second lead would tear her out of the room it ends in."""
    town = talk.town
    town.agent("pirkko", ("streets",))
    talk.asks("blind", "desk", "streets")
    town.carry_out()
    led = [order.to for order in town.gateway.orders].count(talk.resident)
    town.accept(town.offered("pirkko"), OTHER_LEG)
    assert ("bring_caller", "not wanted") in town.carry_out()
    assert [order.to for order in town.gateway.orders].count(talk.resident) == led


def test_whoever_is_only_asked_neither_holds_nor_ends_the_matter(talk: Talk) -> None:
    town, other = talk.town, consulting(talk)
    assert transfers.hold(town.services, "pirkko", other, True) == Refused("in_transfer")
    assert town.offer(talk.token)["on_hold"]
    assert not service.note_outcome(town.services, "pirkko", other, "done")
    assert town.offer(other)["state"] == "connected"
    assert talk.does("complete") == Changed()
    assert service.note_outcome(town.services, "pirkko", other, "done")


def test_words_before_the_other_desks_line(town: Town) -> None:
    talk = live(town)
    town.agent("pirkko", ("streets",))
    talk.asks("blind", "desk", "streets")
    stay = talk.running()
    turn = Legs(town.services).line(stay["id"], talk.resident)
    assert [getattr(i, "key", "redirect") for i in turn.instructions] == ["transfer.to_desk", "redirect"]
    assert (
        Legs(town.services).line(stay["id"], "CA" + "9" * 32).instructions
        == Legs(town.services).line("nobody", talk.resident).instructions
    )


def test_a_colleague_is_offered_her_then_the_line_is(talk: Talk) -> None:
    town = talk.town
    town.agent("pirkko", ("streets",))
    assert talk.asks("blind", "agent", "pirkko") == Changed()
    held = town.held("pirkko")
    assert held is not None
    assert held["handed_over_by"] == talk.token
    assert talk.running()["state"] == "offered"
    town.act(lambda c: c.give_back(held["token"], "unanswered"))
    assert talk.running()["state"] == "waiting"
    assert town.held("aino") is None
