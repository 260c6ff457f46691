"""Whoever rings back after a ring she missed, while another is still to come: the desk, that ring, another matter."""

from datetime import timedelta

import pytest

from adapters.schema import waiting_caller
from desks import service
from desks.talk.outcome import note
from tests.support.known import asks, call, events, named, rings, rung_in_vain
from tests.support.services import Town

TRIED = {"1": "Yritimme soittaa sinulle", "2": "Vi försökte ringa dig", "3": "We tried to ring you"}


@pytest.mark.parametrize(("times", "language"), [(1, "1"), (1, "2"), (2, "3")])
def test_one_key_leads_to_the_desk_at_the_old_place(town: Town, times: int, language: str) -> None:
    request = rung_in_vain(town, times=times)
    town.agent("svea", desks=("housing",), languages=("fi", "sv", "en"))
    before = town.promise(request)
    assert before["state"] == "requested"
    telephone = call(town, language=language)
    assert TRIED[language] in telephone.heard[-1]
    assert "<Enqueue" in telephone.presses("1")
    [stay] = town.every(waiting_caller, call_sid=telephone.sid)
    assert (stay["request_id"], stay["line_time_at"]) == (request, before["line_time_at"])
    assert town.promise(request) == before, "who leaves the line is rung as she was promised"


def test_nobody_rings_her_while_she_waits_about_it(town: Town) -> None:
    request = rung_in_vain(town)
    town.clock.pass_(seconds=(town.promise(request)["due_at"] - town.clock.now()).total_seconds())
    service.heartbeat(town.services, "aino")
    telephone = call(town)
    telephone.presses("1")
    town.deal()
    held = town.held("aino")
    assert held is not None
    assert (held["request_id"], held["caller_id"]) == (None, town.one(waiting_caller, call_sid=telephone.sid)["id"])


def test_the_second_key_is_the_coming_ring_kept_moved_or_called_off(town: Town) -> None:
    request = rung_in_vain(town)
    telephone = call(town)
    told = telephone.presses("2")
    assert "Olemme luvanneet soittaa sinulle asumiseen liittyvästä asiastasi" in told
    assert all(key in told for key in ("paina yksi", "paina kaksi", "paina kolme", "paina neljä"))
    telephone.presses("3")
    assert "on peruttu" in telephone.presses("1")
    assert events(town, request)[-1] == "call_off"


def test_a_time_that_she_has_moved_since_is_told_as_every_promise_is(town: Town) -> None:
    request = rung_in_vain(town)
    telephone = call(town)
    telephone.presses("2")
    telephone.presses("2")
    assert "Aikasi on siirretty." in telephone.presses("1")
    assert events(town, request)[-1] == "move"
    assert "/step/known" in call(town).next_url()


def test_the_third_key_is_another_matter(town: Town) -> None:
    rung_in_vain(town)
    telephone = call(town)
    telephone.presses("3")
    assert "Asuminen, rakentaminen ja vesi" in telephone.heard[-1]


def test_who_answered_in_a_bad_moment_has_missed_no_ring(town: Town) -> None:
    request = asks(town)
    town.agent("aino", desks=("housing",))
    token = rings(town, request)
    town.act(lambda c: c.resident_answered(token))
    town.act(lambda c: note(c, token, "bad_moment", "", 60))
    assert (town.promise(request)["state"], town.promise(request)["kind"]) == ("requested", "retry")
    assert "/step/known" in call(town).next_url()


def test_a_sensitive_matter_is_named_to_nobody(town: Town) -> None:
    rung_in_vain(town, "employment")
    telephone = call(town)
    joined = telephone.presses("1")
    assert "Yhdistämme sinut neuvojalle." in joined
    assert "<Enqueue" in joined
    second = call(town)
    second.presses("2")
    assert "/step/code" in (second.presses("2"), second.next_url())[1]
    assert not named(telephone.heard + second.heard, "employment", town)


@pytest.mark.parametrize("topic", ["housing", "employment"])
def test_where_nobody_is_on_duty_the_coming_ring_stands_and_is_told(texting_town: Town, topic: str) -> None:
    town = texting_town
    request = rung_in_vain(town, topic)
    service.set_presence(town.services, "aino", "offline")
    before = town.promise(request)
    assert (before["told"], before["window_start_at"] > town.clock.now()) == (True, True)
    told = call(town).presses("1")
    assert "Soitamme" in told
    assert "<Hangup" in told
    assert town.promise(request) == before


def test_in_a_closed_house_the_coming_ring_is_told(texting_town: Town) -> None:
    town = texting_town
    request = rung_in_vain(town)
    town.clock.business = town.clock.now().replace(hour=21)
    heard = call(town)
    assert "/step/known" in heard.next_url()
    assert "yhdistämme" not in heard.heard[-1]
    assert town.promise(request)["window_end_at"] < town.clock.now() + timedelta(days=1)
