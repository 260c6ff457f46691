"""What was added up before is what a count of the whole day would find, at any minute, whatever still goes on."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, update

from adapters.schema import call, listening, offer, transfer
from callbacks import limit_store
from callbacks.limits import Minutes
from callbacks.spent import SETTLED, Spent
from tests.support.plans import plans
from tests.support.services import Town

Talk = tuple[str, str, datetime]  # her token, the resident's call, since when


@pytest.fixture
def talk(town: Town) -> Talk:
    """A caller with an agent who answers in her browser."""
    town.agent("aino")
    town.agent("sirpa", telephone="+358175550123")
    line, began = town.caller(), town.clock.now()
    token = town.offered("aino")
    town.accept(token)
    return token, str(town.stay(line)["call_sid"]), began


def spent(town: Town, by: Spent, talk: Talk) -> Minutes:
    with town.services.database.read() as connection:
        return by.minutes(connection, talk[2], town.clock.now())


def is_over(town: Town, talk: Talk) -> None:
    over = update(offer).where(offer.c.token == talk[0])
    town.within(lambda tx: tx.connection.execute(over.values(state="ended", ended_at=town.clock.now())))


def hears_on(town: Town, talk: Talk) -> None:
    row = {"id": "l", "token": talk[0], "supervisor_id": "sirpa", "mode": "listen", "leg_sid": "CAs"}
    heard = insert(listening).values(**row, made_at=town.clock.now(), made_machine=0.0)
    town.within(lambda tx: tx.connection.execute(heard))
    is_over(town, talk)


def is_asked(town: Town, talk: Talk, outcome: str | None) -> None:
    row = {"id": "t", "token": talk[0], "kind": "warm", "goal_kind": "partner", "goal": "p", "state": "back"}
    ended = {"ended_at": town.clock.now() if outcome else None, "outcome": outcome, "leg_sid": "CAp"}
    asked = insert(transfer).values(**row, **ended, made_at=town.clock.now(), made_machine=0.0)
    town.within(lambda tx: tx.connection.execute(asked))
    is_over(town, talk)


def is_handed_on(town: Town, talk: Talk) -> None:
    row = {"call_sid": talk[1], "arrived_at": town.clock.now()}
    town.within(lambda tx: tx.connection.execute(insert(call).values(**row)))
    is_asked(town, talk, "handed_on")


GOES_ON: dict[str, Callable[[Town, Talk], None]] = {
    "the talk": lambda town, talk: None,
    "who hears it": hears_on,
    "a partner in it": lambda town, talk: is_asked(town, talk, None),
    "with whom it was handed to": is_handed_on,
    "of a call that nothing is known of": lambda town, talk: is_asked(town, talk, "handed_on"),
}


@pytest.mark.parametrize("what", GOES_ON)
def test_what_goes_on_is_counted_to_this_minute(town: Town, talk: Talk, what: str) -> None:
    held = Spent()
    GOES_ON[what](town, talk)
    for _ in range(6):
        assert spent(town, held, talk) == spent(town, Spent(), talk)
        town.clock.pass_(minutes=SETTLED / timedelta(minutes=1) - 1)
    assert spent(town, held, talk) == spent(town, Spent(), talk) != Minutes()


def test_what_is_over_is_counted_once_and_what_comes_after_it_is_added(town: Town, talk: Talk) -> None:
    held = Spent()
    town.clock.pass_(minutes=3)
    is_over(town, talk)
    for _ in range(6):
        town.clock.pass_(minutes=9)
        assert spent(town, held, talk) == spent(town, Spent(), talk) == Minutes(browser=3)
    town.caller()
    town.agent("eino")
    town.accept(town.offered("eino"))
    town.clock.pass_(minutes=5)
    assert spent(town, held, talk) == spent(town, Spent(), talk) == Minutes(browser=3 + 5)
    later: Talk = (talk[0], talk[1], town.clock.now())
    assert spent(town, held, later) == Minutes(), "another day is counted anew"


def test_what_is_unfinished_is_found_by_the_index_of_accepted_talks(town: Town, talk: Talk) -> None:
    until = town.clock.now()
    with town.services.database.read() as connection:
        found = plans(town.services.database, lambda: limit_store.first_unfinished(connection, talk[2], until))
    assert any("ix_offer_accepted" in plan for plan in found), found
