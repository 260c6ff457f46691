"""What a supervisor decides about one matter or a whole desk: whose it is, done once, or refused in words."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.schema import audit_event, callback_request, desk_pause, promise_told, ringing_stop
from tests.web.console_rig import NOW, Browser, City, two_departments


@pytest.fixture
def city(empty: City) -> City:
    return two_departments(empty)


def state(city: City, key: str = "r1") -> Any:
    columns = (callback_request.c.state, callback_request.c.desk, callback_request.c.window_start_at)
    return tuple(city.one(*columns, where=callback_request.c.id == key))


@pytest.mark.parametrize("deed", ["reassign", "time", "close"])
def test_nobody_decides_about_another_departments_matter(city: City, sirpa: Browser, deed: str) -> None:
    before = state(city, "r2")
    given = {"to": "desk:advice", "reason": "x", "why": "answered", "sure": "yes", "time": "asap"}
    assert sirpa.post(f"/matters/r2/{deed}", **given).status_code == 404
    assert state(city, "r2") == before
    assert city.one(audit_event.c.deed, where=audit_event.c.subject_id == "r2") is None


@pytest.mark.parametrize("deed", ["reassign", "time", "close"])
def test_an_agent_decides_nothing(city: City, aino: Browser, deed: str) -> None:
    before = state(city)
    assert aino.post(f"/matters/r1/{deed}", why="answered", sure="yes").status_code == 403
    assert state(city) == before
    assert "/console/matters/r1/close" not in aino.page("/matters/r1")


# --- a supervisor decides ----------------------------------------------------------------------------------------


def form(browser: Browser, path: str, **fields: str) -> Any:
    page = "/line" if path.startswith(("/pauses", "/desks", "/stops")) else path.rpartition("/")[0]
    browser.page(page)
    return browser.client.post(f"/console{path}", data=fields | {"csrf_token": browser.word})


def test_she_gives_it_to_another_desk(city: City, sirpa: Browser) -> None:
    answer = form(sirpa, "/matters/r1/reassign", to="desk:advice", reason="ruuhka")
    assert answer.status_code == 303
    assert state(city)[1] == "advice"
    page = sirpa.page("/matters/r1?done=reassign")
    assert "Asia on annettu toiselle" in page
    assert "Siirrettiin: Kaupungin neuvonta" in page
    assert "ruuhka" in page
    assert "Sirpa Virtanen" in page


def test_she_changes_the_time_and_the_untold_is_listed(city: City, sirpa: Browser) -> None:
    page = sirpa.page("/matters/r1")
    code = page.partition('<select id="time"')[2].partition('option value="2')[2].partition('"')[0]
    assert form(sirpa, "/matters/r1/time", time=f"2{code}", reason="pyysi").status_code == 303
    assert state(city)[2] > NOW
    assert "Uutta aikaa ei voitu kertoa asukkaalle" in sirpa.page("/matters/r1")
    assert "ei voitu kertoa" in sirpa.page("/line")


def test_she_closes_it_for_a_reason(city: City, sirpa: Browser) -> None:
    assert form(sirpa, "/matters/r1/close", why="withdrawn", note="soitti itse", sure="yes").status_code == 303
    assert state(city)[0] == "cancelled"
    page = sirpa.page("/matters/r1")
    assert "Asukas ei enää tarvitse soittoa" in page
    assert "soitti itse" in page
    assert form(sirpa, "/matters/r1/close", why="withdrawn", sure="yes").status_code == 409


@pytest.mark.parametrize(
    ("deed", "fields", "words"),
    [
        ("reassign", {"to": "", "reason": "x"}, "Valitse, kenelle"),
        ("reassign", {"to": "desk:county", "reason": "x"}, "Tätä palvelua ei voi valita"),
        ("reassign", {"to": "agent:a_olli", "reason": "x"}, "Neuvoja ei palvele täällä"),
        ("reassign", {"to": "desk:advice", "reason": " "}, "Kirjoita perustelu"),
        ("time", {"time": "1", "reason": "x"}, "ehti täyttyä"),
        ("close", {"why": "answered"}, "Vahvista"),
        ("close", {"why": "because", "sure": "yes"}, "Valitse, miksi"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_words(
    city: City, sirpa: Browser, deed: str, fields: dict[str, str], words: str
) -> None:
    before = state(city)
    answer = form(sirpa, f"/matters/r1/{deed}", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert state(city) == before
    assert city.one(audit_event.c.deed, where=audit_event.c.subject_id == "r1") is None
    assert sirpa.post(f"/matters/r1/{deed}", **fields).get_json()["error"]


# --- a whole desk ------------------------------------------------------------------------------------------------


def test_a_desk_is_paused_and_resumed_from_the_board(city: City, sirpa: Browser) -> None:
    assert form(sirpa, "/pauses", desk="housing", reason="paloharjoitus").status_code == 303
    page = sirpa.page("/line")
    assert "Asuminen ja rakentaminen on tauolla" in page
    assert "paloharjoitus" in page
    assert form(sirpa, "/desks/housing/resume").status_code == 303
    assert "on tauolla" not in sirpa.page("/line")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"desk": "housing", "reason": ""}, 422),
        ({"desk": "", "reason": "x"}, 422),
        ({"desk": "housing", "reason": "x", "until": "tomorrow"}, 422),
        ({"desk": "housing", "reason": "x", "until": "2020-01-01T10:00"}, 422),
        ({"desk": "families", "reason": "x"}, 404),
    ],
)
def test_a_pause_that_cannot_be_pauses_nothing(city: City, sirpa: Browser, fields: dict[str, str], status: int) -> None:
    assert form(sirpa, "/pauses", **fields).status_code == status
    assert city.one(desk_pause.c.id, where=desk_pause.c.desk == fields["desk"]) is None


def test_a_stop_is_seen_and_ended_by_somebody_who_is_sure(city: City, sirpa: Browser) -> None:
    city.put(ringing_stop, id="s1", kind="spend", figure="200 / 200", made_at=NOW)
    assert "Päivän kuluraja täyttyi" in sirpa.page("/line")
    assert form(sirpa, "/stops/s1/end").status_code == 422
    assert city.one(ringing_stop.c.ended_at, where=ringing_stop.c.id == "s1")[0] is None
    assert form(sirpa, "/stops/s1/end", sure="yes").status_code == 303
    assert city.one(ringing_stop.c.ended_by, where=ringing_stop.c.id == "s1")[0] == "a_sirpa"
    assert "Päivän kuluraja täyttyi" not in sirpa.page("/line")


def test_the_board_shows_no_figure_that_nothing_measured(sirpa: Browser) -> None:
    assert "Ei vielä mitattu tänään" in sirpa.page("/line")


def test_promises_of_today_are_counted_by_desk_and_language(city: City, sirpa: Browser) -> None:
    for n, verdict in enumerate(("kept", "kept", "late", "broken", "void")):
        window = {"window_start_at": NOW, "window_end_at": NOW, "verdict": verdict, "judged_at": NOW}
        given = {"who": "caller", "via": "voice", "words": "-", "kind": "asap", "request_id": "r1", "at": NOW}
        city.put(promise_told, id=f"p{n}", **given, **window)
    city.put(promise_told, id="old", **given, **(window | {"verdict": "kept", "judged_at": NOW - timedelta(days=1)}))
    page = sirpa.page("/line")
    assert '2<span class="of"> / 4</span>' in page
