"""The talk's doors: times and promises on a resident's behalf, what is picked with an outcome, one telephone."""

import pytest

from adapters.schema import callback_request, offer, presence
from desks.talk.outcome import AVOIDABLE, DETAILS
from tests.web.console_rig import NOW, Browser, City

PROMISE, WINDOWS = "/offers/tok1/promise", "/offers/tok1/windows?topic=daycare"


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("bertil")
    empty.present("a_aino")
    empty.caller(number_id=empty.number(), state="talking", offer_token="tok1", language="sv")
    empty.offer("a_aino", "connected", caller_id="c1", accepted_at=NOW, connected_at=NOW)
    return empty


def made(city: City) -> int:
    return int(city.one(callback_request.c.id, where=callback_request.c.id != "") is not None)


def test_times_have_a_label_for_the_agent_and_words_for_the_resident(aino: Browser) -> None:
    times = aino.get(WINDOWS).get_json()
    assert 1 <= len(times) <= 8
    assert set(times[0]) == {"code", "words", "label"}
    assert times[0]["words"].startswith("Vi ringer dig om ditt daghemsärende")
    assert "klo" in times[0]["label"]


def test_a_promise_answers_with_what_to_read(city: City, aino: Browser) -> None:
    window = aino.get(WINDOWS).get_json()[0]
    answer = aino.post(PROMISE, topic="daycare", window=window["code"])
    assert answer.status_code == 200
    said = answer.get_json()
    assert (said["words"], said["language"], len(said["code"])) == (window["words"], "sv", 6)
    assert aino.desk()["offer"]["promised"][0]["words"] == window["words"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "topic"),
        ({"topic": "housing", "window": ""}, "full"),
        ({"topic": "housing", "window": "x" * 5000}, "malformed"),
        ({"topic": "housing", "window": "1", "number": "112"}, "emergency"),
        ({"topic": "../../etc", "window": "1"}, "topic"),
    ],
)
def test_a_promise_that_cannot_be_made_is_refused_in_words(
    city: City, aino: Browser, fields: dict[str, str], error: str
) -> None:
    answer = aino.post(PROMISE, **fields)
    assert answer.status_code == 422
    assert answer.get_json()["error"] == error
    assert answer.get_json()["words"]
    assert not made(city)


def test_another_agents_talk_is_not_found(city: City) -> None:
    bertil = city.browser()
    bertil.signs_in("bertil")
    assert bertil.get(WINDOWS).status_code == 404
    assert bertil.post(PROMISE, topic="daycare", window="1").status_code == 404
    assert not made(city)


def test_a_talk_that_is_over_promises_nothing(city: City, aino: Browser) -> None:
    city.change(offer, offer.c.token == "tok1", state="ended")
    assert aino.get(WINDOWS).status_code == 404
    assert aino.post(PROMISE, topic="daycare", window="1").status_code == 409


@pytest.mark.parametrize("detail", DETAILS)
def test_the_detail_is_kept_with_the_outcome(city: City, aino: Browser, detail: str) -> None:
    assert aino.post("/offers/tok1/outcome", outcome="done", detail=detail).status_code == 200
    assert city.one(offer.c.detail, where=offer.c.token == "tok1")[0] == detail


@pytest.mark.parametrize("reason", AVOIDABLE)
def test_the_avoidable_reason_is_kept_with_the_outcome(city: City, aino: Browser, reason: str) -> None:
    assert aino.post("/offers/tok1/outcome", outcome="done", avoidable=reason).status_code == 200
    assert city.one(offer.c.avoidable, where=offer.c.token == "tok1")[0] == reason


@pytest.mark.parametrize("field", ["detail", "avoidable"])
def test_what_is_on_no_list_changes_nothing(city: City, aino: Browser, field: str) -> None:
    assert aino.post("/offers/tok1/outcome", outcome="done", **{field: "because"}).status_code == 400
    assert city.one(offer.c.state, where=offer.c.token == "tok1")[0] == "connected"


def test_a_heartbeat_says_which_page_has_the_telephone(city: City, aino: Browser) -> None:
    first = aino.post("/heartbeat", tab="a1", telephone="registered").get_json()
    second = aino.post("/heartbeat", tab="b2", telephone="starting").get_json()
    assert (first["telephone"], second["telephone"]) == ("here", "elsewhere")
    assert aino.post("/telephone/take", tab="b2").get_json()["telephone"] == "here"
    assert city.one(presence.c.tab, where=presence.c.agent_id == "a_aino")[0] == "b2"


@pytest.mark.parametrize(
    "fields",
    [{"tab": "a" * 33, "telephone": "registered"}, {"tab": "a/b", "telephone": "registered"}, {"tab": "a1"}]
    + [{"tab": "a1", "telephone": "melted"}],
)
def test_a_heartbeat_of_no_page_is_refused(city: City, aino: Browser, fields: dict[str, str]) -> None:
    assert aino.post("/heartbeat", **fields).status_code == 400
    assert city.one(presence.c.tab, where=presence.c.agent_id == "a_aino")[0] is None


def test_nobody_takes_a_telephone_without_a_page(aino: Browser) -> None:
    assert aino.post("/telephone/take").status_code == 400


def test_a_sensitive_request_of_the_same_number_is_shown_only_in_scope(city: City, aino: Browser) -> None:
    mine = "n358401234567"
    city.request("r1", number_id=mine, topic="employment", department="employment", desk="employment")
    city.request("r2", number_id=mine, topic="daycare", department="families", desk="families")
    shown = [one["request_id"] for one in aino.desk()["offer"]["open_requests"]]
    assert shown == ["r2"]
    city.change(callback_request, callback_request.c.id == "r1", desk="housing")
    assert len(aino.desk()["offer"]["open_requests"]) == 2
