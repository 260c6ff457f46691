"""A promise costs its caller one commit and few statements; a doubled webhook one look."""

import re

import pytest

from adapters.schema import call, callback_request, phone_number
from adapters.schema.promises import OPEN
from callbacks.model import OPEN_STATES
from tests.support.services import Town
from tests.support.statements import Asked, asked_of
from tests.support.telephone import Telephone

AT_MOST = {True: 7, False: 2}  # one look; then SQLite writes six rows in six statements, PostgreSQL in one
KNOWN_SAVES = {True: 1, False: 0}


def to_the_number(town: Town, number: str = "+358401234567") -> Telephone:
    """Nobody is on duty: a slot is offered and taken, and the number is read back."""
    telephone = Telephone.at(town, number)
    telephone.rings()
    for key in ("1", "1", "1", "1"):
        telephone.presses(key)
    return telephone


def confirmed(town: Town, telephone: Telephone) -> Asked:
    with asked_of(town.services.database) as seen:
        assert "<Hangup" in telephone.presses("1")
    return seen


def test_the_promise_is_one_commit_and_few_statements(town: Town) -> None:
    telephone = to_the_number(town)
    seen = confirmed(town, telephone)
    assert (len(seen.statements), seen.commits) == (AT_MOST[town.services.database.is_sqlite], 1), "\n".join(
        seen.statements
    )
    [promise] = town.every(callback_request)
    assert promise["kind"] == "slot"
    assert town.one(call, call_sid=telephone.sid)["number_id"] == promise["number_id"]


def test_a_number_that_is_known_is_not_written_again(town: Town) -> None:
    first = to_the_number(town)
    confirmed(town, first)
    town.clock.pass_(minutes=1)
    again = Telephone(first.client, sid="CA" + "2" * 32)
    again.rings()
    for key in ("1", "4", "2", "1", "1"):  # another matter
        again.presses(key)
    url = again.heard[-1]
    assert "step/number" in url, url
    seen = confirmed(town, again)
    sqlite = town.services.database.is_sqlite
    assert (len(seen.statements), seen.commits) == (AT_MOST[sqlite] - KNOWN_SAVES[sqlite], 1), "\n".join(
        seen.statements
    )
    assert len(town.every(phone_number)) == 1


def test_the_other_copy_of_the_webhook_is_one_look(town: Town) -> None:
    telephone = to_the_number(town)
    url = telephone.next_url()
    confirmed(town, telephone)
    with asked_of(town.services.database) as seen:
        assert telephone.post(url, Digits="1") == telephone.heard[-1]
    assert len(seen.statements) == 1


@pytest.mark.parametrize("number", ["+358401234567", "anonymous"])
def test_a_keyed_in_number_is_one_commit_too(town: Town, number: str) -> None:
    telephone = to_the_number(town, number)
    if number != "anonymous":
        telephone.presses("2")
    telephone.presses("0405556667")
    assert confirmed(town, telephone).commits == 1
    [promise] = town.every(callback_request)
    assert promise["keyed_in"] is True


def test_queries_for_open_rows_speak_the_words_of_their_index() -> None:
    """A partial index serves only who asks with its own condition: these words are that condition."""
    assert set(re.findall(r"'(\w+)'", OPEN)) == OPEN_STATES
