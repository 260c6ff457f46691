"""Two wishes of one instant about one matter: one of them wins, and a telephone rings for that one only."""

from collections import Counter
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.schema import callback_event, callback_request
from callbacks.service import Promises
from desks import service
from desks.line import dispatch
from desks.line.dealing import Deal
from desks.talk.conversation import Conversation
from tests.integration.test_dispatch import at_once, free_again, no_errors
from tests.support.services import Town
from tests.support.telephone import Telephone

ROUNDS = 20
TO_THE_QUESTION = ("1", "1", "1", "1")  # whether this number is right: the next key makes the promise
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
    """Two people ring from one number, and both confirm at once."""
    client = Telephone.at(town).client.application.test_client
    for n in range(ROUNDS // 4):
        number = f"+35840666{n:04}"
        calls = [Telephone(client(), number, f"CA{n * 2 + side + 0x900:032x}") for side in range(2)]
        for call in calls:
            call.rings()
            for key in TO_THE_QUESTION:
                call.presses(key)
        no_errors(at_once(*[partial(call.post, call.next_url(), Digits="1") for call in calls]))
        assert len(town.every(callback_request)) == n + 1


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
