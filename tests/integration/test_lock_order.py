"""A handed-over talk is taken in one order by all: the asking agent's offer, the transfer, the offer of who was asked.

Whoever came in another order would wait for one who waits for her, and the resident for both. On PostgreSQL alone:
SQLite has one writer at a time.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from adapters.schema import offer, transfer
from desks.talk.legs import partner_answered, partner_gone, partner_news, room_over
from ivr.status_webhooks import News
from queue_workers import talk_effects
from tests.support.locks import Neighbour
from tests.support.services import Town, empty_record
from tests.support.talks import OTHER_LEG, PARTNER_LEG, Talk, asked, live


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    town = Town.over(empty_record("postgresql", tmp_path))
    yield live(town)
    town.services.database.dispose()


def a_colleague(talk: Talk) -> str:
    return asked(talk)


def a_partner(talk: Talk) -> None:
    talk.asks("warm", "partner", "waste")


Step = Callable[[Talk, str], object]
OF_A_COLLEAGUE: dict[str, Step] = {
    "she declines": lambda talk, token: talk.town.act(lambda c: c.give_back(token, "declined")),
    "her leg ends": lambda talk, token: talk.town.act(lambda c: c.agent_leg_ended(token, "no-answer")),
    "her leg's last news": lambda talk, token: news_of(talk, token),
    "she accepts": lambda talk, token: talk.town.accept(token, OTHER_LEG),
    "the resident hangs up": lambda talk, _: talk.town.act(lambda c: c.resident_gone(talk.resident)),
    "the room is empty": lambda talk, _: in_room_over(talk),
    "the agent takes her back": lambda talk, _: talk.does("take_back"),
}
OF_A_PARTNER: dict[str, Step] = {
    "she answers": lambda talk, key: talk.town.within(
        lambda tx: partner_answered(talk.town.services, tx, key, PARTNER_LEG)
    ),
    "her leg rings": lambda talk, key: news_of_a_partner(talk, key, "ringing", over=False),
    "her leg is over": lambda talk, key: news_of_a_partner(talk, key, "no-answer", over=True),
    "she is gone": lambda talk, key: talk.town.within(
        lambda tx: partner_gone(talk.town.services, tx, key, PARTNER_LEG, "left")
    ),
    "the provider has been asked": lambda talk, key: talk_effects.ring_partner(talk.town.services, key),
}


def news_of(talk: Talk, token: str) -> object:
    return talk.town.within(lambda tx: News(talk.town.services, tx).agent_leg(token, OTHER_LEG, "no-answer"))


def in_room_over(talk: Talk) -> object:
    return talk.town.within(lambda tx: room_over(talk.town.services, tx, talk.token, talk.resident, failed=False))


def news_of_a_partner(talk: Talk, key: str, word: str, *, over: bool) -> object:
    return talk.town.within(lambda tx: partner_news(talk.town.services, tx, key, PARTNER_LEG, word, over))


def taken_behind_the_asking_offer(talk: Talk, step: Step, key: str, *tokens: str) -> None:
    """While we hold the asking offer, the step waits for it and holds nothing of the others."""
    with talk.town.services.database.write() as tx:
        tx.connection.execute(select(offer.c.token).where(offer.c.token == talk.token).with_for_update())
        neighbour = Neighbour(lambda: step(talk, key))
        with talk.town.services.database.read() as other:
            assert neighbour.waits(other), "it went on without the asking offer"
        theirs = select(offer.c.token).where(offer.c.token.in_(tokens))
        rows = select(transfer.c.id).where(transfer.c.token == talk.token)
        for query in (theirs, rows):  # an error here: the step holds it already
            tx.connection.execute(query.with_for_update(nowait=True))
    neighbour.done()


@pytest.mark.parametrize("step", OF_A_COLLEAGUE)
def test_a_colleagues_steps_wait_behind_the_asking_offer(talk: Talk, step: str) -> None:
    token = a_colleague(talk)
    taken_behind_the_asking_offer(talk, OF_A_COLLEAGUE[step], token, token)


@pytest.mark.parametrize("step", OF_A_PARTNER)
def test_a_partners_steps_wait_behind_the_asking_offer(talk: Talk, step: str) -> None:
    a_partner(talk)
    taken_behind_the_asking_offer(talk, OF_A_PARTNER[step], str(talk.transfer()["id"]))


def test_a_partner_who_goes_while_all_three_are_joined_is_not_forgotten(talk: Talk) -> None:
    """What her going means is judged by the transfer as it is once it is ours, not as it was when we first looked."""
    a_partner(talk)
    key, services = str(talk.transfer()["id"]), talk.town.services
    talk.town.within(lambda tx: partner_answered(services, tx, key, PARTNER_LEG))
    with services.database.write() as tx:
        tx.connection.execute(select(offer.c.token).where(offer.c.token == talk.token).with_for_update())
        tx.connection.execute(update(transfer).where(transfer.c.id == key).values(state="joined"))
        gone = Neighbour(lambda: OF_A_PARTNER["she is gone"](talk, key))
        with services.database.read() as other:
            assert gone.waits(other)
    gone.done()
    assert talk.transfer()["state"] == "back"


def test_who_was_taken_back_while_the_provider_was_asked_is_not_left_ringing(talk: Talk) -> None:
    """Whichever comes first: the answer with the leg's name, or the key that takes the resident back."""
    a_partner(talk)
    key = str(talk.transfer()["id"])
    with talk.town.services.database.write() as tx:
        tx.connection.execute(select(offer.c.token).where(offer.c.token == talk.token).with_for_update())
        provider = Neighbour(lambda: talk_effects.ring_partner(talk.town.services, key))
        with talk.town.services.database.read() as other:
            assert provider.waits(other)
        agent = Neighbour(lambda: talk.does("take_back"))
    provider.done()
    agent.done()
    assert talk.transfer()["state"] == "back"
    assert talk.town.ordered("end_leg") == [talk.transfer()["leg_sid"]]
