"""Two wishes of one instant about one matter: one of them wins, and a telephone rings for that one only."""

import threading
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import callback_event, callback_request
from callbacks.model import Window
from callbacks.service import Promises
from desks import service
from desks.line import dispatch
from desks.line.dealing import Deal
from desks.talk.conversation import Conversation
from tests.integration.test_dispatch import at_once, free_again, no_errors
from tests.support.services import Town

ROUNDS = 20
HESITATION_SECONDS = 1.5
DECISIVE = ("accept", "call_off")


def call_off(town: Town, request: str) -> bool:
    return town.services.database.run(lambda tx: Promises(town.services, tx, town.rules).called_off(request))


def withdraw(token: str, conversation: Conversation) -> None:
    conversation.withdraw(token)


def test_a_cancel_races_the_accept(town: Town) -> None:
    """After a cancel that was confirmed nobody is dialled; after the dial nobody is told that it was cancelled."""
    town.agent("aino")
    won: Counter[str] = Counter()
    for n in range(ROUNDS):
        request = town.request()
        token, leg = town.offered("aino"), f"CA{n + 0xA000:032x}"
        dialled, cancelled = at_once(partial(town.accept, token, leg), partial(call_off, town, request))
        no_errors([dialled, cancelled])
        events = [row["event"] for row in town.every(callback_event, request_id=request) if row["event"] in DECISIVE]
        assert len(events) == 1, f"{events}: both won"
        assert ("<Dial" in str(dialled)) is (events == ["accept"])
        assert bool(cancelled) is (events == ["call_off"])
        won[events[0]] += 1
        if events == ["accept"]:
            service.note_outcome(town.services, "aino", token, "done")
        else:
            town.act(partial(withdraw, token))
        free_again(town)
    assert sum(won.values()) == ROUNDS


def test_two_calls_of_one_number_make_one_promise(town: Town) -> None:
    """Two people ring from one number. The second has looked, and found nothing, before the first's promise is
    committed."""
    begun, ended = threading.Event(), threading.Event()
    found: list[object] = []

    def second() -> None:
        begun.set()
        try:
            found.append(town.services.database.run(partial(promised, town, "CA" + "2" * 32)))
        except IntegrityError as refused:  # the webhook begins anew, and joins what is there
            found.append(refused)
        ended.set()

    neighbour = threading.Thread(target=second)
    with town.services.database.write() as tx:
        promised(town, "CA" + "1" * 32, tx)
        tx.write_waiting()
        neighbour.start()
        begun.wait()
        ended.wait(HESITATION_SECONDS)  # over at once only where nothing holds it up
    neighbour.join()
    assert len(found) == 1
    assert len(town.every(callback_request)) == 1


def test_the_record_takes_one_open_request_for_a_number_and_a_topic(town: Town) -> None:
    """Whatever two webhooks believe."""
    first = town.promise(town.request())
    second = {**first, "id": new_id(), "origin_call_sid": town.new_sid()}
    with pytest.raises(IntegrityError):
        town.within(lambda tx: tx.connection.execute(callback_request.insert().values(second)))


def promised(town: Town, call_sid: str, tx: Transaction) -> bool:
    """Whether an open request was joined."""
    now = town.clock.now()
    window = Window(now, now + timedelta(minutes=60))
    promises = Promises(town.services, tx, town.rules)
    return promises.make(
        e164="+358401234567",
        topic="housing",
        language="fi",
        kind="asap",
        window=window,
        line_time=now,
        call_sid=call_sid,
    )[1]


def test_an_agent_cannot_be_given_two_matters(town: Town) -> None:
    """Whatever two dealers believe: the record takes one."""
    town.agent("aino")
    town.request()
    town.offered("aino")
    second = town.request()
    deal = Deal(second, "asap", "aino", "place", None)
    with pytest.raises(IntegrityError):
        town.within(lambda tx: dispatch.claim(town.services, tx, deal))
    assert town.promise(second)["state"] == "requested"
