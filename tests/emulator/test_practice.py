"""The practice desk's residents against documents of these tests: keys by what is heard, talks, misses, times."""

from datetime import UTC, datetime
from typing import Any

import pytest
import yaml

from emulator.practice_model import SCRIPTS, Unreadable, book, read_book
from emulator.practice_pages import words
from emulator.practice_report import Report, Window, read_window
from tests.emulator.other_side import OtherSide
from tests.emulator.rig import CITY, Rig
from tests.rig.waiting import until

MENU = (
    '<Gather numDigits="1" action="/topic" timeout="30"><Say language="fi-FI">Kuopion kaupunki. Suomeksi: paina yksi.'
    "</Say></Gather>"
)
TOPICS = (
    '<Gather numDigits="1" action="/{}" timeout="30"><Say>Asuminen, rakentaminen ja vesi: paina yksi.</Say></Gather>'
)
BILL = '<Gather numDigits="1" action="/agent" timeout="30"><Say>Vesilasku ja vesisopimus: paina neljä.</Say></Gather>'
AGENT = "+358402222222"


def fare(rig: Rig, script: str = "water-bill") -> Any:
    return next((one for one in rig.lab("GET", "practice")["residents"] if one["script"] == script), None)


def comes_to(rig: Rig, state: str, script: str = "water-bill") -> Any:
    return until(
        lambda: found if (found := fare(rig, script)) and found["state"] == state else None,
        10,
        lambda: f"never {state}: {fare(rig, script)}",
    )


def deeds(one: Any) -> list[str]:
    return [each["deed"] for each in one["happened"]]


@pytest.fixture
def service(side: OtherSide, rig: Rig) -> OtherSide:
    """A menu that takes one wrong key, then an agent who answers by herself."""
    side.on("/voice", MENU)
    side.on("/topic", TOPICS.format("wrong"))
    side.on("/wrong", TOPICS.format("right"))
    side.on("/right", BILL)
    side.on("/agent", f"<Dial><Number>{AGENT}</Number></Dial>")
    rig.behave(AGENT, "answer", after=1)
    return side


def test_she_presses_by_what_she_hears_and_says_her_lines_to_the_agent(rig: Rig, service: OtherSide) -> None:
    rig.lab("POST", "practice", {"scripts": ["water-bill"]}, expect=201)
    done = comes_to(rig, "over")
    assert deeds(done) == ["rang", "answered", "hung-up"]
    assert [service.of(path)[0].params["Digits"] for path in ("/topic", "/wrong", "/right", "/agent")] == [*"1814"]
    heard = [e["text"] for e in rig.call(rig.leg_to(AGENT))["events"] if e["kind"] == "heard"]
    assert heard == list(book().scripts["water-bill"].talks[0]), "the agent's telephone shows her words line by line"


def test_one_telephone_rings_once(rig: Rig, service: OtherSide) -> None:
    rig.lab("POST", "practice", {"scripts": ["water-bill"]}, expect=201)
    refused = rig.lab("POST", "practice", {"scripts": ["upset-snow", "water-bill"]}, expect=409)
    assert (refused["reason"], refused["script"]) == ("busy", "water-bill")
    assert fare(rig, "upset-snow") is None, "a refused exercise begins nobody"


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"scripts": []},
        {"scripts": ["nobody"]},
        {"scripts": "water-bill"},
        {"scripts": ["water-bill", "water-bill"]},
        {"scripts": ["water-bill"], "pace": -1},
        {"scripts": ["water-bill"], "pace": "soon"},
        {"preset": "nothing"},
        ["water-bill"],
    ],
)
def test_a_bad_wish_begins_nobody(rig: Rig, wish: object) -> None:
    assert rig.lab("POST", "practice", wish, expect=400)["reason"]
    assert rig.lab("GET", "practice")["residents"] == []


def test_the_pace_is_kept_in_business_time(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Pause length="600"/>')
    rig.lab("POST", "practice", {"scripts": ["water-bill", "upset-snow"], "pace": 1}, expect=201)
    first, second = comes_to(rig, "rings"), comes_to(rig, "rings", "upset-snow")
    began = [datetime.fromisoformat(one["happened"][0]["at"]) for one in (first, second)]
    assert 59 <= (began[1] - began[0]).total_seconds() < 90


def test_whoever_is_stopped_hangs_up_and_expects_nothing(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Pause length="600"/>')
    rig.lab("POST", "practice", {"scripts": ["water-bill"]}, expect=201)
    comes_to(rig, "rings")
    rig.lab("POST", "practice/water-bill/stop", {}, expect=200)
    comes_to(rig, "stopped")
    assert not [one for one in rig.lab("GET", "calls?active=1")["calls"] if one["from"] == "+358401239001"]
    rig.lab("POST", "practice/water-bill/stop", {}, expect=404)


def test_she_will_not_wait_for_ever(rig: Rig, side: OtherSide) -> None:
    side.on("/voice", '<Pause length="500"/>')
    rig.lab("POST", "clock", {"rate": 600})
    rig.lab("POST", "practice", {"scripts": ["upset-snow"]}, expect=201)
    assert deeds(comes_to(rig, "over", "upset-snow")) == ["rang", "gave-up"]


def test_a_promise_in_a_text_is_judged_by_the_first_ring(rig: Rig, side: OtherSide) -> None:
    """What the machine answers is no talk of hers; the second ring is."""
    rig.lab("POST", "clock", {"business_time": "2026-11-24T10:00:00+02:00", "rate": 60})
    side.on("/voice", '<Say language="fi-FI">Soitamme asumiseen liittyvästä asiastasi tänään.</Say>')
    side.on("/ring", f"<Dial><Number>{AGENT}</Number></Dial>")
    rig.behave(AGENT, "answer", after=1)
    rig.lab("POST", "practice", {"scripts": ["rent-machine"]}, expect=201)
    number = book().scripts["rent-machine"].number
    body = "Kuopion kaupunki: soitamme sinulle ti 24.11. klo 10-11."
    until(lambda: fare(rig, "rent-machine"), 5, lambda: "she is not about")
    rig.rest("POST", "Messages.json", To=number, From=CITY, Body=body)
    comes_to(rig, "expects", "rent-machine")
    machine = rig.rest("POST", "Calls.json", To=number, From=CITY, Url=f"{side.base}/ring").json()["sid"]
    until(lambda: "machine" in deeds(fare(rig, "rent-machine")), 5, lambda: f"{fare(rig, 'rent-machine')}")
    rig.hang_up(machine)
    comes_to(rig, "expects", "rent-machine")
    rig.rest("POST", "Calls.json", To=number, From=CITY, Url=f"{side.base}/ring")
    done = comes_to(rig, "over", "rent-machine")
    assert done["verdict"] == "kept"
    assert [deed for deed in deeds(done) if deed in ("machine", "answered")] == ["machine", "answered"]


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("fi", "soitamme sinulle ti 24.11. klo 10.15-11.", ("10:15", "11:00")),
        ("sv", "vi ringer dig ti 24.11 kl. 10-11.30.", ("10:00", "11:30")),
        ("en", "we will ring you Tue 24 Nov between 10:00 and 24:00.", ("10:00", "00:00")),
    ],
)
def test_a_told_time_is_read_as_it_is_written(language: str, text: str, told: tuple[str, str]) -> None:
    found = read_window(text, book().answers[language].window, datetime(2026, 11, 23, 8, tzinfo=UTC))
    assert found is not None
    assert (f"{found.begins:%d %H:%M}", f"{found.ends:%H:%M}") == (f"24 {told[0]}", told[1])


@pytest.mark.parametrize(("hour", "verdict"), [(7, "early"), (8, "kept"), (10, "late")])
def test_a_ring_outside_the_told_time_is_no_kept_promise(hour: int, verdict: str) -> None:
    report = Report()
    report.promised(Window(datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)))
    report.rung(datetime(2026, 11, 24, hour, 30, tzinfo=UTC))
    report.rung(datetime(2026, 11, 24, 8, 30, tzinfo=UTC))
    assert report.verdict == verdict


def test_the_scripts_are_in_three_languages_and_every_word_too() -> None:
    scripts = book().scripts.values()
    assert len(scripts) >= 8
    assert {script.language for script in scripts} == {"fi", "sv", "en"}
    for script in scripts:
        assert set(script.title) == set(script.teaches) == {"fi", "sv", "en"}
    assert _shape(words()["fi"]) == _shape(words()["sv"]) == _shape(words()["en"])


def _shape(entry: Any) -> Any:
    return {key: _shape(value) for key, value in entry.items()} if isinstance(entry, dict) else None


@pytest.mark.parametrize(
    "harm", [{"number": "040"}, {"language": "no"}, {"rung": ["sometimes"]}, {"keys": [{"hear": "x", "press": "?"}]}]
)
def test_a_script_that_cannot_be_played_is_told_by_name(harm: dict[str, object]) -> None:
    content = yaml.safe_load(SCRIPTS.read_text(encoding="utf-8"))
    content["scripts"][0] |= harm
    with pytest.raises(Unreadable, match="water-bill"):
        read_book(content)
