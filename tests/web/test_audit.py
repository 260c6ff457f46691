"""The log of deeds: written with the deed, read within one's scope, in words, and harmless in a spreadsheet."""

import ast
import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from adapters.schema import audit_event
from console.audit_pages import FORMULA, PAGE, harmless
from console.signing_in import sign_in
from console.signing_in.passwords import Argon2Passwords
from console.words import PAGE_LANGUAGES, page_words
from desks.talk.listen import MODES
from tests.architecture.source import modules
from tests.web.console_rig import CHEAP, Browser, City

SUBJECTS = ("agent", "request", "caller", "offer", "desk", "session", "item", "notice", "recording", "stop")


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.agent("olli", departments=(), role="administrator")
    return empty


def note(city: City, deed: str, **other: Any) -> None:
    row = {
        "at": city.clock.now(),
        "machine": city.clock.machine(),
        "who": "a_sirpa",
        "deed": deed,
        "subject": "desk",
        "subject_id": "housing",
        "department": "housing",
    }
    city.put(audit_event, **(row | other))


def here(city: City, name: str) -> Browser:
    browser = city.browser()
    browser.signs_in(name)
    return browser


def noted(city: City) -> list[tuple[str, str, str]]:
    with city.services.database.read() as connection:
        rows = connection.execute(audit_event.select().order_by(audit_event.c.id))
        return [(row.who, row.deed, row.subject_id) for row in rows]


# --- what is written --------------------------------------------------------------------------------------------------


def test_every_sign_in_and_the_first_wait_are_noted(city: City) -> None:
    passwords = Argon2Passwords(CHEAP)
    for _ in range(9):
        sign_in.sign_in(city.services, passwords, "aino", "wrong")
    for _ in range(9):
        sign_in.sign_in(city.services, passwords, "nobody", "wrong")
    city.clock.passes(3600)
    here(city, "aino")
    assert noted(city) == [("service", "sign_in_held_back", "a_aino"), ("a_aino", "signed_in", "a_aino")]


def deeds_in_the_code() -> set[str]:
    """Every deed that any room notes: written as it stands, handed to a helper, or a mode of listening."""
    found: set[str] = set()
    for module in modules():
        for call in module.calls("note"):
            if len(call.args) >= 5 and isinstance(call.args[3], ast.Constant):
                found.add(str(call.args[3].value))
        for call in module.calls("_noted"):
            if len(call.args) >= 2 and isinstance(call.args[1], ast.Constant):
                found.add(str(call.args[1].value))
    return found | set(MODES)


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_deed_has_words(language: str) -> None:
    words = page_words(language).words
    deeds = deeds_in_the_code()
    assert {"account_made", "password_reset", "notice_on", "pause", "reassign", "coach"} <= deeds
    missing = {deed for deed in deeds if f"deed.{deed}" not in words}
    assert missing == set()
    assert {f"audit.subject.{subject}" for subject in SUBJECTS} <= set(words)


# --- who reads what ---------------------------------------------------------------------------------------------------


def test_an_administrator_reads_all_and_a_supervisor_her_departments(city: City) -> None:
    city.agent("seppo", departments=("streets",), role="supervisor")
    note(city, "pause", detail="Vesivahinko")
    note(city, "pause", who="a_seppo", subject_id="streets", department="streets", detail="Tiemestarin kokous")
    everything, hers = here(city, "olli").get("/audit").text, here(city, "sirpa").get("/audit").text
    assert "Vesivahinko" in everything
    assert "Tiemestarin kokous" in everything
    assert "Vesivahinko" in hers
    assert "Tiemestarin kokous" not in hers
    assert "Seppo Virtanen" not in hers
    assert "Tiemestarin kokous" not in here(city, "sirpa").get("/audit.csv").text
    assert "Olli Virtanen" not in hers, "sign-ins are the administrators' to read; her own she sees"
    assert "Sirpa Virtanen" in hers
    assert here(city, "aino").get("/audit").status_code == 403


def test_everybody_is_told_by_name_and_only_those_within_scope_are_offered_to_choose(city: City) -> None:
    note(city, "reassign", subject="agent", subject_id="a_aino", detail="a_olli")
    hers = here(city, "sirpa").get("/audit").text
    assert "Aino Virtanen" in hers
    assert "a_olli" not in hers
    assert '<option value="a_sirpa"' in hers
    assert '<option value="a_aino"' not in hers


def test_it_is_narrowed_by_person_deed_and_day(city: City) -> None:
    note(city, "pause", detail="eka")
    note(city, "resume", detail="toka")
    note(city, "pause", who="a_olli", detail="kolmas")
    note(city, "pause", at=city.clock.now() - timedelta(days=2), detail="neljäs")
    note(city, "account_changed", who="a_olli", subject="agent", subject_id="a_sirpa", department=None, detail="role")
    olli = here(city, "olli")

    def told(query: str) -> set[str]:
        page = olli.get(f"/audit?{query}").text
        return {word for word in ("eka", "toka", "kolmas", "neljäs", "rooli") if f">{word}</td>" in page}

    assert told("") == {"eka", "toka", "kolmas", "neljäs", "rooli"}
    assert told("person=a_sirpa") == {"eka", "toka", "neljäs", "rooli"}, (
        "what she did, and what was done to her account"
    )
    assert told("deed=resume") == {"toka"}
    assert told("day=2026-11-22") == {"neljäs"}
    assert told("day=2026-11-24&person=a_olli&deed=pause") == {"kolmas"}
    days = ("day=never", "day=9999-12-31", "day=0001-01-01")
    for nonsense in (*days, "before=x", "before=-1", "before=" + "9" * 10, "before=" + "9" * 40):
        assert olli.get(f"/audit?{nonsense}").status_code == 200
    newest = page_words("fi")("audit.newest")
    assert newest in olli.get("/audit?before=" + "9" * 9).text
    assert newest not in olli.get("/audit?before=" + "9" * 10).text, "no key of the record is so long"


def test_it_is_read_page_by_page_by_key(city: City) -> None:
    for number in range(PAGE + 5):
        note(city, "pause", detail=f"nro{number:03}")
    olli = here(city, "olli")
    first = olli.get("/audit?deed=pause").text
    older = re.search(r'href="(/console/audit\?before=[^"]+)"', first)
    assert older
    note(city, "pause", detail="nro999")  # a new one pushes nothing onto the next page
    second = olli.client.get(older[1].replace("&amp;", "&")).text
    seen = re.findall(r"nro(\d{3})", first) + re.findall(r"nro(\d{3})", second)
    assert seen == [f"{number:03}" for number in reversed(range(PAGE + 5))]


def test_codes_become_words_and_reasons_stay(city: City) -> None:
    city.request("r1", number_id=city.number())
    note(city, "account_changed", subject="agent", subject_id="a_aino", detail="role, agent to supervisor")
    note(city, "pause", subject="request", subject_id="r1", detail="Koulutus klo 14")
    page = here(city, "olli").get("/audit").text
    assert "rooli, neuvojasta esihenkilöksi" in page
    assert "Soittopyyntö 482913" in page
    assert "Koulutus klo 14" in page
    note(city, "a_deed_of_tomorrow", subject="moon", subject_id="m1")
    assert "a_deed_of_tomorrow" in here(city, "olli").get("/audit").text, "a line without words is a line all the same"


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begin", FORMULA)
def test_no_cell_is_calculated(city: City, begin: str) -> None:
    note(city, "pause", detail=f"{begin}HYPERLINK(1)")
    answer = here(city, "olli").get("/audit.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="audit.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert rows[0] == ["Aika", "Kuka", "Teko", "Kohde", "Palvelu", "Tarkennus"]
    cells = [cell for row in rows[1:] for cell in row]
    assert any("HYPERLINK" in cell for cell in cells)
    assert not any(cell.startswith(FORMULA) for cell in cells)


def test_a_harmless_cell_stays_as_it_is() -> None:
    assert harmless("Koulutus = tauko") == "Koulutus = tauko"
    assert harmless("=1+1") == "'=1+1"


def test_a_password_is_nowhere_in_the_log(city: City) -> None:
    olli = here(city, "olli")
    made = olli.client.post("/console/accounts/a_aino/reset", data={"csrf_token": olli.word})
    found = re.search(r"<code>([^<]+)</code>", made.text)
    assert found
    assert found[1] not in olli.get("/audit").text
