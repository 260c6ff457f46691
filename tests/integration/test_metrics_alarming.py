"""What alerts are made of: orders that fail or wait, callbacks that could be dealt, apologies."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from adapters.database import Database, Transaction
from adapters.schema import outbox, process_start
from adapters.waiting_line import WAITING
from desks import service
from ivr import own_call_store
from tests.support.scraped import TOKEN, of, scraped
from tests.support.services import Town
from tests.support.telephone import Telephone


@pytest.fixture
def town(record: str) -> Iterator[Town]:
    one = Town.over(record, METRICS_TOKEN=TOKEN)
    yield one
    one.services.database.dispose()


def test_an_order_that_fails_again_and_again_is_told_whenever_its_next_try_is(town: Town) -> None:
    """Put off each time, it is due for a moment only: a scrape would hardly ever meet it."""
    now = town.clock.machine()
    late = {"due_machine": now + 25, "made_machine": now - 90, "tries": 6}
    for n, (kind, tries) in enumerate((("end_leg", 6), ("ring_agent", 6), ("send_text", 6), ("delete_call", 6))):
        row = {**late, "id": f"o{n}", "kind": kind, "ref": f"r{n}", "tries": tries}
        town.within(lambda tx, row=row: tx.connection.execute(outbox.insert().values(**row)))  # type: ignore[misc]
    found = of(town)
    assert found["one_number_orders_failing", ()] == 1, "a lane that is held fails nobody; a deletion may wait an hour"
    assert found["one_number_orders_oldest_seconds", ("quick",)] == 90
    assert found["one_number_orders_due", ("texts",)] == found["one_number_orders_due", ("long",)] == 0


def test_texts_that_wait_for_their_pace_are_told_apart(town: Town) -> None:
    now = town.clock.machine()
    row = {"id": "o", "kind": "send_text", "ref": "r", "due_machine": now - 700, "made_machine": now - 700}
    town.within(lambda tx: tx.connection.execute(outbox.insert().values(**row)))
    found = of(town)
    assert found["one_number_orders_oldest_seconds", ("quick",)] == 0
    assert found["one_number_orders_oldest_seconds", ("texts",)] == 700


def test_a_callback_that_somebody_free_could_take(town: Town) -> None:
    town.agent("aino", languages=("sv",))
    town.request()
    town.clock.pass_(minutes=7)
    service.heartbeat(town.services, "aino")
    found = of(town)
    assert (found["one_number_oldest_due_seconds", ()], found["one_number_oldest_to_deal_seconds", ()]) == (420, 0)
    town.agent("bertil", languages=("fi",))
    assert of(town)["one_number_oldest_to_deal_seconds", ()] == 420


def test_a_test_call_of_former_days_is_not_told_where_none_are_made(town: Town) -> None:
    age = ("one_number_test_call_age_seconds", ())
    now, machine = town.clock.now(), town.clock.machine()

    def made(tx: Transaction) -> None:
        own = own_call_store.claim(tx.connection, "2026112408", now, machine - 9000)
        assert own_call_store.conclude(tx.connection, str(own), "walked", machine)

    beat = {"kind": "clock", "started_machine": machine - 50, "beat_machine": machine}
    town.within(lambda tx: tx.connection.execute(process_start.insert().values(**beat)))
    making = town.services.settings.model_copy(update={"test_call_from": "+358175550199"})
    with_calls = replace(town, services=replace(town.services, settings=making))
    assert of(with_calls)[age] == 50, "none yet: since one could have been made"
    town.within(made)
    assert of(with_calls)[age] == 9000
    assert age not in of(town)


def test_counts_begin_at_nothing(town: Town) -> None:
    """What is seen first as a five has not grown."""
    found = of(town)
    assert found["one_number_provider_alerts_total", ("11200", "error")] == 0
    assert found["one_number_provider_errors_total", ("held", "ring_agent")] == 0
    assert found["one_number_answers_total", ("500", "voice")] == found["one_number_apologies_total", ("fault",)] == 0


class Failing(Database):
    """Fails once it is told how."""

    error: Exception | None = None

    @contextmanager
    def _connected(self, deadlines: float, patience: float | None = None) -> Iterator[Connection]:
        if self.error is not None:
            raise self.error
        with super()._connected(deadlines, patience) as connection:
            yield connection


@pytest.mark.parametrize(
    ("error", "why"), [(RuntimeError("a fault of ours"), "fault"), (DBAPIError("", None, TimeoutError()), "record")]
)
def test_an_apology_is_counted_though_its_status_is_200(town: Town, error: Exception, why: str) -> None:
    database = Failing(town.services.database.url)
    telephone = Telephone.at(replace(town, services=replace(town.services, database=database)))
    telephone.rings()
    telephone.presses("1")
    database.error = error
    telephone.presses("0")
    database.error = None
    found = scraped(telephone.client)
    assert found["one_number_answers_total", ("200", "voice")] == 3
    assert found["one_number_apologies_total", (why,)] == 1
    assert found["one_number_apologies_total", ({"fault": "record", "record": "fault"}[why],)] == 0
    telephone.rings()
    assert scraped(telephone.client)["one_number_apologies_total", (why,)] == 1, "told once"
    database.dispose()


def test_a_webhooks_time_begins_at_the_line(town: Town) -> None:
    """Under load the wait for a thread is where the time goes: an alert that does not see it tells of nothing."""
    telephone = Telephone.at(town)
    WAITING.joined()
    WAITING.begins(7.0)
    telephone.rings()
    assert scraped(telephone.client)["one_number_webhook_seconds_sum", ("incoming",)] > 7
    telephone.presses("1")
    assert scraped(telephone.client)["one_number_webhook_seconds_sum", ("language",)] < 7
