"""Try: what a supervisor asks, what she sees, and what is refused in words; who may open the three pages."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.schema import metadata
from console.words import page_words
from routing_rules.service import publish_first
from routing_rules.versions import drafts
from routing_rules.versions.model import Draft, Saved
from tests.unit.written_ruleset import changed
from tests.web.console_rig import SAMPLE, Browser, City, make_city

ASKED = {
    "rules": "live",
    "at": "2026-11-21T17:05",
    "language": "sv",
    "topic": "parking",
    "staffing": "everybody",
    "number": "",
    "wait": "",
}
EXTENDED = {
    "fi": "Ilta- ja viikonloppuneuvonta",
    "sv": "Kvälls- och veckoslutsrådgivning",
    "en": "Evening and weekend advice",
}
PAGES = ("/rules/try", "/rules/week", "/rules/calendar")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = make_city(tmp_path)
    made.agent("sirpa", ("housing",), role="supervisor")
    made.agent("olli", (), role="administrator")
    made.agent("aino")
    yield made
    made.services.database.dispose()


@pytest.fixture
def sirpa(city: City) -> Browser:
    return city.signed_in("sirpa")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A supervisor in a city that no test changes."""
    made = make_city(tmp_path_factory.mktemp("reader"))
    made.agent("sirpa", ("housing",), role="supervisor")
    yield made.signed_in("sirpa")
    made.services.database.dispose()


def asks(browser: Browser, status: int = 200, **fields: Any) -> str:
    browser.page("/rules/try")
    form = {**ASKED, "csrf_token": browser.word, **fields}
    answer = browser.client.post("/console/rules/try", data=form)
    assert answer.status_code == status, answer.text[:400]
    return answer.text


def shown(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", "", page)))


# --- Try ----------------------------------------------------------------------------------------------------------


def test_saturday_at_five_past_five_in_swedish_about_parking(reader: Browser) -> None:
    told = shown(asks(reader))
    assert "Aiheen oma palvelu on suljettu. Puheluun vastaa: Ilta- ja viikonloppuneuvonta." in told
    assert "Kadut ja liikenne: suljettu, avautuu ma 23.11.2026 klo 8.00." in told
    assert "Ilta- ja viikonloppuneuvonta: joku palvelee ruotsiksi." in told
    assert "är stängd nu. Vi kopplar dig till kvälls- och veckoslutsrådgivningen. Stanna kvar på linjen." in told


@pytest.mark.parametrize(
    ("fields", "route"),
    [
        ({"staffing": "nobody"}, "Soittajalle tarjotaan takaisinsoittoa."),
        ({"staffing": "now"}, "Soittajalle tarjotaan takaisinsoittoa."),  # nobody has signed in to a desk
        ({"staffing": "chosen", "staffed": ["extended:sv"]}, "Puheluun vastaa: Ilta- ja viikonloppuneuvonta."),
        ({"staffing": "chosen", "staffed": ["extended:fi"]}, "Kukaan ei nyt palvele ruotsiksi."),
        ({"at": "2026-11-24T10:00"}, "Puheluun vastaa: Kadut ja liikenne."),
        ({"at": "2026-11-24T23:30", "topic": "water"}, "Puhelu yhdistetään päivystykseen"),
        ({"at": "2026-11-24T23:30"}, "Soittaja saa pyytää takaisinsoiton tai jättää viestin."),
        ({"topic": "health"}, "Asia kuuluu muulle kuin kaupungille"),
        ({"topic": "opening-hours"}, "Soittaja kuulee tiedot: Aukioloajat."),
        ({"topic": "general"}, "Puheluun vastaa: Ilta- ja viikonloppuneuvonta."),
        ({"number": "017 123", "wait": "10"}, "Puheluun vastaa: Ilta- ja viikonloppuneuvonta."),
    ],
)
def test_each_kind_of_route_has_its_sentence(reader: Browser, fields: dict[str, Any], route: str) -> None:
    assert route in shown(asks(reader, **fields))


def test_as_now_counts_who_is_on_duty_now(city: City, sirpa: Browser) -> None:
    city.present(city.agent("elli", ("extended",), ("sv",)))
    assert "Puheluun vastaa: Ilta- ja viikonloppuneuvonta." in shown(asks(sirpa, staffing="now"))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"at": "2026-02-30T10:00"}, "Anna päivä ja kellonaika"),
        ({"at": "9999-12-31T23:59"}, "Anna päivä ja kellonaika"),
        ({"at": "0001-01-01T00:00"}, "Anna päivä ja kellonaika"),
        ({"at": ""}, "Anna päivä ja kellonaika"),
        ({"at": "x" * 10_000}, "Anna päivä ja kellonaika"),
        ({"at": "2027-03-28T03:30"}, "Tätä kellonaikaa ei ole"),
        ({"language": "de"}, "Valitse kieli"),
        ({"topic": "volcano"}, "Valitse aihe luettelosta"),
        ({"topic": "housing-building-water"}, "Valitse aihe luettelosta"),
        ({"staffing": "some"}, "Valitse palvelut ja kielet luettelosta"),
        ({"staffing": "chosen", "staffed": "volcano:fi"}, "Valitse palvelut ja kielet luettelosta"),
        ({"number": "call me"}, "Kirjoita numero"),
        ({"number": "+3584" * 30}, "Kirjoita numero"),
        ({"number": "+٣٥٨"}, "Kirjoita numero"),
        ({"wait": "-1"}, "Anna minuutit"),
        ({"wait": "1441"}, "Anna minuutit"),
        ({"wait": "²"}, "Anna minuutit"),
        ({"rules": "d" * 10_000}, "Luonnosta ei enää ole"),
        ({"rules": "another"}, "Luonnosta ei enää ole"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(reader: Browser, fields: dict[str, Any], told: str) -> None:
    page = asks(reader, 422, **fields)
    assert told in page
    assert "Kokeilua ei tehty" in page
    assert len(page) < 60_000


def test_a_field_that_is_missing_is_named(reader: Browser) -> None:
    reader.page("/rules/try")
    answer = reader.client.post("/console/rules/try", data={"csrf_token": reader.word})
    assert answer.status_code == 422
    assert "Valitse kieli" in answer.text


def test_nothing_of_a_trial_is_kept(city: City, sirpa: Browser) -> None:
    sirpa.page("/rules/try")
    before = _everything(city)
    asks(sirpa, number="+358405556677", at="2026-11-24T10:00")
    assert _everything(city) == before


def _everything(city: City) -> dict[str, int]:
    with city.services.database.read() as connection:
        return {t.name: len(connection.execute(select(t)).all()) for t in metadata.sorted_tables}


def test_the_number_is_in_no_address(reader: Browser) -> None:
    page = asks(reader, number="+358405556677")
    addresses = re.findall(r'(?:href|action|src)="([^"]*)"', page)
    assert addresses
    assert not any("5556677" in address for address in addresses)


def draft_of(city: City) -> Draft:
    """Saturday's callers about parking go to the library's desk, by a draft."""
    now = city.clock.now()
    document = SAMPLE.read_text(encoding="utf-8")
    publish_first(city.services.database, document, "installation", "first", now)
    made = drafts.begin(city.services.database, "Lauantai", "a_olli", now)
    assert isinstance(made, Draft)
    return made


def test_an_open_draft_is_tried_by_whoever_may_change_the_rules(city: City, sirpa: Browser) -> None:
    draft = draft_of(city)
    rule = {
        "id": "to-transport",
        "name": {"fi": "Pysäköinti bussien palveluun", "sv": "Parkering", "en": "Parking"},
        "when": {"topics": ["parking"]},
        "department": "transport",
    }
    text = changed(lambda document: document.setdefault("rules", []).insert(0, rule))
    saved = drafts.save(city.services.database, draft.id, draft.revision, text, "a_olli", city.clock.now())
    assert isinstance(saved, Saved), saved
    olli = city.signed_in("olli")
    told = shown(asks(olli, rules=draft.id, at="2026-11-24T10:00"))
    assert "Puheluun vastaa: Joukkoliikenne." in told
    assert "Sääntö ”Pysäköinti bussien palveluun” täsmää" in told
    assert "Puheluun vastaa: Kadut ja liikenne." in shown(asks(olli, at="2026-11-24T10:00"))
    assert "Luonnosta ei enää ole" in asks(sirpa, 422, rules=draft.id)
    assert "Luonnos: Lauantai" in olli.page(f"/rules/week?draft={draft.id}&topic=parking")
    assert f'value="{draft.id}" selected' in olli.page(f"/rules/try?draft={draft.id}")
    for path in ("try", "week"):
        assert sirpa.get(f"/rules/{path}?draft={draft.id}").status_code == 422


def test_a_draft_that_is_no_whole_ruleset_yet_is_not_tried(city: City) -> None:
    draft = draft_of(city)
    text = changed(lambda document: document.update(general_topic="volcano"))
    saved = drafts.save(city.services.database, draft.id, draft.revision, text, "a_olli", city.clock.now())
    olli = city.signed_in("olli")
    assert isinstance(saved, Saved), saved
    assert "Luonnos ei ole vielä kokonainen" in asks(olli, 422, rules=draft.id)
    assert "Luonnos ei ole vielä kokonainen" in olli.page(f"/rules/week?draft={draft.id}")


# --- who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_agents_have_no_business_here(city: City, path: str) -> None:
    assert city.signed_in("aino").get(path).status_code == 403
    assert city.signed_in("olli").get(path).status_code == 200


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_pages_speak_the_readers_language_and_the_caller_hers(sirpa: Browser, language: str) -> None:
    sirpa.client.set_cookie("console_language", language)
    told = shown(asks(sirpa))
    assert page_words(language)("rules.why.route.line_closed", desk=EXTENDED[language]) in told
    assert "Stanna kvar på linjen." in told
    for path in PAGES:
        assert f'<html lang="{language}">' in sirpa.page(path)


# --- anything at all ----------------------------------------------------------------------------------------------

KNOWN = ("live", "fi", "parking", "chosen", "2026-11-21T17:05", "017")
ANYTHING = st.one_of(st.text(max_size=60), st.sampled_from(KNOWN))
FIELD = st.sampled_from([*ASKED, "staffed", "first", "year", "department", "draft"])


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(FIELD, ANYTHING, max_size=8))
def test_whatever_is_asked_is_answered_or_refused(reader: Browser, fields: dict[str, str]) -> None:
    form = {**ASKED, **fields, "csrf_token": reader.word}
    assert reader.client.post("/console/rules/try", data=form).status_code in (200, 400, 422)
    for path in ("try", "week", "calendar"):
        answer = reader.client.get(f"/console/rules/{path}", query_string=fields)
        assert answer.status_code in (200, 400, 422), fields
