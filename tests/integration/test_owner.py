"""Whose matter it is: who began it, until it is given away or she no longer works here."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from adapters.schema import agent
from callbacks import owner_store
from callbacks.model import Refused
from callbacks.service import Promises
from desks import service, wishes
from queue_workers import after_hours, reconcile
from tests.integration.test_closing_time import CLOSES
from tests.support.clock import TUESDAY
from tests.support.services import Town

AT_ELEVEN = TUESDAY + timedelta(hours=1)


def owner(town: Town, request: str) -> object:
    return town.promise(request)["owner_id"]


def missed(town: Town, name: str = "aino") -> None:
    token = town.offered(name)
    town.accept(token)
    town.act(lambda c: c.ring_over(token, "no-answer"))


def reassigned(town: Town, request: str, **to: str | None) -> Any:
    return town.within(lambda tx: Promises(town.services, tx, town.rules).reassign(request, "saara", **to))


def test_a_callers_promise_is_nobodys_before_it_is_begun(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    town.offered("aino")
    assert owner(town, request) is None


def test_who_rings_first_owns_it(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    missed(town)
    assert owner(town, request) == "aino"


def test_another_ring_by_another_agent_takes_it_from_nobody(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    missed(town)
    service.set_presence(town.services, "aino", "offline")
    town.clock.pass_(minutes=31)
    town.agent("eino")
    missed(town, "eino")
    assert owner(town, request) == "aino"


def test_who_agrees_another_time_with_her_owns_it(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    missed(town)
    service.set_presence(town.services, "aino", "offline")
    town.clock.pass_(minutes=31)
    town.agent("eino")
    service.note_outcome(town.services, "eino", town.talking("eino"), "bad_moment", "", 60)
    assert owner(town, request) == "eino"


def test_who_agrees_on_an_interpreter_owns_it(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    town.talking()
    assert wishes.with_interpreter(town.services, "aino", request, AT_ELEVEN, "Dari") is True
    assert owner(town, request) == "aino"


def test_given_to_another_agent_or_to_another_desk(town: Town) -> None:
    for name in ("aino", "eino"):
        town.agent(name)
    request = town.request()
    assert reassigned(town, request, owner="aino") is True
    assert (owner(town, request), town.promise(request)["desk"]) == ("aino", "housing")
    assert reassigned(town, request, desk="streets") is True
    assert (owner(town, request), town.promise(request)["desk"]) == (None, "streets")


@pytest.mark.parametrize("desk", ["nowhere", "county"])
def test_a_desk_that_cannot_ring_gets_nothing(town: Town, desk: str) -> None:
    request = town.request()
    before = town.promise(request)
    assert reassigned(town, request, desk=desk) == Refused("desk")
    assert town.promise(request) == before


def test_what_is_in_hand_is_not_given_away(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    town.talking()
    assert reassigned(town, request, desk="streets") is False


def test_an_interpreters_quarter_is_given_only_to_a_desk_that_is_open_then(town: Town) -> None:
    request = town.request()
    evening = TUESDAY + timedelta(hours=10)  # 20.00: only evening advice is open
    assert wishes.with_interpreter(town.services, "aino", request, evening, "Dari") is True
    window = (town.promise(request)["window_start_at"], town.promise(request)["window_end_at"])
    assert reassigned(town, request, desk="housing") == Refused("closed")
    assert reassigned(town, request, desk="extended") is True
    after = town.promise(request)
    assert (after["window_start_at"], after["window_end_at"]) == window


def test_the_extended_hours_desk_asks_nobody_who_went_home(town: Town) -> None:
    town.clock.business = CLOSES - timedelta(minutes=5)
    town.agent("ilta", desks=("extended",))
    town.agent("aino")
    request = town.request()
    reassigned(town, request, owner="aino")
    town.clock.business = CLOSES
    after_hours.settle(town.services)
    assert (owner(town, request), town.promise(request)["desk"]) == (None, "extended")


def test_an_agent_who_left_frees_her_matters(town: Town) -> None:
    for name in ("aino", "eino"):
        town.agent(name)
    hers, his = town.request(), town.request()
    reassigned(town, hers, owner="aino")
    reassigned(town, his, owner="eino")
    town.within(lambda tx: tx.connection.execute(update(agent).where(agent.c.id == "aino").values(active=False)))
    reconcile.owners_gone(town.services)
    assert (owner(town, hers), owner(town, his)) == (None, "eino")


def test_an_agent_whose_account_is_closed_frees_her_matters(town: Town) -> None:
    town.agent("aino")
    request = town.request()
    reassigned(town, request, owner="aino")
    assert town.within(lambda tx: owner_store.let_go_of(tx.connection, "aino")) == 1
    assert owner(town, request) is None
