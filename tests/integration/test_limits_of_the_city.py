"""Limits on both databases: what a caller hears at each of them, the alarm that is raised once, and how a stop ends."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.schema import audit_event, ringing_stop, supervisor_item
from callbacks import limit_store, limit_watch
from callbacks.limits import CityLimit
from desks import service, wishes
from routing_rules.model import Duty, Limits, Ruleset
from tests.support.known import NUMBER, asks, call, events, falls_due, keyed, reaches, requests
from tests.support.services import Town, sample_rules
from tests.support.telephone import Telephone

OTHER = "+358409998877"
STOPPED = {
    "1": "Emme voi juuri nyt ottaa vastaan uusia soittopyyntöjä.",
    "2": "Vi kan inte ta emot en ny begäran om samtal just nu.",
    "3": "We cannot take new callback requests just now.",
}
TOO_MANY = {
    "1": "Emme voi nyt ottaa vastaan soittopyyntöä tähän numeroon.",
    "2": "Vi kan inte ta emot en begäran om samtal till det här numret nu.",
    "3": "We cannot take a callback request for this number just now.",
}


def with_limits(duties: tuple[Duty, ...] | None = None, **limits: Any) -> Ruleset:
    rules = replace(sample_rules(), limits=replace(Limits(), **limits))
    return rules if duties is None else replace(rules, duties=duties)


@pytest.fixture
def city(request: pytest.FixtureRequest, record: str) -> Any:
    """A town under the limits its test names."""
    one = Town.over(record, rules=with_limits(**getattr(request, "param", {})), SMS_SENDER="+358175550100")
    yield one
    one.services.database.dispose()


def watched(town: Town) -> list[str]:
    """The slow tick and the web's second; the kinds that are stopped."""
    limit_watch.watch(town.services)
    town.services.stops.refresh(town.services.database)
    return sorted(str(row["kind"]) for row in town.every(ringing_stop, ended_at=None))


def talk(town: Town, minutes: int = 5) -> None:
    """A callback that is rung, answered and talked through."""
    request = town.request()
    token = town.talking("aino")
    town.clock.pass_(minutes=minutes)
    service.heartbeat(town.services, "aino")
    town.act(lambda c: c.agent_leg_ended(token, "completed"))
    service.note_outcome(town.services, "aino", token, "done")
    assert town.promise(request)["state"] == "done"


def meets(town: Town, kind: CityLimit) -> None:
    town.agent("aino")
    for _ in range(2):
        talk(town) if kind != "requests" else town.request()
    assert watched(town) == [kind]
    service.set_presence(town.services, "aino", "offline")


LIMIT_OF: dict[CityLimit, dict[str, int]] = {
    "requests": {"requests_per_hour": 2},
    "rings": {"rings_per_hour": 2},
    "spend": {"spend_per_day_cents": 120},
}
KINDS = [pytest.param(LIMIT_OF[kind], kind, id=kind) for kind in LIMIT_OF]


# --- the city's limits -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("city", "kind"), KINDS, indirect=["city"])
def test_at_a_limit_of_the_city_a_caller_hears_the_other_ways(city: Town, kind: CityLimit) -> None:
    meets(city, kind)
    made = len(requests(city))
    for language, words in STOPPED.items():
        telephone = call(city, NUMBER, language)
        heard = reaches(telephone, "housing")
        assert words in heard
        assert "/step/other-ways" in telephone.next_url()
        assert any(number in heard for number in ("yksi yksi kaksi", "ett ett två", "one one two"))
        telephone.presses("3")  # another number mends nothing
        assert words in telephone.heard[-1]
        assert "<Record" in telephone.presses("2")
    assert len(requests(city)) == made


@pytest.mark.parametrize(("city", "kind"), KINDS, indirect=["city"])
def test_the_alarm_is_raised_once(city: Town, kind: CityLimit) -> None:
    meets(city, kind)
    for _ in range(3):
        assert watched(city) == [kind]
    [item] = city.every(supervisor_item, kind="limit")
    [stop] = city.every(ringing_stop)
    assert item["detail"] == stop["id"]
    assert [text for text in city.texts() if text.startswith("sms.alarm")] == [f"sms.alarm_limit_{kind}"]
    assert len(city.ordered("send_text")) == len(city.texts())


@pytest.mark.parametrize("city", [{"rings_per_hour": 2}], indirect=True)
def test_nothing_due_is_dealt_while_stopped_but_urgent_matters_are(city: Town) -> None:
    meets(city, "rings")
    city.agent("eeva", desks=("housing", "waterworks"))
    waiting = [city.request() for _ in range(2)]
    assert city.deal() == 0
    urgent = city.request(topic="water")
    assert city.offered("eeva") is not None
    assert [city.promise(one)["state"] for one in (*waiting, urgent)] == ["requested", "requested", "offered"]


@pytest.mark.parametrize("city", [{"requests_per_hour": 2}], indirect=True)
def test_a_flood_of_requests_takes_no_ring_from_those_who_were_promised_one(city: Town) -> None:
    city.agent("aino")
    first, second = city.request(), city.request()
    assert watched(city) == ["requests"]
    assert city.deal() == 1
    assert sorted(str(city.promise(one)["state"]) for one in (first, second)) == ["offered", "requested"]


@pytest.mark.parametrize("city", [{"rings_per_hour": 2}], indirect=True)
def test_a_stop_runs_out_by_itself(city: Town) -> None:
    meets(city, "rings")
    city.agent("eeva")
    request = city.request()
    assert city.deal() == 0
    city.clock.pass_(minutes=60)
    service.heartbeat(city.services, "eeva")
    assert city.deal() == 1
    assert watched(city) == []
    [stop] = city.every(ringing_stop)
    assert stop["ended_by"] == "service"
    assert city.items() == []
    assert city.promise(request)["state"] == "offered"


@pytest.mark.parametrize("city", [{"requests_per_hour": 1}], indirect=True)
def test_a_supervisor_ends_a_stop_and_it_is_counted_anew(city: Town) -> None:
    city.agent("aino")
    city.request()
    assert watched(city) == ["requests"]
    [stop] = city.within(lambda tx: limit_store.stops(tx.connection))
    city.clock.pass_(minutes=1)
    service.heartbeat(city.services, "aino")
    assert city.within(lambda tx: limit_store.end_stop(tx, city.clock, stop.id, "ester"))
    assert not city.within(lambda tx: limit_store.end_stop(tx, city.clock, stop.id, "ester"))
    assert watched(city) == []
    assert city.items() == []
    assert city.deal() == 1
    [deed] = city.every(audit_event)
    assert (deed["who"], deed["deed"], deed["subject_id"]) == ("ester", "end_stop", stop.id)
    city.request()
    assert watched(city) == ["requests"]
    assert len(city.every(ringing_stop)) == 2


@pytest.mark.parametrize("city", [{"spend_per_day_cents": 60}], indirect=True)
def test_the_days_spend_begins_anew_at_midnight(city: Town) -> None:
    city.agent("aino")
    talk(city)
    assert watched(city) == ["spend"]
    city.clock.pass_(minutes=13 * 60)
    assert watched(city) == ["spend"]
    city.clock.pass_(minutes=60)
    assert watched(city) == []


@pytest.mark.parametrize("city", [{"cents_per_minute_fixed": 7, "cents_per_minute_mobile": 11}], indirect=True)
def test_an_agents_own_telephone_is_paid_for_too_and_a_missed_ring_is_not(city: Town) -> None:
    city.agent("aino", telephone="+358175550123")
    city.request()
    token = city.offered("aino")
    city.accept(token)
    city.clock.pass_(seconds=20)
    city.act(lambda c: c.ring_over(token, "no-answer"))
    now = city.clock.now()
    legs = city.within(lambda tx: limit_store.legs_since(tx.connection, now - timedelta(hours=1), now))
    assert [leg.mobile for leg in legs] == [False]  # her own telephone's, for as long as the ring lasted


# --- urgent ------------------------------------------------------------------------------------------------------


def urgent_call(town: Town, number: str = NUMBER) -> Telephone:
    telephone = Telephone.at(town, number=number, sid=town.new_sid())
    telephone.post("/voice/step/offer?lang=fi&n=o&t=water&try=1&v=1", Digits="*")
    return telephone


@pytest.mark.parametrize("city", [{"requests_per_hour": 2}, {"requests_per_number_day": 1}], indirect=True)
def test_an_urgent_caller_over_a_cap_goes_live(city: Town) -> None:
    asks(city)
    city.request()
    watched(city)
    before = len(requests(city))
    telephone = urgent_call(city)
    telephone.presses("1")
    assert "<Dial" in telephone.presses("1")
    assert len(requests(city)) == before


@pytest.mark.parametrize(
    "city", [{"requests_per_hour": 2, "duties": ()}, {"requests_per_number_day": 1, "duties": ()}], indirect=True
)
def test_where_nobody_answers_live_the_urgent_promise_is_made(city: Town) -> None:
    asks(city)
    city.request()
    watched(city)
    telephone = urgent_call(city)
    telephone.presses("1")
    assert "Soitamme" in telephone.presses("1")
    [made] = requests(city, topic="water")
    assert (made["urgent"], made["state"]) == (True, "requested")


# --- one number's limits -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("city", [{"requests_per_number_day": 2}], indirect=True)
@pytest.mark.parametrize("language", ["1", "2", "3"])
def test_one_number_over_its_requests_is_refused_and_no_other(city: Town, language: str) -> None:
    for topic in ("housing", "parking"):
        asks(city, topic)
    telephone = call(city, NUMBER, language)
    telephone.presses("4")
    reaches(telephone, "daycare")
    telephone.presses("1")
    assert TOO_MANY[language] in telephone.presses("1")
    assert "/step/other-ways" in telephone.next_url()
    asks(city, "daycare", OTHER)
    keyed(city, "0405556667", NUMBER, "library")
    assert len(requests(city)) == 4


@pytest.mark.parametrize("city", [{"requests_per_number_day": 1}], indirect=True)
def test_the_open_matter_of_a_number_over_its_cap_is_joined_still(city: Town) -> None:
    request = asks(city)
    telephone = call(city)
    telephone.presses("4")
    reaches(telephone, "housing")
    telephone.presses("1")
    telephone.presses("1")
    telephone.presses("1")
    assert [row["id"] for row in requests(city)] == [request]
    assert "<Hangup" in telephone.heard[-1]


@pytest.mark.parametrize("city", [{"requests_per_number_day": 1}], indirect=True)
def test_a_day_later_the_number_may_ask_again(city: Town) -> None:
    asks(city)
    city.clock.pass_(minutes=24 * 60 + 1)
    asks(city, "parking")
    assert len(requests(city)) == 2


@pytest.mark.parametrize("city", [{"rings_per_number_day": 3}], indirect=True)
def test_a_number_rung_so_often_waits_for_its_next_ring_with_a_time_that_is_told(city: Town) -> None:
    first, other = asks(city), asks(city, "parking", window="2")
    city.agent("aino", desks=("housing", city.promise(other)["desk"]))
    rung_in_vain(city, first)
    begun = city.promise(first)["last_attempt_at"] - timedelta(hours=2)
    falls_due(city, other)
    service.heartbeat(city.services, "aino")
    assert (city.deal(), city.held("aino")) == (0, None)
    assert city.promise(other)["due_at"] >= begun + timedelta(days=1)
    assert events(city, other)[-1] == "move"
    assert "sms.moved" in " ".join(city.texts())


@pytest.mark.parametrize("city", [{"rings_per_number_day": 3}], indirect=True)
def test_an_interpreters_ring_is_not_held_back_and_nothing_waits_behind_it(city: Town) -> None:
    """Her time is moved by no machine: chosen first in every look, it would keep from everybody what is due behind."""
    first, other = asks(city), asks(city, "parking", window="2")
    city.agent("aino", desks=("housing", city.promise(other)["desk"]))
    rung_in_vain(city, first)
    at = city.clock.now() + timedelta(minutes=20)
    assert wishes.with_interpreter(city.services, "aino", other, at, "Dari") is True
    falls_due(city, other)
    city.agent("bo")
    service.heartbeat(city.services, "aino")
    behind = city.request()
    city.deal()
    assert [(city.held(name) or {}).get("request_id") for name in ("aino", "bo")] == [other, behind]


def rung_in_vain(town: Town, request: str) -> None:
    for _ in range(3):
        falls_due(town, request)
        service.heartbeat(town.services, "aino")
        token = town.offered("aino")
        town.accept(token)
        town.act(lambda c, token=token: c.ring_over(token, "no-answer"))  # type: ignore[misc]
