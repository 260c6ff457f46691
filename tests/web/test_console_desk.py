"""The desk: what the agent sees as JSON, her telephone's token, her stream's ticket."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from adapters.schema import call, offer
from console.tickets import read_ticket
from tests.web.console_rig import EMULATOR, NOW, Browser, City, make_city


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("bertil")
    return empty


def test_before_her_first_matter_she_is_offline_and_sees_an_empty_desk(aino: Browser) -> None:
    desk = aino.desk()
    assert desk["presence"] == "offline"
    assert desk["offer"] is None
    assert desk["agent"]["id"] == "a_aino"
    assert desk["now"] == NOW.isoformat()


def test_the_line_counts_only_what_fits_her_desks_and_languages(city: City, aino: Browser) -> None:
    city.caller("c1")
    city.caller("c2", service_language="en")
    city.caller("c3", desk="streets")
    city.caller("c4", state="done")
    number = city.number()
    city.request("r1", number_id=number)
    city.request("r2", number_id=number, topic="water", due_at=NOW + timedelta(hours=1))
    city.request("r3", number_id=number, topic="parking", desk="streets")
    line = aino.desk()["line"]
    assert (line["waiting"], line["due"]) == (1, 1)
    assert line["longest_since"] == (NOW - timedelta(minutes=6)).isoformat()


def test_the_card_of_a_waiting_caller(city: City, aino: Browser) -> None:
    number = city.number("+358401234567")
    for key, days in (("CA1", 3), ("CA2", 31)):
        city.put(call, call_sid=key, number_id=number, arrived_at=NOW - timedelta(days=days))
    city.caller(number_id=number, state="offered", language="sv", desk="extended", topic="water", urgent=True)
    city.offer("a_aino", caller_id="c1", clause="urgent")
    card = aino.desk()["offer"]
    assert card["kind"] == "live"
    assert card["number"] == "+358 40 1234567"
    assert card["language"] == "sv"
    assert card["service_language"] == "fi"
    assert card["extended"] is True
    assert card["topic_path"][-1] == "Vesivuoto tai viemäritukos"
    assert card["earlier_contacts"] == 1
    assert card["words"]["told"] == "Paikka jonossa 2., odotus noin 8 min"
    assert card["words"]["why"] == "Kiireellinen asia menee muiden edelle."


def test_the_card_of_a_withheld_number_shows_none(city: City, aino: Browser) -> None:
    city.caller(number_id=None, state="offered")
    city.offer("a_aino", caller_id="c1")
    card = aino.desk()["offer"]
    assert card["number"] is None
    assert card["earlier_contacts"] == 0


def test_the_card_of_a_callback_tells_the_promise_and_what_was_noted_before(city: City, aino: Browser) -> None:
    city.request(number_id=city.number(), state="offered", attempts=1, keyed_in=True)
    city.offer("a_bertil", "ended", "old", request_id="r1", outcome="bad_moment", note="Palaa illalla.")
    city.offer("a_bertil", "ended", "silent", request_id="r1", outcome="declined", note="")
    city.offer("a_aino", request_id="r1", clause="needed", clause_number=4)
    card = aino.desk()["offer"]
    assert card["kind"] == "asap"
    assert card["keyed_in"] is True
    assert card["told"]["promise"].startswith("Soitamme asumiseen")
    assert [note["note"] for note in card["earlier_notes"]] == ["Palaa illalla."]
    assert card["why"]["clause"] == "needed"
    assert card["words"]["why"] == (
        "Luvattu aika päättyy kello 10.42, ja siihen mennessä on ehdittävä soittaa 4 takaisinsoittoa."
    )
    assert card["words"]["window"] == "klo 9.42–10.42"


@pytest.mark.parametrize(
    ("state", "times", "since"),
    [
        ("offered", {}, "rung_at"),
        ("dialing", {"accepted_at": NOW}, "accepted_at"),
        ("connected", {"accepted_at": NOW, "connected_at": NOW}, "connected_at"),
        ("wrapup", {"talk_ended_at": NOW, "wrap_until_at": NOW + timedelta(minutes=3)}, "talk_ended_at"),
    ],
)
def test_the_time_on_the_card_runs_from_its_state(
    city: City, aino: Browser, state: str, times: dict[str, Any], since: str
) -> None:
    city.request(number_id=city.number(), state="offered")
    city.offer("a_aino", state, request_id="r1", **times)
    card = aino.desk()["offer"]
    assert card["since"] == city.one(offer.c[since], where=offer.c.token == "tok1")[0].isoformat()
    assert aino.get("/").status_code == 200


def test_the_card_says_when_she_rang_and_not_when_the_time_she_chose_began(city: City, aino: Browser) -> None:
    rang, noon = NOW - timedelta(hours=2), NOW - timedelta(minutes=2)
    city.request(number_id=city.number(), kind="slot", created_at=rang, line_time_at=noon, window_start_at=noon)
    city.offer("a_aino", request_id="r1")
    assert aino.desk()["offer"]["rang_at"] == rang.isoformat()


def test_names_on_the_card_follow_the_language_of_the_page(city: City, aino: Browser) -> None:
    city.caller(state="offered")
    city.offer("a_aino", caller_id="c1")
    assert aino.post("/language").status_code == 303
    aino.client.post("/console/language", data={"language": "sv", "csrf_token": aino.word, "back": "/console/"})
    assert aino.desk()["offer"]["words"]["kind"] == "Väntar på linjen"
    assert '<html lang="sv">' in aino.page("/")


def test_a_matter_that_left_without_her_doing_says_why_for_two_minutes(city: City, aino: Browser) -> None:
    city.request(number_id=city.number())
    city.offer("a_aino", "ended", request_id="r1", outcome="no_answer", ended_at=NOW)
    assert aino.desk()["just_ended"]["outcome"] == "no_answer"
    assert "Asukas ei vastannut" in aino.page("/")
    city.clock.passes(121)
    assert aino.desk()["just_ended"] is None


def test_what_she_noted_herself_is_not_told_back_to_her(city: City, aino: Browser) -> None:
    city.request(number_id=city.number(), state="done")
    city.offer("a_aino", "ended", request_id="r1", outcome="done", ended_at=NOW)
    assert aino.desk()["just_ended"] is None


# --- telephone and stream ------------------------------------------------------------------------------------------


def test_the_telephone_token_may_only_receive_calls_for_her(city: City, aino: Browser) -> None:
    given = aino.get("/telephone-token").get_json()
    settings = city.services.settings
    read = jwt.decode(given["token"], settings.twilio_auth_token, algorithms=["HS256"])
    assert given["identity"] == read["grants"]["identity"] == "a_aino"
    assert read["grants"]["voice"] == {"incoming": {"allow": True}}
    assert read["sub"] == settings.twilio_account_sid
    assert given["sdk_url"] == f"{EMULATOR}/voice-sdk.js"


def test_with_the_real_provider_the_sdk_is_our_own_copy_and_the_api_key_signs(tmp_path: Path) -> None:
    key = {"TWILIO_API_KEY": "SK" + "1" * 32, "TWILIO_API_SECRET": "a-secret-of-the-api-key-0123456789"}
    city = make_city(tmp_path, TWILIO_API_BASE_URL="https://api.twilio.com", **key)
    city.agent("aino")
    browser = city.browser()
    browser.signs_in("aino")
    given = browser.get("/telephone-token").get_json()
    read = jwt.decode(given["token"], key["TWILIO_API_SECRET"], algorithms=["HS256"])
    assert read["iss"] == key["TWILIO_API_KEY"]
    assert given["sdk_url"] == "/console/static/vendor/twilio.min.js"
    city.services.database.dispose()


def test_the_ticket_for_the_stream_names_her(city: City, aino: Browser) -> None:
    url = aino.get("/events-ticket").get_json()["url"]
    assert url.startswith("http://localhost:8081/stream?ticket=")
    assert read_ticket(city.services.settings.accepted_keys, url.partition("ticket=")[2]) == "a_aino"


def test_what_residents_and_agents_write_is_text_on_the_page(city: City, aino: Browser) -> None:
    city.request(number_id=city.number(), promise_words="<img src=x onerror=alert(1)>")
    city.offer("a_bertil", "ended", "old", request_id="r1", outcome="done", note="<script>alert(2)</script>")
    city.offer("a_aino", request_id="r1")
    page = aino.page("/")
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)" in page
