"""Voice messages and matters that are not rung, as agents see, hear and settle them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from adapters.schema import callback_event, callback_request, recording, supervisor_item
from tests.support.media_house import wav
from tests.web.console_rig import City
from tests.web.left_messages import leave

SOUND = wav(2)
ID = "abcdefghijkmnpqrstuv"


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("bertil", departments=("streets",))
    empty.agent("sirkka", role="supervisor")
    return empty


def message(city: City, key: str = ID, stored: bool = True, **other: Any) -> str:
    return leave(city, key, SOUND if stored else None, **other)


def state_of(city: City, key: str = ID) -> tuple[str, str | None, str | None]:
    columns = (recording.c.state, recording.c.heard_by, recording.c.note)
    return tuple(city.one(*columns, where=recording.c.id == key))


# --- the list ----------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_left_and_one_press_settles_it(city: City) -> None:
    message(city)
    aino = city.signed_in("aino")
    page = aino.page("/messages")
    assert f'action="/console/sounds/{ID}/listen"' in page
    assert "1:08" in page
    assert aino.post(f"/recordings/{ID}/heard", note="ring the county").status_code == 200
    assert state_of(city) == ("heard", "a_aino", "ring the county")
    assert f"/console/sounds/{ID}" not in aino.page("/messages")
    assert aino.post(f"/recordings/{ID}/heard").status_code == 409, "somebody was quicker"


def test_a_plain_form_does_the_same_and_leads_back(city: City) -> None:
    message(city)
    aino = city.signed_in("aino")
    aino.page("/messages")
    answer = aino.client.post(f"/console/recordings/{ID}/heard", data={"csrf_token": aino.word, "note": ""})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/messages")
    assert state_of(city)[0] == "heard"


def test_a_message_with_a_request_stands_on_its_card_and_not_on_the_list(city: City) -> None:
    city.request("r1", number_id=city.number(), state="offered", offer_token="tok1")
    message(city, request_id="r1")
    city.offer("a_aino", request_id="r1")
    aino = city.signed_in("aino")
    assert f"/console/sounds/{ID}" in aino.page("/")
    assert f"/console/sounds/{ID}" not in aino.page("/messages")
    assert aino.desk()["offer"]["sounds"][0]["seconds"] == 68


def test_sound_on_its_way_and_sound_that_never_came_are_told_apart(city: City) -> None:
    message(city, stored=False)
    message(city, "zzzzzzzzzzzzzzzzzzzz", stored=False, failed="not audio")
    page = city.signed_in("aino").page("/messages")
    assert "Ääni on vielä tulossa" in page
    assert "ei saatu talteen" in page
    assert "data-open-sound" not in page


def test_the_agents_page_says_how_many_wait(city: City) -> None:
    message(city)
    city.request("r1", number_id=city.number(), contact="text")
    assert '<span class="figure">2</span> <a href="/console/messages">' in city.signed_in("aino").page("/")


def test_a_supervisor_sees_the_message_on_the_line_and_what_the_duty_left(city: City) -> None:
    city.request("r1", number_id=city.number())
    message(city, request_id="r1")
    duty = message(city, "zzzzzzzzzzzzzzzzzzzz", kind="duty", urgent=1)
    for item, detail in (("i1", duty), ("i2", "faults")):
        city.put(supervisor_item, id=item, kind="duty_unanswered", detail=detail, made_at=city.clock.now())
    sirkka = city.signed_in("sirkka")
    assert f"/console/sounds/{ID}" in sirkka.page("/matters/r1")
    page = sirkka.page("/line")
    assert f"/console/sounds/{duty}/listen" in page
    for item in ("i1", "i2"):
        assert f"/console/items/{item}/seen" in page
        assert sirkka.client.post(f"/console/items/{item}/seen", data={"csrf_token": sirkka.word}).status_code == 303
    assert "/seen" not in sirkka.page("/line")


def test_a_supervisor_elsewhere_sees_that_nobody_answered_and_is_offered_no_sound_she_may_not_hear(city: City) -> None:
    city.agent("saara", role="supervisor", departments=("streets",))
    duty = message(city, kind="duty", urgent=1)
    city.put(supervisor_item, id="i1", kind="duty_unanswered", detail=duty, made_at=city.clock.now())
    saara = city.signed_in("saara")
    page = saara.page("/line")
    assert "/console/items/i1/seen" in page
    assert f"/console/sounds/{duty}" not in page
    assert saara.post(f"/sounds/{duty}/listen", reason="matter").status_code == 404


def test_no_copy_of_the_sound_is_offered(city: City) -> None:
    """What a resident said does not lie in the clear on agents' machines because a menu offered it."""
    message(city)
    page = city.signed_in("aino").page("/messages")
    assert '<audio preload="metadata" controlslist="nodownload">' in page
    assert f"/console/sounds/{ID}/file" not in page


def test_what_nobody_can_have_heard_is_not_settled_as_heard(city: City) -> None:
    message(city, stored=False)
    aino = city.signed_in("aino")
    assert f"/recordings/{ID}/heard" not in aino.page("/messages")
    assert aino.post(f"/recordings/{ID}/heard").status_code == 409
    assert state_of(city)[0] == "kept"
    city.change(recording, recording.c.id == ID, failed="never came")
    page = aino.page("/messages")
    assert f"/recordings/{ID}/heard" in page
    assert "Kuunneltu" not in page, "there was nothing to hear"
    assert aino.post(f"/recordings/{ID}/heard").status_code == 200


def test_what_she_may_not_hear_she_does_not_settle(city: City) -> None:
    """A sensitive message is not for the desk that answers its matter just now, and a talk is no message."""
    city.request("r1", number_id=city.number(), desk="streets")
    message(city, request_id="r1", topic="no-longer-known")
    bertil = city.signed_in("bertil")
    assert bertil.post(f"/recordings/{ID}/heard").status_code == 404
    assert state_of(city)[0] == "kept"
    city.change(recording, recording.c.id == ID, topic="housing")
    assert bertil.post(f"/recordings/{ID}/heard").status_code == 200
    city.change(recording, recording.c.id == ID, state="kept", kind="talk")
    assert city.signed_in("sirkka").post(f"/recordings/{ID}/heard").status_code == 404
    assert state_of(city)[0] == "kept"


def test_the_card_of_one_who_rings_in_shows_her_wishes_too(city: City) -> None:
    city.request("r1", number_id=city.number(), interpreter="Dari, Tulkkikeskus", kind="slot")
    city.caller("c1", state="offered", request_id="r1", offer_token="tok1")
    city.offer("a_aino", caller_id="c1")
    assert "Tulkki: Dari, Tulkkikeskus" in city.signed_in("aino").page("/")


def test_another_time_keeps_the_interpreter_that_was_named(city: City) -> None:
    city.request("r1", number_id=city.number(), state="connected", offer_token="tok1", interpreter="Dari, Tulkkikeskus")
    city.offer("a_aino", state="connected", request_id="r1", connected_at=city.clock.now())
    assert 'id="interpreter-which" value="Dari, Tulkkikeskus"' in city.signed_in("aino").page("/")


# --- in writing --------------------------------------------------------------------------------------------------


def request_row(city: City, *columns: Any) -> Any:
    return city.one(*columns, where=callback_request.c.id == "r1")


def test_an_agent_notes_that_the_answer_goes_in_writing_and_settles_it(city: City) -> None:
    city.request("r1", number_id=city.number())
    message(city, request_id="r1")
    aino = city.signed_in("aino")
    city.offer("a_aino", token="tok0", request_id="r1", state="ended", note="by post, please")
    assert aino.post("/requests/r1/answer-by", way="text").status_code == 200
    page = aino.page("/messages")
    assert "by post, please" in page, "what was told is told once"
    assert "+358 40 1234567" in page
    assert f"/console/sounds/{ID}" in page
    assert aino.post("/requests/r1/handled", note="texted").status_code == 200
    assert tuple(request_row(city, callback_request.c.state, callback_request.c.outcome)) == ("done", "handled")
    assert state_of(city)[0] == "heard"
    assert aino.post("/requests/r1/handled").status_code == 409


def test_what_is_to_be_rung_cannot_be_marked_as_written(city: City) -> None:
    city.request("r1", number_id=city.number())
    assert city.signed_in("aino").post("/requests/r1/handled").status_code == 409
    assert request_row(city, callback_request.c.state)[0] == "requested"


def test_another_departments_request_is_not_found(city: City) -> None:
    city.request("r1", number_id=city.number())
    bertil = city.signed_in("bertil")
    for path in ("answer-by", "interpreter", "no-interpreter", "handled"):
        assert bertil.post(f"/requests/r1/{path}", way="text", at="2026-11-25T10:00").status_code == 404
    assert bertil.get("/requests/r1/interpreter").status_code == 404
    assert request_row(city, callback_request.c.contact)[0] == "ring"


# --- an interpreter ----------------------------------------------------------------------------------------------


def test_a_time_with_an_interpreter_is_agreed_on_the_page(city: City) -> None:
    city.request("r1", number_id=city.number())
    sirkka = city.signed_in("sirkka")
    page = sirkka.page("/requests/r1/interpreter")
    assert "luvattu" in page, "how full the coming times are"
    form = {"csrf_token": sirkka.word, "at": "2026-11-25T10:07", "which": "Dari, Tulkkikeskus"}
    answer = sirkka.client.post("/console/requests/r1/interpreter", data=form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/line")
    start, end = request_row(city, callback_request.c.window_start_at, callback_request.c.window_end_at)
    assert (start.isoformat(), end - start) == ("2026-11-25T08:00:00+00:00", timedelta(minutes=15))
    assert "Dari, Tulkkikeskus" in sirkka.page("/matters/r1")


@pytest.mark.parametrize(
    ("at", "which", "fault"),
    [
        ("2026-11-25T10:00", " ", "name"),
        ("2026-11-20T10:00", "Dari", "past"),
        ("", "Dari", "past"),
        ("nonsense", "Dari", "past"),
        ("0001-01-01T00:00", "Dari", "past"),
        ("2027-11-25T10:00", "Dari", "far"),
        ("9999-12-31T23:59", "Dari", "far"),
        ("2026-11-25T03:00", "Dari", "closed"),
    ],
)
def test_a_time_that_cannot_be_kept_is_refused_with_its_reason(city: City, at: str, which: str, fault: str) -> None:
    city.request("r1", number_id=city.number())
    aino = city.signed_in("aino")
    answer = aino.post("/requests/r1/interpreter", at=at, which=which)
    assert (answer.status_code, answer.get_json()) == (422, {"error": fault})
    form = {"csrf_token": aino.word, "at": at, "which": which}
    page = aino.client.post("/console/requests/r1/interpreter", data=form)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert request_row(city, callback_request.c.interpreter)[0] is None


def test_every_wish_leaves_its_line_of_history(city: City) -> None:
    city.request("r1", number_id=city.number())
    aino = city.signed_in("aino")
    aino.post("/requests/r1/answer-by", way="text")
    aino.post("/requests/r1/answer-by", way="ring")
    with city.services.database.read() as connection:
        rows = connection.execute(select(callback_event.c.event, callback_event.c.who, callback_event.c.note)).all()
    assert [tuple(row) for row in rows] == [("wish", "a_aino", "text"), ("wish", "a_aino", "ring")]
