"""A supervisor puts a disruption notice on air and takes it off; everybody's pages show it while it is on."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from adapters.schema import notice
from ivr.speech import disruption
from routing_rules.document import dump
from routing_rules.model import Notice, PlannedNotice
from routing_rules.notices.checks import LONGEST_WHERE, LONGEST_WORDS
from routing_rules.service import publish_first
from tests.web.console_rig import NOW, Browser, City

WORDS = {
    "words_fi": "Petosen vesi on poikki kello kahdeksaantoista asti.",
    "words_sv": "Vattnet i Petonen är avstängt till klockan arton.",
    "words_en": "The water in Petonen is cut off until six in the evening.",
}
UNTIL = {"until": "2026-11-24T18:00"}  # the same Tuesday, in Helsinki
SHOWN = re.compile(r'<textarea[^>]* name="words_(..)"[^>]*>([^<]+)</textarea>')
UNTIL_KEPT = re.compile(r'name="until" value="([^"]+)"')
SIX = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


@pytest.fixture
def city(empty: City) -> City:
    empty.agent("sirpa", ("housing",), role="supervisor")
    empty.agent("aino", ("housing", "extended"))
    return empty


@pytest.fixture
def sirpa(city: City) -> Browser:
    browser = city.browser()
    browser.signs_in("sirpa")
    browser.page("/notices")
    return browser


def writes(browser: Browser, *topics: str, **fields: str) -> TestResponse:
    form = {**WORDS, **UNTIL, "csrf_token": browser.word, "topics": list(topics), **fields}
    return browser.client.post("/console/notices", data=form)


def on_air(city: City) -> tuple[Notice, ...]:
    return city.services.notices.active(city.clock.now())


def test_a_notice_is_heard_at_once_in_three_languages(city: City, sirpa: Browser) -> None:
    assert writes(sirpa).status_code == 303
    (heard,) = on_air(city)
    assert dict(heard.words) == {key[-2:]: words for key, words in WORDS.items()}
    assert (heard.topics, heard.until) == ((), SIX)
    assert city.one(notice.c.author, where=notice.c.id == heard.id)[0] == "a_sirpa"
    assert ("desk", "all") in city.hints.published  # the other pages look again


def test_every_page_shows_it_while_it_is_on(city: City, sirpa: Browser) -> None:
    writes(sirpa)
    aino = city.browser()
    aino.signs_in("aino")
    for browser, path in ((sirpa, "/line"), (sirpa, "/line/part"), (aino, "/"), (aino, "/part")):
        page = browser.page(path)
        assert "Soittajat kuulevat nyt" in page, path
        assert WORDS["words_fi"] in page, path
    assert "/console/notices" not in aino.page("/")  # only a supervisor is led to the switch
    city.clock.passes(8 * 3600)
    aino.signs_in("aino")
    assert "Soittajat kuulevat nyt" not in aino.page("/")
    assert "Soittajat kuulevat nyt" not in city.browser().page("/sign-in")


def test_a_notice_for_two_topics_is_not_for_everybody(city: City, sirpa: Browser) -> None:
    assert writes(sirpa, "water", "water-bill").status_code == 303
    assert on_air(city)[0].topics == ("water", "water-bill")
    assert "Vesivuoto tai viemäritukos, Vesilasku ja vesisopimus" in sirpa.page("/notices")
    assert "Soittajat kuulevat nyt: Vesivuoto tai viemäritukos, Vesilasku" in sirpa.page("/line")


def test_it_is_taken_off_and_stays_off(city: City, sirpa: Browser) -> None:
    writes(sirpa)
    (heard,) = on_air(city)
    assert sirpa.post(f"/notices/{heard.id}/off").status_code == 303
    assert on_air(city) == ()
    assert sirpa.post(f"/notices/{heard.id}/off").status_code == 303  # a second supervisor pressed too
    assert sirpa.post("/notices/never/off").status_code == 303
    assert city.one(notice.c.ended_at, where=notice.c.id == heard.id)[0] == NOW
    assert "Mitään tiedotetta ei nyt kuulla" in sirpa.page("/notices")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"words_sv": ""}, "Kirjoita tiedote tällä kielellä"),
        ({"words_en": " \n\t"}, "Kirjoita tiedote tällä kielellä"),
        ({"words_fi": "x" * 201}, "Lyhennä enintään 200 merkkiin"),
        ({"until": ""}, "Anna päivä ja kellonaika"),
        ({"until": "tomorrow"}, "Anna päivä ja kellonaika"),
        ({"until": "0001-01-01T00:00"}, "Aika on jo mennyt"),
        ({"until": "9999-12-31T23:59"}, "Aika on yli kuukauden päässä"),
        ({"until": "2026-11-24T10:12"}, "Aika on jo mennyt"),
        ({"until": "2026-12-26T10:12"}, "Aika on yli kuukauden päässä"),
        ({"topics": "volcano"}, "Aihetta ei enää ole"),
    ],
)
def test_what_cannot_be_heard_is_refused_in_words(
    city: City, sirpa: Browser, fields: dict[str, str], told: str
) -> None:
    answer = writes(sirpa, **fields)
    assert answer.status_code == 422
    assert told in answer.text
    assert on_air(city) == ()
    assert 'aria-invalid="true"' in answer.text or "topics" in fields
    if "words_sv" in fields:
        assert WORDS["words_fi"] in answer.text  # what was written is not lost


@pytest.mark.parametrize(
    ("first", "second", "taken"),
    [
        ((), (), True),
        ((), ("water",), False),
        (("water", "buses"), ("buses",), True),
        (("water",), ("buses",), False),
    ],
)
def test_nobody_hears_two_notices_in_one_place(
    city: City, sirpa: Browser, first: tuple[str, ...], second: tuple[str, ...], taken: bool
) -> None:
    writes(sirpa, *first)
    answer = writes(sirpa, *second)
    assert (answer.status_code, len(on_air(city))) == ((422, 1) if taken else (303, 2))
    assert ("Samoille soittajille kuullaan jo tiedotetta" in answer.text) == taken


def test_markup_and_control_characters_are_words_like_others(city: City, sirpa: Browser) -> None:
    assert writes(sirpa, words_fi="Vesi <b>poikki</b>\x07\r\n& kylmä\u202e.").status_code == 303
    assert on_air(city)[0].words["fi"] == "Vesi <b>poikki</b> & kylmä."
    assert "Vesi &lt;b&gt;poikki&lt;/b&gt; &amp; kylmä" in sirpa.page("/line")
    assert writes(sirpa, words_fi="Vesi\x00").status_code == 400  # PostgreSQL keeps none


def test_a_supervisor_without_the_forms_word_changes_nothing(city: City, sirpa: Browser) -> None:
    assert writes(sirpa, csrf_token="forged").status_code == 403
    assert on_air(city) == ()


def test_an_agent_may_not_put_anything_on_air(city: City) -> None:
    aino = city.browser()
    aino.signs_in("aino")
    assert aino.get("/notices").status_code == 403
    assert writes(aino).status_code == 403
    assert on_air(city) == ()


@pytest.mark.parametrize("language", ["sv", "en"])
def test_the_page_speaks_each_language(city: City, sirpa: Browser, language: str) -> None:
    writes(sirpa)
    sirpa.client.set_cookie("console_language", language)
    page = sirpa.page("/notices")
    assert WORDS[f"words_{language}"] in page
    assert {"sv": "Avsluta störningsmeddelandet", "en": "End the notice"}[language] in page


def test_a_new_notice_ends_by_itself_after_four_hours_or_so_unless_told_otherwise(sirpa: Browser) -> None:
    assert 'value="2026-11-24T14:30"' in sirpa.page("/notices")  # it is 10.12: half past is shorter to hear


# --- three fields ------------------------------------------------------------------------------------------------


def composes(browser: Browser, **fields: str) -> TestResponse:
    form = {"csrf_token": browser.word, "what": "water_cut", "where": "Petonen", **UNTIL, **fields}
    return browser.client.post("/console/notices/words", data=form)


def test_three_fields_become_sentences_in_three_languages_and_nothing_is_on_air_yet(city: City, sirpa: Browser) -> None:
    answer = composes(sirpa)
    assert answer.status_code == 200
    for sentence in (
        "Vesikatko. Alue: Petonen. Vesi palaa arviolta kello kahdeksantoista.",
        "Vattenavbrott. Område: Petonen. Vattnet beräknas komma tillbaka klockan arton.",
        "Water cut. Area: Petonen. The water is expected back at six in the evening.",
    ):
        assert f">{sentence}</textarea>" in answer.text
    assert answer.text.count("data-playback=") == 3
    assert answer.text.count("Mitään ei kuulla ennen kuin aloitat tiedotteen.") == 1
    assert on_air(city) == ()


def test_what_was_looked_at_goes_on_air_as_it_was_looked_at(city: City, sirpa: Browser) -> None:
    shown = composes(sirpa).text
    words = {f"words_{code}": text for code, text in SHOWN.findall(shown)}
    until = UNTIL_KEPT.findall(shown)[-1]
    form = {"csrf_token": sirpa.word, "until": until, **words}
    assert sirpa.client.post("/console/notices", data=form).status_code == 303
    assert on_air(city)[0].words["sv"].startswith("Vattenavbrott. Område: Petonen.")
    assert on_air(city)[0].until == SIX


def test_a_kind_that_concerns_few_is_proposed_to_them(sirpa: Browser) -> None:
    assert 'value="buses" checked' in composes(sirpa, what="buses_late", where="Linjat 5 ja 7").text
    assert " checked" not in composes(sirpa).text  # a water cut is everybody's


def test_a_notice_that_lasts_beyond_today_names_the_day(sirpa: Browser) -> None:
    text = composes(sirpa, until="2026-11-25T08:00").text
    assert "keskiviikkona kello kahdeksan." in text
    assert "huomenna" not in text.partition("<textarea")[2]  # it would be heard on Wednesday, too


@pytest.mark.parametrize(
    ("fields", "field", "told"),
    [
        ({"what": ""}, "what", "Valitse, mitä on tapahtunut"),
        ({"what": "volcano"}, "what", "Tätä ei ole luettelossa"),
        ({"where": " "}, "where", "Kerro, missä"),
        ({"where": "x" * 51}, "where", "enintään 50 merkkiin"),
        ({"until": ""}, "until", "Anna päivä ja kellonaika"),
        ({"until": "2026-11-24T09:00"}, "until", "Aika on jo mennyt"),
    ],
)
def test_a_field_that_makes_no_sentence_is_refused_in_words(
    city: City, sirpa: Browser, fields: dict[str, str], field: str, told: str
) -> None:
    answer = composes(sirpa, **fields)
    assert answer.status_code == 422
    assert told in answer.text.partition(f'id="{field}-fault"')[2].partition("</p>")[0]
    assert "data-arrive" not in answer.text
    assert on_air(city) == ()


def test_every_kind_of_disruption_fits_the_listening_time(city: City) -> None:
    rules, now = city.services.rules.current(), city.clock.now()
    until = now + timedelta(days=20, minutes=33)
    for kind in disruption.kinds(city.services.announcements):
        told = disruption.Disruption(kind, "x" * LONGEST_WHERE, until)
        for sentence in disruption.sentences(city.services.announcements, rules, told, now).values():
            assert len(sentence) <= LONGEST_WORDS, kind


def test_a_place_is_words_like_others(city: City, sirpa: Browser) -> None:
    text = composes(sirpa, where="{until} <b>Petonen</b>").text
    assert "Alue: {until} &lt;b&gt;Petonen&lt;/b&gt;." in text


def test_the_citys_own_sentence_goes_before_the_services(city: City) -> None:
    own = {"fi": "Vettä ei tule. {where}, {until}.", "sv": "Inget vatten. {where}.", "en": "No water. {where}."}
    rules = replace(city.services.rules.current(), announcements={"disruption.water_cut": own})
    told = disruption.Disruption("water_cut", "Petonen", SIX)
    said = disruption.sentences(city.services.announcements, rules, told, city.clock.now())
    assert said["fi"] == "Vettä ei tule. Petonen, kello kahdeksantoista."
    assert disruption.names(city.services.announcements, rules, "sv")["water_cut"] == "Inget vatten"


def test_what_the_rules_planned_stands_above_every_page_without_a_key(city: City, sirpa: Browser) -> None:
    words = {"fi": "Huoltokatko.", "sv": "Underhåll.", "en": "Maintenance."}
    planned = PlannedNotice("p1", words, NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    rules = replace(city.services.rules.current(), notices=(planned,))
    publish_first(city.services.database, dump(rules), "olli", "first", NOW)
    city.services.rules.refresh(city.services.database, NOW)
    assert "Huoltokatko." in sirpa.page("/line")
    assert "/notices/p1/off" not in sirpa.page("/line")
    writes(sirpa)
    assert "Huoltokatko." not in sirpa.page("/line")  # nobody hears two


def test_the_pages_language_is_changed_and_what_was_written_stays(sirpa: Browser) -> None:
    page = composes(sirpa).text
    back = html.unescape(re.findall(r'name="back" value="([^"]+)"', page)[0])
    sent = {"csrf_token": sirpa.word, "back": back, "language": "sv"}
    answer = sirpa.client.post("/console/language", data=sent)
    again = sirpa.client.get(answer.location).text
    assert '<html lang="sv">' in again
    assert 'value="Petonen"' in again
    assert SHOWN.findall(again) == SHOWN.findall(page)
    assert len(SHOWN.findall(again)) == 3
