"""A caller's last step and the news of her call's end come at one instant and hold the same rows: in one order, or
each waits for the other until a deadline ends one of them, and the dealer waits with them."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from adapters.schema import call, waiting_caller
from tests.rig.waiting import until
from tests.support.services import Town, empty_record
from tests.support.telephone import Telephone

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """SQLite has one writer, and so no order."""
    return Town.over(empty_record("postgresql", tmp_path))


def test_the_news_of_an_end_wait_for_a_step_and_hold_nothing_that_it_needs(town: Town) -> None:
    town.agent("aino")
    telephone = Telephone.at(town)
    telephone.rings()
    for key in ("1", "1", "1"):
        telephone.presses(key)
    news = threading.Thread(target=telephone.send, args=("/voice/status",), kwargs={"CallStatus": "completed"})
    database = town.services.database
    with database.write() as step:  # as her last step does: her stay first, then the call
        step.connection.execute(select(waiting_caller.c.id).with_for_update())
        news.start()
        with database.read() as look:
            until(lambda: look.scalar(text(WAITS)) or None, 10.0, lambda: "the news do not come to what her step holds")
        step.connection.execute(text("SET LOCAL lock_timeout = '100ms'"))
        step.connection.execute(update(call).values(topic="housing"))
    news.join(10)
    [ended] = town.every(call)
    assert (ended["topic"], ended["status"]) == ("housing", "completed")
    assert [row["state"] for row in town.every(waiting_caller)] == ["left"]
