"""A number with something open rings again: kept, moved, cancelled, another matter, another person."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from adapters.schema import callback_request
from callbacks import store
from desks import service
from tests.support.known import asks, call, events, falls_due, named, unreached
from tests.support.services import Town

OTHERS = "+358409998877"
FRIDAY_TWO = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)  # 14.00 in Helsinki


# --- told --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("1", "Olemme luvanneet soittaa sinulle asumiseen liittyvästä asiastasi tänään"),
        ("2", "Vi har lovat ringa dig om ditt boendeärende i dag"),
        ("3", "We have promised to ring you about your housing matter today"),
    ],
)
def test_what_was_promised_is_told_in_the_callers_language(town: Town, language: str, told: str) -> None:
    asks(town)
    assert told in call(town, language=language).heard[-1]


def test_a_number_without_anything_open_hears_the_topics(town: Town) -> None:
    asks(town)
    assert "/step/topic" in call(town, OTHERS).next_url()
    assert "/step/topic" in call(town, "anonymous").next_url()
    assert "/step/topic" in call(town, "+266696687").next_url()


def test_kept_and_told_again_without_any_change(town: Town) -> None:
    request = asks(town)
    before = town.promise(request)
    told = call(town).presses("1")
    assert "Soittopyyntösi on voimassa." in told
    assert "<Hangup" in told
    assert town.promise(request) == before


@pytest.mark.parametrize(("language", "on_saturday"), [("1", True), ("2", False)])
def test_a_request_is_moved_to_times_at_which_its_own_language_is_spoken(
    town: Town, language: str, on_saturday: bool
) -> None:
    """The library's Saturday desk speaks Finnish and English; the caller has chosen Finnish this time."""
    town.clock.business = FRIDAY_TWO
    request = asks(town, "library", language=language)
    telephone = call(town, language="1")
    telephone.presses("2")
    assert ("huomenna" in telephone.heard[-1]) == on_saturday
    telephone.presses("1")
    assert events(town, request)[1:] == ["move"]


def test_another_matter_leads_to_the_topics(town: Town) -> None:
    asks(town)
    telephone = call(town)
    telephone.presses("4")
    assert "Asuminen, rakentaminen ja vesi" in telephone.heard[-1]


def test_of_several_requests_two_are_told_the_soonest_first(town: Town) -> None:
    later, sooner, third = (asks(town, topic, window=key) for topic, key in
                            (("housing", "3"), ("parking", "1"), ("daycare", "2")))  # fmt: skip
    windows = [town.promise(request)["window_start_at"] for request in (sooner, third, later)]
    assert windows == sorted(windows)
    telephone = call(town)
    assert "pysäköinti" in telephone.heard[-1]
    assert "päivä" in telephone.presses("5")
    assert "pysäköinti" in telephone.presses("5")
    assert "asumiseen" not in "".join(telephone.heard[1:])


def test_a_late_promise_is_said_to_be_late(town: Town) -> None:
    request = asks(town)
    town.clock.business = town.promise(request)["window_end_at"] + timedelta(minutes=5)
    telephone = call(town)
    assert "on myöhässä. Olemme pahoillamme." in telephone.heard[-1]
    assert "Soitamme sinulle niin pian kuin voimme." in telephone.presses("1")


# --- moved -------------------------------------------------------------------------------------------------------


def test_moved_to_another_time_that_is_told_and_kept(texting_town: Town) -> None:
    town = texting_town
    request = asks(town)
    before = town.promise(request)
    telephone = call(town, language="2")
    offered = telephone.presses("2")
    assert "Om du vill att vi ringer dig" in offered
    told = telephone.presses("1")
    assert "Din tid har flyttats. Vi ringer dig" in told
    after = town.promise(request)
    assert after["window_start_at"] != before["window_start_at"]
    assert (after["state"], after["kind"], after["told"]) == ("requested", "slot", True)
    assert after["due_at"] == after["window_start_at"]
    assert events(town, request) == ["request", "move"]
    assert any(key.startswith("sms.moved") for key in town.texts())


def test_the_time_she_has_is_not_offered_to_her_and_may_be_kept(town: Town) -> None:
    request = asks(town, window="2")
    slot = town.promise(request)["window_start_at"]
    telephone = call(town)
    for _ in range(4):
        telephone.presses("2" if "/step/known" in telephone.next_url() else "4")
        assert f"{int(slot.timestamp()) // 60}" not in telephone.heard[-1]
    assert "Soittopyyntösi on voimassa." in telephone.presses("5")
    assert events(town, request) == ["request"]


def test_moving_twice_at_once_is_one_move(town: Town) -> None:
    request = asks(town)
    telephone = call(town)
    telephone.presses("2")
    url = telephone.next_url()
    assert telephone.post(url, Digits="1") == telephone.post(url, Digits="1")
    assert events(town, request) == ["request", "move"]


# --- cancelled ---------------------------------------------------------------------------------------------------


def test_cancelled_after_a_confirmed_key(texting_town: Town) -> None:
    town = texting_town
    request = asks(town)
    telephone = call(town, language="3")
    telephone.presses("3")
    assert town.promise(request)["state"] == "requested"
    assert "Your callback request has been cancelled." in telephone.presses("1")
    row = town.promise(request)
    assert (row["state"], row["outcome"], row["closed_at"]) == ("cancelled", "cancelled", town.clock.now())
    assert events(town, request) == ["request", "call_off"]
    assert "sms.cancelled" in town.texts()
    assert "/step/topic" in call(town).next_url()
    assert town.deal() == 0


@pytest.mark.parametrize("keys", [("2",), ("9", "9"), ("", "")])
def test_without_the_confirming_key_nothing_is_cancelled(town: Town, keys: tuple[str, ...]) -> None:
    request = asks(town)
    telephone = call(town)
    telephone.presses("3")
    for key in keys:
        telephone.presses(key)
    assert "Soittopyyntösi on voimassa." in telephone.heard[-1]
    assert town.promise(request)["state"] == "requested"


def test_cancelled_while_an_agents_telephone_rings_with_it(town: Town) -> None:
    request = asks(town)
    falls_due(town, request)
    town.agent("aino")
    token = town.offered("aino")
    telephone = call(town)
    assert "Soitamme sinulle juuri nyt." in telephone.heard[-1]
    telephone.presses("3")
    assert "on peruttu" in telephone.presses("1")
    assert town.promise(request)["state"] == "cancelled"
    assert (town.offer(token)["state"], town.offer(token)["outcome"]) == ("ended", "withdrawn")
    assert "<Number" not in town.accept(token)
    assert town.held("aino") is None


def test_an_agent_who_was_quicker_is_not_parted_from_the_resident(town: Town) -> None:
    request = asks(town)
    falls_due(town, request)
    town.agent("aino")
    telephone = call(town)
    telephone.presses("3")
    town.accept(town.offered("aino"))
    assert "Soitamme sinulle juuri nyt." in telephone.presses("1")
    assert town.promise(request)["state"] == "dialing"


def test_moved_too_late_is_said(town: Town) -> None:
    request = asks(town)
    falls_due(town, request)
    town.agent("aino")
    telephone = call(town)
    telephone.presses("2")
    token = town.offered("aino")
    assert "Soitamme sinulle juuri nyt." in telephone.presses("1")
    assert (town.promise(request)["state"], town.offer(token)["state"]) == ("offered", "offered")


def test_served_meanwhile_leads_to_another_matter(town: Town) -> None:
    request = asks(town)
    telephone = call(town)
    telephone.presses("3")
    town.within(
        lambda tx: store.transition(tx.connection, request, "served", town.clock.now(), "service", outcome="done")
    )
    telephone.presses("1")
    assert "/step/topic" in telephone.next_url()
    assert town.promise(request)["state"] == "done"


def test_a_request_of_another_number_is_nobody_elses_to_change(town: Town) -> None:
    request = asks(town, number=OTHERS)
    telephone = call(town)
    for step in ("cancel-sure", "move", "known"):
        answer = telephone.post(f"/voice/step/{step}?c=asap&lang=fi&n={step}&r={request}&try=1&v=1", Digits="1")
        assert "asumiseen" not in answer
    assert events(town, request) == ["request"]


# --- the ring that was missed ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "told"),
    [("1", "Yritimme soittaa sinulle"), ("2", "Vi försökte ringa dig"), ("3", "We tried to ring you")],
)
def test_a_missed_ring_is_told_and_one_key_leads_to_the_desk(town: Town, language: str, told: str) -> None:
    request = unreached(town)
    town.agent("svea", desks=("housing",), languages=("fi", "sv", "en"))
    telephone = call(town, language=language)
    assert told in telephone.heard[-1]
    assert "<Enqueue" in telephone.presses("1")
    assert (town.promise(request)["state"], town.promise(request)["kind"]) == ("requested", "asap")


def test_behind_a_missed_ring_stands_what_else_is_open(town: Town) -> None:
    unreached(town)
    asks_other = call(town)
    asks_other.presses("2")
    assert "/step/topic" in asks_other.next_url()


def test_a_missed_ring_about_a_sensitive_matter_names_neither_topic_nor_desk(town: Town) -> None:
    request = unreached(town, "employment")
    telephone = call(town)
    joined = telephone.presses("1")
    assert "Yhdistämme sinut neuvojalle." in joined
    assert not named(telephone.heard, "employment", town)
    assert town.promise(request)["state"] == "requested"


def test_a_missed_ring_about_a_sensitive_matter_is_promised_anew_without_its_name(town: Town) -> None:
    request = unreached(town, "employment")
    service.set_presence(town.services, "aino", "offline")
    telephone = call(town)
    assert "Soitamme sinulle" in telephone.presses("1")
    assert not named(telephone.heard, "employment", town)
    assert "Varmistusnumerosi" not in telephone.heard[-1]
    assert town.promise(request)["state"] == "requested"


@pytest.mark.parametrize("state", ["requested", "unreached"])
def test_a_request_outlives_its_topic(town: Town, state: str) -> None:
    """A newer ruleset no longer knows the topic: the general desk takes it, and its name is told to nobody."""
    request = asks(town) if state == "requested" else unreached(town)
    with town.services.database.write() as tx:
        tx.connection.execute(update(callback_request).values(topic="given-up"))
    if state == "unreached":
        town.agent("bertil", desks=("advice",))
        heard = call(town).presses("1")
        assert "<Enqueue" in heard
    else:
        telephone = call(town)
        telephone.presses("2")
        telephone.presses(town.promise(request)["code"])
        heard = telephone.presses("1")
        assert "Aikasi on siirretty." in heard
    assert "tekninen vika" not in heard


def test_what_can_no_longer_be_called_off_is_not_offered(town: Town) -> None:
    """Our own call is on its way to this telephone: the key would only lead back to the same words."""
    request = asks(town)
    town.agent("aino")
    falls_due(town, request)
    service.heartbeat(town.services, "aino")
    town.accept(town.offered("aino"))
    telephone = call(town)
    assert "Soitamme sinulle juuri nyt." in telephone.heard[-1]
    assert "perua" not in telephone.heard[-1]
    assert "ei ole vaihtoehtoa" in telephone.presses("3")
    assert town.promise(request)["state"] == "dialing"
