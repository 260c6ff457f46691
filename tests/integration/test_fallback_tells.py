"""Every answer to a webhook that had its effect was lost on its way: the fallback tells what those answers told."""

import html

import pytest
from sqlalchemy import delete

from adapters.schema import callback_request, receipt, waiting_caller
from tests.support.services import BASE, Town
from tests.support.telephone import Telephone

INTO_THE_LINE = ("1", "1", "1")


@pytest.fixture
def telephone(town: Town) -> Telephone:
    town.agent("aino")
    one = Telephone.at(town)
    one.rings()
    return one


def lost(telephone: Telephone, **form: str) -> str:
    """Three tries that nobody hears; what the last one said is the fallback's to tell."""
    url = telephone.next_url()
    answers = {telephone.send(url, **form).get_data(as_text=True) for _ in range(3)}
    assert len(answers) == 1
    told = telephone.post("/voice/fallback", ErrorUrl=BASE + url.removeprefix(BASE), ErrorCode="11200")
    assert told == answers.pop()
    return told


def test_a_caller_who_has_come_into_the_line_is_told_so_and_stands_in_it(town: Town, telephone: Telephone) -> None:
    """Her key does not come again: a step that took her for silent would ask once more, with her in the line."""
    for key in INTO_THE_LINE[:-1]:
        telephone.presses(key)
    assert "<Enqueue" in lost(telephone, Digits=INTO_THE_LINE[-1])
    assert len(town.every(waiting_caller)) == 1
    assert "<Gather" in telephone.post(telephone.wait_url())


def test_a_promise_is_told_and_made_once(town: Town, telephone: Telephone) -> None:
    for key in INTO_THE_LINE:
        telephone.presses(key)
    left = telephone.next_url()
    telephone.post(telephone.wait_url())
    telephone.presses("1")
    telephone.post(left, QueueResult="leave")
    assert "<Gather" in telephone.heard[-1], "is this the right number?"
    assert "<Hangup" in lost(telephone, Digits="1")
    assert len(town.every(callback_request)) == 1


def test_what_had_no_effect_is_asked_once_more(telephone: Telephone) -> None:
    url = telephone.next_url()
    telephone.send(url, Digits="1")
    again = telephone.post("/voice/fallback", ErrorUrl=url, ErrorCode="11200")
    assert "again=1" in html.unescape(again)


def test_another_calls_answer_is_not_told(town: Town, telephone: Telephone) -> None:
    for key in INTO_THE_LINE[:-1]:
        telephone.presses(key)
    url = telephone.next_url()
    telephone.presses(INTO_THE_LINE[-1])
    stranger = Telephone.at(town, sid="CA" + "2" * 32)
    assert "<Enqueue" not in stranger.post("/voice/fallback", ErrorUrl=url, ErrorCode="11200")


def test_nor_is_one_that_is_no_longer_kept(town: Town, telephone: Telephone) -> None:
    for key in INTO_THE_LINE[:-1]:
        telephone.presses(key)
    url = telephone.next_url()
    telephone.presses(INTO_THE_LINE[-1])
    town.within(lambda tx: tx.connection.execute(delete(receipt)))
    assert "again=1" in html.unescape(telephone.post("/voice/fallback", ErrorUrl=url, ErrorCode="11200"))
