"""The desk's buttons: each is one use case, hers alone, and refuses what no button sends."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from adapters.schema import callback_request, offer, outbox, presence, waiting_caller
from desks.service import DECLINE_REASONS
from tests.web.console_rig import NOW, Browser, City

FRIDAY = datetime(2026, 11, 27, 12, 40, tzinfo=UTC)


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("bertil")
    return empty


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


def test_a_bad_moments_keys_say_when_the_desk_will_ring_instead_and_record_that(city: City, aino: Browser) -> None:
    """14.40 in Helsinki on a Friday: housing closes at 15."""
    city.clock.business = FRIDAY
    city.present("a_aino")
    city.request(number_id=city.number(), state="connected", offer_token="tok1")
    city.offer("a_aino", "connected", request_id="r1", accepted_at=FRIDAY, connected_at=FRIDAY)
    key = next(one for one in aino.get("/part").text.split("<button") if 'data-minutes="60"' in one)
    assert "soitamme ma 30.11. klo 8.00–9.00" in key
    [code] = re.findall(r'data-window="(\d+)"', key)
    late = {"outcome": "bad_moment", "minutes": 60}
    assert aino.post("/offers/tok1/outcome", window="", **late).status_code == 409
    assert city.one(offer.c.state, where=offer.c.token == "tok1")[0] == "connected"
    assert aino.post("/offers/tok1/outcome", window=code, **late).status_code == 200
    assert city.one(callback_request.c.due_at, where=callback_request.c.id == "r1")[0] == FRIDAY + timedelta(
        days=2, hours=17, minutes=20
    )


@pytest.mark.parametrize("about", ["r1", None])
def test_who_rang_in_about_a_request_has_a_key_that_leaves_it_as_it_was(
    city: City, aino: Browser, about: str | None
) -> None:
    city.present("a_aino")
    number = city.number()
    city.request(number_id=number)
    city.caller(state="done", number_id=number, request_id=about)
    began, until = NOW - timedelta(seconds=11), NOW + timedelta(minutes=3)
    city.offer("a_aino", "wrapup", caller_id="c1", connected_at=began, talk_ended_at=NOW, wrap_until_at=until)
    page = aino.get("/part").text
    assert ('data-outcome="stands"' in page, "Soittopyyntö päättyy" in page) == (about is not None, about is not None)
    assert aino.post("/offers/tok1/outcome", outcome="stands").status_code == 200
    assert city.one(offer.c.outcome, where=offer.c.token == "tok1")[0] == "stands"
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r1")[0] == "requested"


def test_she_can_say_which_request_her_caller_rings_about_and_her_note_settles_that_one(
    city: City, aino: Browser
) -> None:
    city.present("a_aino")
    number = city.number()
    city.request(number_id=number)
    city.caller(state="talking", number_id=number, offer_token="tok1")
    city.offer("a_aino", "connected", caller_id="c1", connected_at=NOW - timedelta(minutes=2))
    page = aino.get("/part").text
    assert 'data-rings-about="r1"' in page
    assert aino.post("/offers/tok1/rings-about", request="r2").status_code == 409
    assert aino.post("/offers/tok1/rings-about", request="r1").status_code == 200
    page = aino.get("/part").text
    assert ("data-rings-about" in page, "Soittaa tästä" in page) == (False, True)
    assert aino.post("/offers/tok1/outcome", outcome="done").status_code == 200
    assert city.one(callback_request.c.state, where=callback_request.c.id == "r1")[0] == "done"


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
        ("/offers/tok1/outcome", {"outcome": "bad_moment", "minutes": "9" * 5000}),
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
