"""The desk: what the agent sees as JSON, what her buttons do, and that nobody else's matter is hers."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from adapters.schema import call, callback_request, offer, outbox, presence, waiting_caller
from console.tickets import read_ticket
from desks.service import DECLINE_REASONS
from tests.web.console_rig import EMULATOR, NOW, Browser, City, make_city


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path)
    made.agent("aino")
    made.agent("bertil")
    yield made
    made.services.database.dispose()


@pytest.fixture
def aino(city: City) -> Browser:
    browser = city.browser()
    browser.signs_in("aino")
    return browser


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
    assert card["topic_path"][-1] == "Vesi ja viemäri"
    assert card["earlier_contacts"] == 1
    assert card["words"]["told"] == "Paikka jonossa 2., odotus noin 8 minuuttia"
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
    city: City, aino: Browser, state: str, times: dict[str, object], since: str
) -> None:
    city.request(number_id=city.number(), state="offered")
    city.offer("a_aino", state, request_id="r1", **times)
    card = aino.desk()["offer"]
    assert card["since"] == city.one(offer.c[since], where=offer.c.token == "tok1")[0].isoformat()
    assert aino.get("/").status_code == 200


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


# --- buttons -------------------------------------------------------------------------------------------------------


def test_she_becomes_available_and_goes_away(city: City, aino: Browser) -> None:
    for state in ("available", "break", "away", "offline"):
        assert aino.post("/presence", state=state).status_code == 200
        assert aino.desk()["presence"] == state
    assert ("desk", "a_aino") in city.hints.published


def test_the_buttons_take_forms_as_well_as_json(aino: Browser) -> None:
    answer = aino.client.post("/console/presence", data={"state": "away"}, headers={"X-CSRF-Token": aino.word})
    assert answer.status_code == 200
    assert aino.desk()["presence"] == "away"


def test_a_heartbeat_is_written(city: City, aino: Browser) -> None:
    aino.post("/presence", state="available")
    city.clock.passes(5)
    assert aino.post("/heartbeat").get_json() == {"ok": True}
    beat = city.one(presence.c.heartbeat_machine, where=presence.c.agent_id == "a_aino")[0]
    assert beat == city.clock.machine()


def test_a_break_after_the_call_is_kept(city: City, aino: Browser) -> None:
    city.present("a_aino")
    assert aino.post("/break-after-call", on=True).status_code == 200
    assert aino.desk()["break_after_call"] is True
    aino.post("/break-after-call", on=False)
    assert aino.desk()["break_after_call"] is False


@pytest.mark.parametrize("reason", DECLINE_REASONS)
def test_a_declined_caller_is_back_in_the_line(city: City, aino: Browser, reason: str) -> None:
    city.present("a_aino")
    city.caller(state="offered", offer_token="tok1")
    city.offer("a_aino", caller_id="c1")
    assert aino.post("/offers/tok1/decline", reason=reason).status_code == 200
    assert city.one(waiting_caller.c.state, where=waiting_caller.c.id == "c1")[0] == "waiting"
    assert city.one(offer.c.reason, where=offer.c.token == "tok1")[0] == reason


def test_an_outcome_with_a_note_ends_the_matter(city: City, aino: Browser) -> None:
    city.present("a_aino")
    city.request(number_id=city.number(), state="connected", offer_token="tok1")
    city.offer("a_aino", "wrapup", request_id="r1", wrap_until_at=NOW + timedelta(minutes=2))
    assert aino.post("/offers/tok1/outcome", outcome="done", note=" Neuvottu. ").status_code == 200
    row = city.one(offer.c.state, offer.c.outcome, offer.c.note, where=offer.c.token == "tok1")
    assert tuple(row) == ("ended", "done", "Neuvottu.")
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r1")[0] == "done"


def test_a_bad_moment_agrees_a_new_time(city: City, aino: Browser) -> None:
    city.present("a_aino")
    city.request(number_id=city.number(), state="connected", offer_token="tok1")
    city.offer("a_aino", "connected", request_id="r1", accepted_at=NOW, connected_at=NOW)
    assert aino.post("/offers/tok1/outcome", outcome="bad_moment", minutes=120).status_code == 200
    due = city.one(callback_request.c.due_at, where=callback_request.c.id == "r1")[0]
    assert due == NOW + timedelta(minutes=120)


def test_hanging_up_orders_the_end_of_her_leg(city: City, aino: Browser) -> None:
    city.present("a_aino")
    city.caller(state="talking", offer_token="tok1")
    city.offer("a_aino", "connected", caller_id="c1", agent_call_sid="CAleg", connected_at=NOW)
    assert aino.post("/offers/tok1/hang-up").status_code == 200
    assert city.one(outbox.c.kind, where=outbox.c.ref == "CAleg")[0] == "end_leg"


def test_a_button_pressed_too_late_is_told_so(city: City, aino: Browser) -> None:
    city.caller()
    city.offer("a_aino", "ended", caller_id="c1", outcome="withdrawn")
    assert aino.post("/offers/tok1/decline", reason="technical").status_code == 409


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/presence", {"state": "asleep"}),
        ("/presence", {}),
        ("/presence", {"state": ["available"]}),
        ("/break-after-call", {"on": "perhaps"}),
        ("/offers/tok1/decline", {"reason": "no wish"}),
        ("/offers/tok1/outcome", {"outcome": "won"}),
        ("/offers/tok1/outcome", {"outcome": "bad_moment", "minutes": "0"}),
        ("/offers/tok1/outcome", {"outcome": "bad_moment", "minutes": "99999999"}),
        ("/offers/tok1/outcome", {"outcome": "bad_moment", "minutes": "٣"}),
    ],
)
def test_what_no_button_sends_is_refused(city: City, aino: Browser, path: str, fields: dict[str, object]) -> None:
    city.caller(state="offered")
    city.offer("a_aino", caller_id="c1")
    assert aino.post(path, **fields).status_code == 400


def test_too_long_a_post_is_refused(aino: Browser) -> None:
    assert aino.post("/presence", state="x" * 20_000).status_code == 413


# --- hers and nobody else's ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("decline", {"reason": "technical"}),
        ("outcome", {"outcome": "done"}),
        ("hang-up", {}),
    ],
)
def test_another_agents_matter_does_not_exist_for_her(
    city: City, aino: Browser, action: str, fields: dict[str, object]
) -> None:
    city.caller(state="offered", offer_token="tok1")
    city.offer("a_bertil", caller_id="c1", agent_call_sid="CAleg")
    stranger = aino.post(f"/offers/tok1/{action}", **fields)
    nothing = aino.post(f"/offers/never/{action}", **fields)
    assert stranger.status_code == nothing.status_code == 404
    assert stranger.text == nothing.text
    assert city.one(offer.c.state, where=offer.c.token == "tok1")[0] == "offered"
    assert city.one(outbox.c.id, where=outbox.c.ref == "CAleg") is None
    assert aino.desk()["offer"] is None


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
    assert read_ticket(city.services.settings.secret_key, url.partition("ticket=")[2]) == "a_aino"


def test_what_residents_and_agents_write_is_text_on_the_page(city: City, aino: Browser) -> None:
    city.request(number_id=city.number(), promise_words="<img src=x onerror=alert(1)>")
    city.offer("a_bertil", "ended", "old", request_id="r1", outcome="done", note="<script>alert(2)</script>")
    city.offer("a_aino", request_id="r1")
    page = aino.page("/")
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(2)" in page
