"""Recordings as supervisors find them: by department, with who heard them, what must be kept and what was deleted."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from adapters.schema import audit_event, callback_request, legal_hold, recording, sound_access
from tests.web import recorded_rig as rig
from tests.web.console_rig import Browser, City
from tests.web.left_messages import leave


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.agent("seppo", departments=("streets",), role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    rig.several(empty)
    return empty


def found(browser: Browser, **asked: str) -> set[str]:
    browser.page("/recordings")
    answer = browser.client.post("/console/recordings", data={"csrf_token": browser.word} | asked)
    assert answer.status_code == 200
    return {key for key in ALL if f'href="/console/recordings/{key}"' in answer.text}


ALL = {rig.MESSAGE, rig.COMING, rig.FAILED, rig.DELETED, rig.TALK, rig.RUNNING}


def test_a_supervisor_finds_what_her_departments_hold_and_nothing_else(city: City) -> None:
    leave(city, "zzzzzzzzzzzzzzzzzzzz", None, department="streets")
    leave(city, "yyyyyyyyyyyyyyyyyyyy", None, state="dropped")
    sirpa, seppo = city.signed_in("sirpa"), city.signed_in("seppo")
    assert found(sirpa) == ALL
    page = sirpa.page("/recordings")
    assert "zzzzzzzzzzzzzzzzzzzz" not in page
    assert "yyyyyyyyyyyyyyyyyyyy" not in page
    assert found(seppo) == set()
    assert "zzzzzzzzzzzzzzzzzzzz" in seppo.page("/recordings")
    for words in ("Puhelua tallennetaan", "Ääni on tulossa", "Kuunneltavissa", "ei saatu talteen", "Poistettu"):
        assert words in page
    assert page.count("chip-hold") == 1


def test_she_narrows_them_down(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    talks = {rig.TALK, rig.RUNNING}
    assert found(sirpa, kind="talk") == talks
    assert found(sirpa, kind="message") == ALL - talks
    assert found(sirpa, agent="a_aino") == talks
    assert found(sirpa, desk="housing") == ALL
    assert found(sirpa, desk="streets") == set()
    assert found(sirpa, code="482 913") == talks
    assert found(sirpa, code="111111") == set()
    local = (city.clock.now() - timedelta(days=95)).date().isoformat()
    assert found(sirpa, day=local) == {rig.DELETED}


def test_what_is_no_code_is_said_and_never_stands_in_an_address(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    sirpa.page("/recordings")
    answer = sirpa.client.post("/console/recordings", data={"csrf_token": sirpa.word, "code": "0401234567"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert answer.text.count('method="get"') == 0


def test_older_ones_are_a_page_further(city: City) -> None:
    for number in range(60):
        at = city.clock.now() - timedelta(days=200, minutes=number)
        leave(city, f"old{number:017}", None, made_at=at, failed="gone")
    sirpa = city.signed_in("sirpa")
    page = sirpa.page("/recordings")
    last = page.rsplit('href="/console/recordings/', 1)[1][:20]
    assert f'name="before" value="{last}"' in page
    form = {"csrf_token": sirpa.word, "before": last}
    older = sirpa.client.post("/console/recordings", data=form).text
    assert f"/console/recordings/{last}" not in older
    assert older.count('href="/console/recordings/old') == 16


def test_one_recordings_page_says_who_heard_it_and_why(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    sirpa.post(f"/sounds/{rig.MESSAGE}/listen", reason="other", why="Asukkaan palaute")
    page = sirpa.page(f"/recordings/{rig.MESSAGE}")
    for words in ("Aino Virtanen", "Hoidan tätä asiaa", "Sirpa Virtanen", "Asukkaan palaute"):
        assert words in page
    assert f"/console/sounds/{rig.MESSAGE}/file" in page


def test_a_deleted_ones_page_is_the_proof_and_offers_no_sound(city: City) -> None:
    page = city.signed_in("sirpa").page(f"/recordings/{rig.DELETED}")
    for words in ("Todiste poistosta", "Säilytysaika päättyi", "Ei ollut enää tallella", rig.SHA):
        assert words in page
    assert f"/console/sounds/{rig.DELETED}/listen" not in page
    assert "/hold" not in page


def test_another_departments_recording_is_not_found(city: City) -> None:
    seppo = city.signed_in("seppo")
    for key in sorted(ALL):
        assert seppo.get(f"/recordings/{key}").status_code == 404
        assert seppo.post(f"/recordings/{key}/hold", what="recording", reason="utelias").status_code == 404
        assert seppo.post(f"/recordings/{key}/hold/end", sure="yes", reason="utelias").status_code == 404


def test_its_page_says_when_it_goes_unless_it_is_held(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    made = city.one(recording.c.made_at, where=recording.c.id == rig.TALK)[0]
    rules = city.services.rules.current()
    days = next(each.retention.talk_days for each in rules.departments if each.id == "housing")
    local = made + timedelta(days=days)
    assert "Poistetaan" not in sirpa.page(f"/recordings/{rig.TALK}"), "it is held"
    city.change(legal_hold, legal_hold.c.id == "l1", ended_at=city.clock.now())
    page = sirpa.page(f"/recordings/{rig.TALK}")
    assert re.search(rf"<dt>Poistetaan</dt><dd><span class=\"num\">[^<]*{local.day}\.{local.month}\.", page)
    city.change(recording, recording.c.id == rig.MESSAGE, request_id="r1")
    assert "Säilytysaika alkaa, kun asia on päätetty" in sirpa.page(f"/recordings/{rig.MESSAGE}")


# --- legal hold --------------------------------------------------------------------------------------------------


def holds(city: City) -> list[tuple[str, str, bool]]:
    query = select(legal_hold.c.kind, legal_hold.c.subject_id, legal_hold.c.ended_at.is_(None)).order_by(
        legal_hold.c.kind, legal_hold.c.subject_id
    )
    with city.services.database.read() as connection:
        return [(row[0], row[1], bool(row[2])) for row in connection.execute(query)]


def posts(browser: Browser, path: str, **fields: str) -> int:
    browser.page(f"/recordings/{path.split('/')[0]}")
    form = {"csrf_token": browser.word} | fields
    return browser.client.post(f"/console/recordings/{path}", data=form).status_code


def open_hold(city: City, kind: str, subject: str) -> str:
    at = (legal_hold.c.kind == kind) & (legal_hold.c.subject_id == subject) & legal_hold.c.ended_at.is_(None)
    return str(city.one(legal_hold.c.id, where=at)[0])


def test_a_hold_is_placed_with_a_reason_and_ended_with_another(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    before = holds(city)
    assert posts(sirpa, f"{rig.MESSAGE}/hold", what="recording", reason="  ") == 422
    assert holds(city) == before
    assert posts(sirpa, f"{rig.MESSAGE}/hold", what="recording", reason="Kantelu 4/2026") == 303
    assert ("recording", rig.MESSAGE, True) in holds(city)
    assert "Kantelu 4/2026" in sirpa.page(f"/recordings/{rig.MESSAGE}")
    that = open_hold(city, "recording", rig.MESSAGE)
    assert posts(sirpa, f"{rig.MESSAGE}/hold", what="recording", reason="Toinen") == 409
    assert posts(sirpa, f"{rig.MESSAGE}/hold/end", hold=that, reason="Ratkaistu") == 422, (
        "she is to say that she is sure"
    )
    assert posts(sirpa, f"{rig.MESSAGE}/hold/end", hold=that, sure="yes", reason=" ") == 422
    assert posts(sirpa, f"{rig.MESSAGE}/hold/end", hold=that, sure="yes", reason="Ratkaistu") == 303
    assert ("recording", rig.MESSAGE, False) in holds(city)
    assert posts(sirpa, f"{rig.MESSAGE}/hold/end", hold=that, sure="yes", reason="Ratkaistu") == 409
    with city.services.database.read() as connection:
        rows = connection.execute(select(audit_event.c.deed, audit_event.c.who, audit_event.c.detail)).all()
    told = [tuple(row) for row in rows if row.deed.startswith("hold_")]
    assert told == [("hold_placed", "a_sirpa", "Kantelu 4/2026"), ("hold_ended", "a_sirpa", "Ratkaistu")]


def test_a_matter_is_held_by_its_supervisor_and_a_number_by_administrators(city: City) -> None:
    city.change(recording, recording.c.id == rig.RUNNING, number_id="n358401234567")
    sirpa, olli = city.signed_in("sirpa"), city.signed_in("olli")
    assert posts(sirpa, f"{rig.RUNNING}/hold", what="number", reason="Kantelu") == 400
    assert posts(sirpa, f"{rig.MESSAGE}/hold", what="request", reason="Kantelu") == 400, "it belongs to no matter"
    assert posts(olli, f"{rig.RUNNING}/hold", what="number", reason="Kantelu") == 303
    that = open_hold(city, "number", "n358401234567")
    assert posts(sirpa, f"{rig.RUNNING}/hold/end", hold=that, sure="yes", reason="Ei") == 409
    assert posts(olli, f"{rig.RUNNING}/hold/end", hold=that, sure="yes", reason="Ratkaistu") == 303
    assert posts(sirpa, f"{rig.RUNNING}/hold", what="request", reason="Kantelu") == 303
    assert ("request", "r1", True) in holds(city)


def test_each_hold_is_shown_and_only_the_one_she_pressed_is_ended(city: City) -> None:
    """The talk is held by a complaint of its own, and by its matter's: one is settled, the other goes on."""
    sirpa = city.signed_in("sirpa")
    assert posts(sirpa, f"{rig.TALK}/hold", what="request", reason="Oikeudenkäynti 7/2026") == 303
    page = sirpa.page(f"/recordings/{rig.TALK}")
    later = open_hold(city, "request", "r1")
    for shown in ("Kantelu 3/2026", "Oikeudenkäynti 7/2026", 'name="hold" value="l1"', f'name="hold" value="{later}"'):
        assert shown in page
    ended = {"hold": later, "sure": "yes", "reason": "Ratkaistu"}
    assert posts(sirpa, f"{rig.TALK}/hold/end", **ended) == 303
    assert posts(sirpa, f"{rig.TALK}/hold/end", **ended) == 409, "a second press ends nothing else"
    assert posts(sirpa, f"{rig.TALK}/hold/end", sure="yes", reason="Ratkaistu") == 409, "it names none"
    assert posts(sirpa, f"{rig.MESSAGE}/hold/end", **(ended | {"hold": "l1"})) == 409, "it keeps another recording"
    assert holds(city) == [("recording", rig.TALK, True), ("request", "r1", False)]


def test_a_desk_that_answers_for_others_hears_and_neither_holds_nor_sees_who_heard(city: City) -> None:
    city.request("r2", number_id=city.number("+358401234568"), code="222222", desk="streets")
    city.change(recording, recording.c.id == rig.MESSAGE, request_id="r2")
    sirpa, seppo = city.signed_in("sirpa"), city.signed_in("seppo")
    assert posts(sirpa, f"{rig.MESSAGE}/hold", what="recording", reason="Kantelu") == 303
    that = open_hold(city, "recording", rig.MESSAGE)
    page = seppo.page(f"/recordings/{rig.MESSAGE}")
    assert f"/console/sounds/{rig.MESSAGE}/listen" in page
    assert "toisen palvelun" in page
    for hidden in ("/hold", "Aino Virtanen", "Kantelu"):
        assert hidden not in page
    before = holds(city)
    assert posts(seppo, f"{rig.MESSAGE}/hold", what="request", reason="Kantelu") == 403
    assert posts(seppo, f"{rig.MESSAGE}/hold/end", hold=that, sure="yes", reason="Ei") == 403
    assert holds(city) == before


def test_a_talk_stays_with_its_department_when_its_matter_goes_to_another(city: City) -> None:
    city.change(callback_request, callback_request.c.id == "r1", department="streets", desk="streets")
    assert rig.TALK in found(city.signed_in("sirpa"))
    seppo = city.signed_in("seppo")
    assert found(seppo) == set()
    assert seppo.get(f"/recordings/{rig.TALK}").status_code == 404
    assert seppo.post(f"/sounds/{rig.TALK}/listen", reason="quality").status_code == 404


# --- in the matter's history, and as text ------------------------------------------------------------------------


def test_a_matters_history_has_its_recorded_talk_for_supervisors_alone(city: City) -> None:
    page = city.signed_in("sirpa").page("/matters/r1")
    assert "Puhelu tallennettiin" in page
    assert f"/console/sounds/{rig.TALK}/listen" in page
    hers = city.signed_in("aino").page("/matters/r1")
    assert "Tallenteen voi kuunnella esihenkilö" in hers
    assert f"/console/sounds/{rig.TALK}/listen" not in hers


def test_no_button_promises_a_sound_that_is_another_departments(city: City) -> None:
    """The matter has gone to another department, or its desk answers for others: the sound stays where it was."""
    city.change(callback_request, callback_request.c.id == "r1", department="streets", desk="streets")
    page = city.signed_in("seppo").page("/matters/r1")
    assert "se palvelu, jolle tallenne kuuluu" in page
    assert f"/console/sounds/{rig.TALK}/listen" not in page
    assert f'href="/console/recordings/{rig.TALK}"' not in page
    city.change(callback_request, callback_request.c.id == "r1", department="housing", desk="streets")
    city.change(recording, recording.c.id == rig.MESSAGE, request_id="r1", topic="no-longer-known")
    hers = city.signed_in("seppo").page("/matters/r1")
    assert f"/console/sounds/{rig.MESSAGE}/listen" not in hers
    city.change(recording, recording.c.id == rig.MESSAGE, topic="housing")
    assert f"/console/sounds/{rig.MESSAGE}/listen" in city.signed_in("seppo").page("/matters/r1")


def test_the_text_is_as_closed_as_the_sound(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    words = "vesi on poikki"
    for path in (f"/recordings/{rig.MESSAGE}", f"/sounds/{rig.MESSAGE}/page"):
        page = sirpa.page(path)
        assert words not in page
        assert "Tallenteesta on teksti" in page
    sirpa.post(f"/sounds/{rig.MESSAGE}/listen", reason="complaint")
    page = sirpa.page(f"/sounds/{rig.MESSAGE}/page")
    assert words in page
    assert "0:04" in page
    city.services.vault.delete(f"{rig.MESSAGE}text")
    assert "tekstiä ei voi nyt avata" in sirpa.page(f"/sounds/{rig.MESSAGE}/page")


def test_without_a_text_the_page_says_so(city: City) -> None:
    assert "Tallenteesta ei ole tekstiä" in city.signed_in("sirpa").page(f"/recordings/{rig.TALK}")
    with city.services.database.read() as connection:
        assert len(connection.execute(select(sound_access.c.id)).all()) == 1, "looking at its page is no listening"
