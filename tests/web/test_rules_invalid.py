"""A text that is no ruleset, and a draft that is none yet: supervisors read why in their own language."""

import json
from collections.abc import Callable
from html import unescape

import pytest
from werkzeug.test import TestResponse

from tests.unit.written_ruleset import Document, changed, housing, topic
from tests.web.console_rig import Browser, City
from tests.web.rules_forms import DRAFT, at_work, city_of_rules, row, sends

# one of each main kind: what is written wrong, and what a supervisor reads of it
KINDS: list[tuple[Callable[[Document], object], str, str]] = [
    (
        lambda d: topic(d, "parking").update(department="roads"),
        "Palvelua ”roads” ei ole. Käytä jotakin näistä:",
        "Tjänsten ”roads” finns inte. Använd någon av dessa:",
    ),
    (
        lambda d: topic(d, "water").update(key=2),
        "Sama näppäin 2 on monella aiheella:",
        "Flera ämnen har samma knapp 2:",
    ),
    (
        lambda d: topic(d, "water").update(parent=None, key=6),
        "Valikossa on liikaa vaihtoehtoja: 6. Soittaja muistaa 5.",
        "Menyn har för många val: 6. Den som ringer minns 5.",
    ),
    (
        lambda d: housing(d)["hours"]["week"].update({"saturday": ["8-12", "11-13"]}),
        "Aukioloajat viikossa, lauantai: Ajat 08:00-12:00 ja 11:00-13:00 menevät päällekkäin.",
        "Öppettider under veckan, lördag: Tiderna 08:00-12:00 och 11:00-13:00 överlappar varandra.",
    ),
    (
        lambda d: topic(d, "housing-building-water").update(parent="housing"),
        "Aihe on liian alhaalla, tai aiheet kiertävät kehää.",
        "Ämnet ligger för långt ner, eller så går ämnena runt i en cirkel.",
    ),
    (lambda d: topic(d, "water")["about"].pop("sv"), "ruotsi: Kenttä puuttuu.", "svenska: Fältet saknas."),
    (
        lambda d: housing(d).update(grace_minutes=500),
        "Luku on liian suuri. Suurin sallittu on 120.",
        "Talet är för stort. Det största tillåtna är 120.",
    ),
    (lambda d: housing(d).update(colour="blue"), "Tällaista kenttää ei ole.", "Det finns inget sådant fält."),
    (lambda d: housing(d).update(kind="shop"), "näistä: console, number.", "av dessa: console, number."),
]


@pytest.fixture
def city(empty: City) -> City:
    return city_of_rules(empty)


@pytest.fixture
def seija(city: City) -> Browser:
    return at_work(city, "seija")


def sent(seija: Browser, city: City, text: str) -> TestResponse:
    return sends(seija, f"{DRAFT}/text", text=text, revision=str(row(city).revision))


@pytest.mark.parametrize(("language", "position"), [("fi", 1), ("sv", 2)])
def test_a_draft_that_is_no_ruleset_yet_says_why_in_her_language(
    city: City, seija: Browser, language: str, position: int
) -> None:
    seija.client.set_cookie("console_language", language)
    for kind in KINDS:
        answer = sent(seija, city, changed(kind[0]))
        assert answer.status_code == 303, answer.text
        page = unescape(seija.page(f"{DRAFT}/check"))
        assert str(kind[position]) in page
        assert '<span lang="en">' not in page


@pytest.mark.parametrize(("language", "position"), [("fi", 1), ("sv", 2)])
def test_a_text_that_cannot_be_kept_says_why_in_her_language(
    city: City, seija: Browser, language: str, position: int
) -> None:
    """YAML that is no ruleset is not kept: her text stands there, with what to mend."""
    seija.client.set_cookie("console_language", language)
    before = row(city)
    for kind in KINDS:
        answer = sent(seija, city, "# mine\n" + json.dumps(json.loads(changed(kind[0])), indent=1))
        assert answer.status_code == 422
        page = unescape(answer.text)
        assert str(kind[position]) in page
        assert "# mine" in page
    assert row(city) == before


@pytest.mark.parametrize(
    ("text", "finnish", "swedish"),
    [
        ("city: {fi: [\n", "Rivi 2: Teksti ei ole YAML- eikä JSON-muotoa.", "Rad 2: Texten är varken YAML eller JSON."),
        (f'{{"version": {"9" * 5000}}}', "Koko teksti: Teksti ei ole", "Hela texten: Texten är varken YAML eller JSON"),
        ("a: 1\na: 2\n", "Rivi 1: Kenttä ”a” on samassa kohdassa kahdesti.", "Rad 1: Fältet ”a” finns två gånger"),
    ],
    ids=["torn", "endless", "twice"],
)
def test_a_text_that_is_no_document_names_the_line(
    city: City, seija: Browser, text: str, finnish: str, swedish: str
) -> None:
    before = row(city)
    for language, words in (("fi", finnish), ("sv", swedish)):
        seija.client.set_cookie("console_language", language)
        answer = sent(seija, city, text)
        assert answer.status_code == 422
        assert words in unescape(answer.text)
    assert row(city) == before


def test_from_the_rules_she_finds_how_calls_were_routed(seija: Browser) -> None:
    assert 'href="/console/why"' in seija.page("/rules")
