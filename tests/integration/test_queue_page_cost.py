"""The queue page asks the record a few times, however many desks and languages there are, and shows the same order."""

import re
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import event, update

from adapters.schema import offer
from desks.line import front_store
from desks.line.dealing import Placed
from desks.line.duty_store import duty
from desks.line.front_store import Front, front
from desks.line.line_store import handling_minutes
from desks.line.whole_store import handling_of
from desks.queue.listing import Wanted, desks_of, page
from tests.support.clock import TUESDAY
from tests.support.crowd import Crowd, Shape
from tests.support.plans import plans
from tests.support.services import Town

MOST_STATEMENTS = 20


def asked_for_a_page(town: Town) -> int:
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(town.services.database.engine, "before_cursor_execute", note)
    try:
        page(town.services, Wanted(None), "fi")
    finally:
        event.remove(town.services.database.engine, "before_cursor_execute", note)
    return len(said)


def look(town: Town) -> tuple[list[Placed], list[Placed]]:
    """The order from the whole line, and from its parts."""
    desks = [desk for desk, _ in desks_of(town.rules, None, "fi")]

    def of(seen: Front) -> tuple[list[Placed], list[Placed]]:
        return seen.everything(), seen.long_line()

    with town.services.database.read() as connection:
        return of(front(connection, town.rules, duty(connection, town.clock.machine(), TUESDAY), TUESDAY, *desks))


@pytest.mark.parametrize("matters", [0, 40])
def test_a_page_is_a_few_statements(town: Town, matters: int) -> None:
    if matters:
        Crowd(town, Random(7), Shape(matters)).spread()
    assert asked_for_a_page(town) <= MOST_STATEMENTS


@pytest.mark.parametrize("round_", range(4))
def test_the_whole_line_stands_as_its_parts_do(town: Town, round_: int) -> None:
    shape = Shape(60, urgent=0.1 * (round_ % 2), lengths=(30, 60, 120), busy=round_ > 1, alone=round_ % 2 == 1)
    Crowd(town, Random(round_), shape).spread()
    whole, parts = look(town)
    assert whole == parts
    assert len({clause for _, clause, _ in whole}) > 1, "one kind of matter only"


def test_a_line_too_long_to_be_read_is_read_by_its_parts(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    Crowd(town, Random(3), Shape(12)).spread()
    monkeypatch.setattr(front_store, "MOST_READ", 5)
    whole, parts = look(town)
    assert whole == parts != []
    assert asked_for_a_page(town) > MOST_STATEMENTS


@pytest.mark.parametrize("desk", [None, "housing"])
def test_no_matter_that_is_over_is_read(town: Town, desk: str | None) -> None:
    found = plans(town.services.database, lambda: page(town.services, Wanted(None, desk), "fi"))
    assert found
    assert not [one for one in found if re.search(r"SCAN (callback_request|waiting_caller|offer)'", one)]


def test_how_long_talks_take_is_each_desks_own(town: Town) -> None:
    town.agent("aino")
    town.request()
    token = town.talking()
    over = {"state": "ended", "ended_at": town.clock.now() + timedelta(minutes=3)}
    town.within(lambda tx: tx.connection.execute(update(offer).where(offer.c.token == token).values(**over)))
    with town.services.database.read() as connection:
        each = {desk: handling_minutes(connection, desk) for desk in ("housing", "streets")}
        assert each["housing"] is not None
        assert handling_of(connection, each) == {"housing": each["housing"]}
