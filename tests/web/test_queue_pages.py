"""The queue, a matter's history and a supervisor's decisions, as pages: whose they are, and what they refuse."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.schema import callback_event, promise_told
from callbacks.machine import EVENTS
from console.words import PAGE_LANGUAGES, page_words
from desks.line.machine import EVENTS as LINE_EVENTS
from desks.queue.entry import PARTS
from desks.supervision.deeds import CLOSE_REASONS
from tests.web.console_rig import NOW, NUMBER, Browser, City, two_departments


@pytest.fixture
def city(empty: City) -> City:
    return two_departments(empty)


# --- whose it is -------------------------------------------------------------------------------------------------


def test_an_agent_sees_her_departments_queue_and_nobody_elses(aino: Browser) -> None:
    for path in ("/queue", "/queue/part"):
        page = aino.page(path)
        assert "/console/matters/r1" in page
        assert "/console/callers/c1" in page
        assert "r2" not in page
        assert "/console/callers/c2" not in page


@pytest.mark.parametrize(
    "path", ["/matters/r2", "/matters/r2/part", "/callers/c2", "/callers/c2/part", "/matters/never"]
)
def test_another_departments_matter_is_not_found(aino: Browser, path: str) -> None:
    assert aino.get(path).status_code == 404


def test_an_administrator_sees_all(city: City) -> None:
    page = city.signed_in("olli").page("/queue")
    assert "/console/matters/r1" in page
    assert "/console/matters/r2" in page


# --- looking for one ---------------------------------------------------------------------------------------------


def searched(browser: Browser, asked: str, **more: str) -> Any:
    browser.page("/queue")
    given = {"asked": asked, "csrf_token": browser.word, **more}
    return browser.client.post("/console/queue/search", data=given)


@pytest.mark.parametrize("asked", ["482913", "4567", "040 123 4567", NUMBER])
def test_a_matter_is_looked_up_and_only_hers_found(aino: Browser, asked: str) -> None:
    answer = searched(aino, asked)
    assert answer.status_code == 200
    assert "/console/matters/r1" in answer.text
    assert "/console/matters/r2" not in answer.text


def test_what_was_typed_stands_in_no_address(aino: Browser) -> None:
    answer = searched(aino, "040 123 4567")
    assert answer.request.path == "/console/queue/search"
    assert answer.request.query_string == b""
    assert "1234567" not in "".join(line for line in answer.text.splitlines() if "href=" in line or "src=" in line)


def test_what_was_typed_stands_in_no_log(aino: Browser, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG"):
        searched(aino, "0401234567")
    assert caplog.records
    assert all("1234567" not in f"{record.getMessage()}{record.__dict__}" for record in caplog.records)


@pytest.mark.parametrize(("asked", "words"), [("Virtanen", "Kirjoita vain numeroita"), ("12", "ainakin neljä numeroa")])
def test_a_search_for_something_else_says_what_to_write(aino: Browser, asked: str, words: str) -> None:
    answer = searched(aino, asked)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_search_come_back_to_is_the_whole_queue(aino: Browser) -> None:
    assert aino.get("/queue/search").headers["Location"].endswith("/console/queue")
    assert searched(aino, "").headers["Location"].endswith("/console/queue")


def test_the_search_wants_our_word(city: City, aino: Browser) -> None:
    assert aino.client.post("/console/queue/search", data={"asked": "4567"}).status_code == 403


@pytest.mark.parametrize(
    "query", ["desk=families", "desk=x", "part=closed", "part=x", "language=de", "after=x", "after=line.0.1"]
)
def test_a_choice_that_nobody_offers_is_refused(aino: Browser, query: str) -> None:
    assert aino.get(f"/queue?{query}").status_code == 400


def test_the_queue_is_narrowed_down(city: City, aino: Browser) -> None:
    city.request("r3", language="sv", number_id=city.number("+358405550000"))
    page = aino.page("/queue?language=sv&part=line&desk=housing")
    assert "/console/matters/r3" in page
    assert "/console/matters/r1" not in page


# --- one matter --------------------------------------------------------------------------------------------------


def told(city: City) -> None:
    at = NOW - timedelta(minutes=31)
    step = {"request_id": "r1", "at": at, "fence": 0}
    city.put(callback_event, **step, event="request", from_state="", to_state="requested", who="caller")
    city.offer("a_aino", "ended", "o1", request_id="r1", outcome="declined", reason="conflict", ended_at=NOW)
    skip = {"offer_token": "o1", "who": "service", "from_state": "offered", "to_state": "requested", "fence": 1}
    city.put(callback_event, request_id="r1", at=NOW, event="give_back", **skip)
    window = {"window_start_at": at, "window_end_at": NOW}
    words = "Soitamme tänään kello kymmenen."
    given = {"who": "caller", "via": "voice", "words": words, "kind": "asap", "verdict": "late", "judged_at": NOW}
    city.put(promise_told, id="p1", request_id="r1", at=at, **window, **given)


def test_its_history_is_told_in_words_with_who(city: City, aino: Browser) -> None:
    told(city)
    page = aino.page("/matters/r1")
    for words in (
        "Soittopyyntö tehtiin", "asukas", "Aino Virtanen ohitti asian", "Olen esteellinen",
        "Soitamme tänään kello kymmenen.", "kerrottiin puhelussa", "myöhästyi", "+358 40 1234567",
    ):  # fmt: skip
        assert words in page, words


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_every_step_has_a_sentence_in_each_language(language: str) -> None:
    known = set(page_words(language).words)
    wanted = {f"history.event.{event}" for event in EVENTS} | {f"history.line.{event}" for event in LINE_EVENTS}
    wanted |= {f"queue.part.{part}" for part in PARTS} | {f"queue.help.{part}" for part in PARTS}
    wanted |= {f"close.{reason}" for reason in CLOSE_REASONS}
    assert wanted <= known, wanted - known


def test_a_step_that_no_catalogue_knows_does_not_break_the_page(city: City, aino: Browser) -> None:
    step = {"from_state": "requested", "to_state": "requested", "fence": 0, "who": "service"}
    city.put(callback_event, request_id="r1", at=NOW, event="something_new", **step)
    assert "Uusi tila: Odottaa vuoroa" in aino.page("/matters/r1")
