"""Hold, and the room that a callback's talk gets for it."""

import pytest

from desks.talk import transfer as transfers
from desks.talk.transfer import Changed, MovedOn
from ivr.transfer_webhooks import Legs
from queue_workers import talk_effects
from tests.support.provider import NO_SUCH_CALL, REFUSED
from tests.support.services import Town
from tests.support.talks import RESIDENT_LEG, TALKS, Talk, asked, callback


@pytest.fixture(params=sorted(TALKS))
def talk(town: Town, request: pytest.FixtureRequest) -> Talk:
    return TALKS[request.param](town)


def test_hold_is_the_records_word_and_the_provider_follows(talk: Talk) -> None:
    town = talk.town
    assert transfers.hold(town.services, "aino", talk.token, True) == Changed()
    assert town.offer(talk.token)["on_hold"]
    assert transfers.hold(town.services, "aino", talk.token, True) == MovedOn()
    town.carry_out()
    held = town.gateway.ordered("hold")[-1]
    assert held.to == talk.resident
    assert "/voice/talk/hold?lang=fi" in held.url
    assert transfers.hold(town.services, "aino", talk.token, False) == Changed()
    town.carry_out()
    assert town.gateway.ordered("unhold")[-1].to == talk.resident


def test_an_order_that_comes_late_does_what_the_record_says_by_then(talk: Talk) -> None:
    transfers.hold(talk.town.services, "aino", talk.token, True)
    transfers.hold(talk.town.services, "aino", talk.token, False)
    talk.town.carry_out()
    assert talk.town.gateway.ordered("hold") == []


def test_a_callback_is_promoted_once_and_her_agent_follows(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    room = town.offer(talk.token)["room"]
    town.carry_out()
    assert [(o.to, o.url.partition("?")[0]) for o in town.gateway.ordered("redirect")] == [
        (RESIDENT_LEG, f"{town.services.base}/voice/talk/room")
    ]
    to_room = Legs(town.services).to_room(talk.token, RESIDENT_LEG)
    assert [getattr(i, "room", None) for i in to_room.instructions] == [room]
    transfers.hold(town.services, "aino", talk.token, False)
    town.carry_out()
    assert len(town.gateway.ordered("redirect")) == 1


def test_a_leg_on_its_way_to_the_room_is_asked_again(town: Town) -> None:
    talk = callback(town)
    transfers.hold(town.services, "aino", talk.token, True)
    town.gateway.answers(REFUSED, NO_SUCH_CALL)
    assert ("set_hold", None) in town.carry_out()


def test_taken_off_hold_while_the_provider_puts_her_on(talk: Talk) -> None:
    town = talk.town
    transfers.hold(town.services, "aino", talk.token, True)
    town.gateway.during("hold", lambda: transfers.hold(town.services, "aino", talk.token, False))
    assert talk_effects.set_hold(town.services, f"{talk.token}.1") == talk_effects.SOON
    assert talk_effects.set_hold(town.services, f"{talk.token}.1") == "done"
    assert town.gateway.orders[-1].kind == "unhold"


def test_taken_back_while_the_consultation_puts_her_on_hold(talk: Talk) -> None:
    """The order that took her off hold was carried out first: she does not stay there while the card shows none."""
    town = talk.town
    asked(talk)

    def taken_back() -> None:
        talk.does("take_back")
        town.carry_out()

    town.gateway.during("hold", taken_back)
    assert talk_effects.consult(town.services, str(talk.transfer()["id"])) == "not wanted"
    town.carry_out()
    assert [o.kind for o in town.gateway.orders if o.kind in ("hold", "unhold")][-1] == "unhold"
    assert [o for o in town.gateway.ordered("call") if o.to == "client:pirkko"] == []
