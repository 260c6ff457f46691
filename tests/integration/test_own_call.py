"""Our own call to our own number: made once an hour where it is set, followed to the menu, and in no figure."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.schema import alarm, call, phone_number, route_decision, tally, test_call, waiting_caller
from operations.watching.watch import watch
from queue_workers import own_calls
from tests.support.clock import TUESDAY
from tests.support.provider import BUSY_PROVIDER, LOST, REFUSED
from tests.support.services import BASE, CITY, Town
from tests.support.telephone import Telephone

OURS = "+358175550199"
LEG, ARRIVED = "CA" + "c" * 32, "CA" + "d" * 32
OVER = own_calls.store.OPEN_SECONDS + 1
TRIED = test_call
test_call.__test__ = False  # type: ignore[attr-defined]


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, TEST_CALL_FROM=OURS)
    one.clock.business = TUESDAY + timedelta(minutes=25)
    yield one
    one.services.database.dispose()


def results(town: Town) -> list[str | None]:
    return [row["result"] for row in sorted(town.every(TRIED), key=lambda row: str(row["slot"]))]


def arrives(town: Town, number: str = OURS, sid: str = ARRIVED) -> Telephone:
    telephone = Telephone.at(town, number, sid)
    telephone.rings()
    return telephone


def ends(telephone: Telephone) -> None:
    assert telephone.send("/voice/status", CallStatus="completed", CallDuration="14").status_code == 204


def test_without_the_setting_nobody_is_rung(record: str) -> None:
    town = Town.over(record)
    town.clock.business = TUESDAY + timedelta(minutes=25)
    own_calls.tend(town.services)
    assert town.gateway.orders == []
    assert town.every(TRIED) == []


def test_it_rings_the_citys_number_once_an_hour(town: Town) -> None:
    town.clock.business = TUESDAY + timedelta(minutes=19, seconds=30)
    own_calls.tend(town.services)
    assert town.gateway.orders == [], "not while desks open"
    for _ in range(3):
        town.clock.pass_(minutes=0.6)
        own_calls.tend(town.services)
    [order] = town.gateway.orders
    assert (order.kind, order.to) == ("call", CITY)
    assert order.url.startswith(f"{BASE}/voice/test-call?k=")


def test_two_clocks_of_one_instant_ring_once(town: Town) -> None:
    slot = f"{town.clock.now():%Y%m%d%H}"
    claimed = [
        town.within(lambda tx: own_calls.store.claim(tx.connection, slot, town.clock.now(), town.clock.machine()))
        for _ in range(2)
    ]
    assert [one is not None for one in claimed] == [True, False]


def test_the_leg_presses_a_key_and_hears_the_menu(town: Town) -> None:
    document = Telephone.at(town, OURS, LEG).post("/voice/test-call?k=" + "a" * 32)
    assert 'digits="wwwwwwwwwwww1"' in document


def test_one_that_reaches_the_menu_has_walked(town: Town) -> None:
    own_calls.tend(town.services)
    town.clock.pass_(seconds=6)
    telephone = arrives(town)
    telephone.presses("1")
    ends(telephone)
    town.clock.pass_(seconds=OVER)
    own_calls.tend(town.services)
    assert results(town) == ["walked"]
    assert town.one(TRIED)["arrived_machine"] - town.one(TRIED)["asked_machine"] == 6
    assert town.one(tally)["label"] == "walked"


def test_it_stands_in_no_figure_and_in_no_line(town: Town) -> None:
    own_calls.tend(town.services)
    telephone = arrives(town)
    telephone.presses("1")
    ends(telephone)
    assert [town.every(table) for table in (call, route_decision, waiting_caller, phone_number)] == [[], [], [], []]


def test_a_residents_call_of_the_same_minute_is_counted(town: Town) -> None:
    own_calls.tend(town.services)
    telephone = arrives(town, "+358401234567", "CA" + "e" * 32)
    telephone.presses("1")
    ends(telephone)
    assert len(town.every(call)) == 1
    assert town.one(TRIED)["arrived_sid"] is None


def test_who_shows_our_number_while_none_is_under_way_is_a_caller(town: Town) -> None:
    telephone = arrives(town)
    ends(telephone)
    assert len(town.every(call)) == 1


@pytest.mark.parametrize(
    ("answer", "expected"), [(REFUSED, "not_ordered"), (BUSY_PROVIDER, "not_ordered"), (LOST, "not_ordered")]
)
def test_an_order_that_is_not_taken(town: Town, answer: object, expected: str) -> None:
    town.gateway.answers(answer)  # type: ignore[arg-type]
    own_calls.tend(town.services)
    town.clock.pass_(seconds=OVER)
    own_calls.conclude_old(town.services)
    assert results(town) == [expected]


def test_one_that_never_arrives(town: Town) -> None:
    own_calls.tend(town.services)
    town.clock.pass_(seconds=OVER)
    own_calls.conclude_old(town.services)
    assert results(town) == ["not_answered"]


def test_one_whose_key_is_not_understood(town: Town) -> None:
    own_calls.tend(town.services)
    arrives(town)
    town.clock.pass_(seconds=OVER)
    own_calls.conclude_old(town.services)
    assert results(town) == ["no_menu"]


def test_it_is_tried_once_more_before_anybody_is_told(town: Town) -> None:
    own_calls.tend(town.services)
    town.clock.pass_(seconds=OVER)
    own_calls.tend(town.services)
    watch(town.services)
    assert (results(town), town.every(alarm)) == (["not_answered", None], [])
    town.clock.pass_(seconds=OVER)
    for _ in range(3):
        own_calls.tend(town.services)
        town.clock.pass_(seconds=OVER)
    watch(town.services)
    assert results(town) == ["not_answered", "not_answered"]
    assert town.items() == ["test_call"]
