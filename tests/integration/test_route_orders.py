"""What a route orders besides the line: a partner's number by text, to the telephone that rings and to no other."""

import pytest

from adapters.schema import callback_request, outbox, phone_number, supervisor_item, text_message, waiting_caller
from desks.service import set_presence
from tests.support.services import Town
from tests.support.telephone import Telephone

HEALTH = ("1", "4", "1")
OWN = "+358401234567"
COUNTY = "017 555 0140"


def at_the_partner(town: Town, number: str = OWN, sid: str = "CA" + "1" * 32) -> Telephone:
    telephone = Telephone.at(town, number, sid)
    telephone.rings()
    for key in HEALTH:
        telephone.presses(key)
    return telephone


def test_the_number_is_texted_to_the_callers_own_telephone_and_told_so(texting_town: Town) -> None:
    telephone = at_the_partner(texting_town)
    said = telephone.presses("2")
    assert "Lähetämme numeron sinulle tekstiviestinä" in said
    text = texting_town.one(text_message)
    assert texting_town.one(phone_number, id=text["number_id"])["e164"] == OWN
    assert COUNTY in text["body"]
    assert "vointi" not in text["body"]
    assert texting_town.ordered("send_text") == [text["id"]]
    texting_town.carry_out()
    assert [order.to for order in texting_town.gateway.ordered("text")] == [OWN]


def test_it_is_sent_once_however_often_it_is_asked_for(texting_town: Town) -> None:
    telephone = at_the_partner(texting_town)
    telephone.presses("2")
    again = telephone.heard.pop()
    assert telephone.presses("2") == again
    telephone.presses("2")
    at_the_partner(texting_town, sid="CA" + "2" * 32).presses("2")
    assert len(texting_town.every(text_message)) == 1
    texting_town.clock.pass_(minutes=11)
    at_the_partner(texting_town, sid="CA" + "3" * 32).presses("2")
    assert len(texting_town.every(text_message)) == 2


@pytest.mark.parametrize("number", ["anonymous", "+358175551234", "+4915112345678", ""])
def test_a_telephone_that_takes_no_texts_is_told_the_number(texting_town: Town, number: str) -> None:
    telephone = at_the_partner(texting_town, number)
    assert "tekstiviesti" not in telephone.heard[-1]
    telephone.presses("2")
    assert "nolla yksi seitsemän" in telephone.presses("3")
    assert texting_town.every(text_message) == []


def test_without_a_sender_no_text_is_offered(town: Town) -> None:
    assert "tekstiviesti" not in at_the_partner(town).heard[-1]


@pytest.mark.parametrize("last", ["", "1", "3", "*"])
def test_hanging_up_at_a_partner_leaves_nothing_behind(town: Town, last: str) -> None:
    telephone = at_the_partner(town)
    if last:
        telephone.presses(last)
    telephone.send("/voice/status", CallStatus="completed", CallDuration="20")
    for table in (callback_request, waiting_caller, supervisor_item, text_message, outbox):
        assert town.every(table) == [], table.name


def test_when_the_last_agent_has_gone_a_key_moves_the_caller_with_her_place(town: Town) -> None:
    """Nobody waits in vain: her desk is open, but empty; the extended-hours desk has somebody."""
    aino = town.agent("aino")
    telephone = Telephone.at(town)
    telephone.rings()
    for key in ("1", "1", "1"):
        telephone.presses(key)
    stay = town.one(waiting_caller)
    set_presence(town.services, aino, "offline")
    town.agent("liisa", ("extended",))
    left, wait = telephone.next_url(), telephone.wait_url()
    assert "ei juuri nyt pysty vastaamaan" in telephone.post(wait)
    assert "soitamme sinulle takaisin" in telephone.waits()
    assert "ilta- ja viikonloppuneuvontaan" in telephone.waits()
    assert "<Leave" in telephone.presses("2")
    entered = telephone.post(left, QueueResult="leave")
    assert "Siirrämme sinut" in entered
    assert "<Enqueue" in entered
    moved = town.one(waiting_caller, state="waiting")
    assert (moved["desk"], moved["line_time_at"]) == ("extended", stay["line_time_at"])
    assert town.stay(stay["id"])["state"] == "moved"
