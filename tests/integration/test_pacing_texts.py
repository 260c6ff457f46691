"""Texts beside rings: a provider that is slow with the one holds up none of the other; what is too old is not sent."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters import pace_store
from adapters.database import Database
from adapters.schema import outbox, provider_pace, text_message
from adapters.voice_gateway import Result
from desks import wishes
from queue_workers import effects
from queue_workers.hands import Hands
from queue_workers.in_turn import LATEST_TEXT_SECONDS
from queue_workers.scheduler import Dispatcher
from tests.rig.waiting import until
from tests.support.clock import TUESDAY, SetClock
from tests.support.provider import BUSY_PROVIDER, LOST, RecordingGateway
from tests.support.services import Town, services_for
from tests.support.turns import TEXTS, agents, rung, texts, waiting

SENDER = "+358175550100"


class SlowTexts(RecordingGateway):
    """Texts are answered when the test says so; everything else at once."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = threading.Event()

    def text(self, to: str, sender: str, body: str, status_callback: str) -> Result:
        result = super().text(to, sender, body, status_callback)
        self.answered.wait(20)
        return result


@pytest.fixture
def texting(record: str) -> Iterator[Town]:
    """As many as there are, of each."""
    one = Town.over(record, SMS_SENDER=SENDER)
    yield one
    one.services.database.dispose()


@pytest.fixture
def slow(record: str) -> Iterator[tuple[Town, SlowTexts, Dispatcher]]:
    clock, gateway = SetClock(), SlowTexts()
    services = services_for(record, clock=clock, gateway=gateway, SMS_SENDER=SENDER)
    dispatcher = Dispatcher(services)
    yield Town(services, clock, gateway), gateway, dispatcher
    gateway.answered.set()
    dispatcher.turns.shutdown()
    database: Database = services.database
    database.dispose()


def test_a_slow_endpoint_of_texts_delays_no_ring(slow: tuple[Town, SlowTexts, Dispatcher]) -> None:
    town, gateway, dispatcher = slow
    texts(town, 8)
    for _ in range(5):
        dispatcher._turns()
    until(lambda: len(gateway.ordered("text")) == 1, 10.0, lambda: "no text was asked for")
    names = agents(town, 2)
    for name in names:
        waiting(town, name)
    dispatcher._turns()
    until(lambda: rung(town) == len(names), 10.0, lambda: f"{rung(town)} rings while a text hangs")
    assert len(gateway.ordered("text")) == 1


def test_a_hint_makes_no_worker_wait_for_a_text(texting: Town) -> None:
    texts(texting, 1)
    [order] = texting.orders()
    assert effects.carry_out(texting.services, order["id"], Hands()) is False
    assert texting.gateway.ordered("text") == []
    assert effects.carry_out_next(texting.services, TEXTS) is True, "it is the clock's"
    assert len(texting.gateway.ordered("text")) == 1


def test_a_text_that_is_not_answered_holds_those_behind_it_and_is_not_sent_again(texting: Town) -> None:
    texts(texting, 2)
    texting.gateway.answers(LOST)
    assert [effects.carry_out_next(texting.services, TEXTS) for _ in range(2)] == [True, False]
    texting.clock.pass_(seconds=1)
    assert [effects.carry_out_next(texting.services, TEXTS) for _ in range(2)] == [True, False]
    assert sorted(str(row["result"]) for row in texting.every(outbox)) == ["sent", "unknown"]
    assert sorted(str(row["status"]) for row in texting.every(text_message)) == ["sent", "unknown"]


def test_a_text_of_an_outage_is_not_sent_when_it_is_over(texting: Town) -> None:
    """Nobody was there to send it: the provider would take it at once, but what it tells is long past."""
    texts(texting, 1)
    texting.clock.pass_(seconds=LATEST_TEXT_SECONDS + 1)
    assert effects.carry_out_next(texting.services, TEXTS) is True
    assert texting.gateway.ordered("text") == []
    assert texting.one(outbox)["result"] == "given up"
    assert texting.one(text_message)["status"] == "never sent"
    texts(texting, 1)
    assert effects.carry_out_next(texting.services, TEXTS) is True, "and has cost no turn"


def test_an_old_text_that_may_have_been_sent_is_not_called_unsent(texting: Town) -> None:
    texts(texting, 1)
    asked = {"asked_machine": texting.clock.machine()}
    texting.within(lambda tx: tx.connection.execute(text_message.update().values(**asked)))
    texting.clock.pass_(seconds=LATEST_TEXT_SECONDS + 1)
    effects.carry_out_next(texting.services, TEXTS)
    assert texting.one(text_message)["status"] == "unknown"


def test_a_new_time_whose_text_was_lost_sight_of_is_a_persons_to_tell(texting: Town) -> None:
    """Killed between the question and the note: the resident may know nothing of her new time."""
    request = texting.request()
    texting.carry_out()
    move(texting, request)
    asked = {"asked_machine": texting.clock.machine()}
    texting.within(
        lambda tx: tx.connection.execute(text_message.update().where(text_message.c.status.is_(None)).values(**asked))
    )
    texting.carry_out()
    assert texting.promise(request)["told"] is False
    assert texting.items() == ["untold"]


def test_a_new_time_whose_text_was_not_answered_is_a_persons_to_tell(texting: Town) -> None:
    """A time-out, or an answer from 500 on: it may never have left, and it is not sent again."""
    request = texting.request()
    texting.carry_out()
    move(texting, request)
    texting.gateway.answers(LOST)
    texting.carry_out()
    assert [row["status"] for row in texting.every(text_message)] == ["sent", "unknown"]
    assert texting.promise(request)["told"] is False
    assert texting.items() == ["untold"]


def move(town: Town, request: str) -> None:
    wishes.with_interpreter(town.services, town.agent("aino"), request, TUESDAY + timedelta(hours=1), "Dari")


def test_refusals_of_one_incident_are_one(texting: Town) -> None:
    """Four that were on their way when the provider began to refuse: nobody waits eight times as long for it."""
    now = texting.clock.machine()
    texts(texting, 4)
    with texting.services.database.write() as tx:
        turns = [pace_store.next_in(texting.services.settings, tx, TEXTS, now) for _ in range(4)]
        for one in turns:
            assert one is not None
            assert pace_store.refused(tx, one.turn, now) <= 1.0
        assert tx.connection.scalar(provider_pace.select().with_only_columns(provider_pace.c.refused)) == 1


def test_an_answer_to_what_was_asked_before_the_refusal_ends_no_wait(texting: Town) -> None:
    texts(texting, 3)
    texting.gateway.during("text", lambda: refuse_another(texting))
    assert effects.carry_out_next(texting.services, TEXTS) is True
    assert effects.carry_out_next(texting.services, TEXTS) is False, "the refusal is younger than the answer"


def refuse_another(town: Town) -> None:
    town.gateway.answers(BUSY_PROVIDER)
    assert effects.carry_out_next(town.services, TEXTS) is True
