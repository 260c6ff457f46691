"""Legal holds in one place: what is in force in her departments, and the hold on a whole matter."""

import pytest
from sqlalchemy import select

from adapters.schema import audit_event, callback_request, legal_hold, recording
from tests.web import recorded_rig as rig
from tests.web.console_rig import Browser, City


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.agent("seppo", departments=("streets",), role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    rig.several(empty)
    return empty


def posts(browser: Browser, path: str, **fields: str) -> int:
    browser.page("/recordings")
    return browser.client.post(f"/console{path}", data={"csrf_token": browser.word} | fields).status_code


def in_force(city: City) -> set[tuple[str, str]]:
    with city.services.database.read() as connection:
        rows = connection.execute(select(legal_hold).where(legal_hold.c.ended_at.is_(None))).mappings()
        return {(row["kind"], row["subject_id"]) for row in rows}


def test_a_supervisor_sees_her_departments_holds_and_the_administrator_all(city: City) -> None:
    city.change(recording, recording.c.id == rig.RUNNING, number_id="n358401234567")
    placed = {"reason": "Rikosilmoitus 12", "made_at": city.clock.now(), "made_by": "command line"}
    city.put(legal_hold, id="l2", kind="number", subject_id="n358401234567", **placed)
    city.put(legal_hold, id="l3", kind="request", subject_id="r1", **(placed | {"reason": "Oikaisu 9"}))
    city.put(legal_hold, id="l4", kind="request", subject_id="r1", ended_at=city.clock.now(), ended_by="a_sirpa",
             **(placed | {"reason": "Vanha asia"}))  # fmt: skip
    hers, his, all_ = (city.signed_in(who).page("/holds") for who in ("sirpa", "seppo", "olli"))
    for page, reasons in ((hers, {"Kantelu 3/2026", "Oikaisu 9"}), (his, set()), (all_, {"Rikosilmoitus 12"})):
        assert all(reason in page for reason in reasons)
    assert "Rikosilmoitus 12" not in hers
    assert "Kantelu 3/2026" not in his
    assert "Yhtään velvoitetta ei ole voimassa." in his
    assert "Vanha asia" not in all_
    assert "482913" in hers, "by the matter's code, never by a number"
    assert "1234567" not in all_


def test_a_matter_is_held_from_its_own_page(city: City) -> None:
    sirpa = city.signed_in("sirpa")
    assert 'href="/console/matters/r1/hold"' in sirpa.page("/matters/r1")
    assert 'href="/console/matters/r1/hold"' not in city.signed_in("aino").page("/matters/r1")
    assert "tavallinen säilytysaika" in sirpa.page("/matters/r1/hold")
    assert posts(sirpa, "/matters/r1/hold", reason=" ") == 422
    assert ("request", "r1") not in in_force(city)
    assert posts(sirpa, "/matters/r1/hold", reason="Kantelu 8/2026") == 303
    assert ("request", "r1") in in_force(city)
    assert "Kantelu 8/2026" in sirpa.page("/matters/r1/hold")
    assert posts(sirpa, "/matters/r1/hold", reason="Toinen") == 409
    for path in ("/matters/r1/hold", "/matters/nobody/hold"):
        assert posts(city.signed_in("seppo"), path, reason="Kantelu") == 404


def test_a_matter_whose_number_is_held_says_so(city: City) -> None:
    with city.services.database.read() as connection:
        number = connection.scalar(select(callback_request.c.number_id).where(callback_request.c.id == "r1"))
    placed = {"reason": "Rikosilmoitus 12", "made_at": city.clock.now(), "made_by": "a_olli"}
    city.put(legal_hold, id="l2", kind="number", subject_id=number, **placed)
    page = city.signed_in("sirpa").page("/matters/r1/hold")
    assert "Rikosilmoitus 12" in page
    assert "tavallinen säilytysaika" not in page
    assert 'action="/console/matters/r1/hold"' in page, "its own may be placed beside it"


def test_from_the_list_a_hold_is_ended_with_a_reason_and_by_its_own_department(city: City) -> None:
    sirpa, seppo = city.signed_in("sirpa"), city.signed_in("seppo")
    assert posts(seppo, "/holds/l1/end", sure="yes", reason="Ei") == 404
    assert posts(sirpa, "/holds/l1/end", reason="Ratkaistu") == 422
    assert posts(sirpa, "/holds/l1/end", sure="yes", reason=" ") == 422
    assert ("recording", rig.TALK) in in_force(city)
    assert posts(sirpa, "/holds/l1/end", sure="yes", reason="Ratkaistu") == 303
    assert in_force(city) == set()
    assert posts(sirpa, "/holds/l1/end", sure="yes", reason="Ratkaistu") == 404
    with city.services.database.read() as connection:
        told = connection.execute(
            select(audit_event.c.who, audit_event.c.detail).where(audit_event.c.deed == "hold_ended")
        )
        assert [tuple(row) for row in told] == [("a_sirpa", "Ratkaistu")]
