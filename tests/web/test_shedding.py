"""While callers need the machine the console leaves out what only shows, says so calmly, and leaves out no deed."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask

from adapters.load import LEVELS, Level
from console.pages import ROUTES
from console.shedding import IN_HAND, SHED_FROM
from tests.web.console_rig import Browser, City

CALM = {"fi": "Mitään ei ole kadonnut.", "sv": "Ingenting har försvunnit.", "en": "Nothing has been lost."}


@dataclass
class Busy:
    level: Level = 0


@pytest.fixture
def busy(empty: City) -> Busy:
    empty.agent("aino")
    empty.agent("sirpa", role="supervisor")
    empty.app.extensions["load"] = load = Busy()
    return load


def asked(browser: Browser, path: str, **headers: str) -> int:
    return browser.client.get(path, headers=headers).status_code


def test_every_name_that_is_shed_is_a_routes() -> None:
    assert set(SHED_FROM) <= {route.name for route in ROUTES}
    assert set(SHED_FROM.values()) == set(LEVELS) - {0}


def test_no_deed_is_ever_shed() -> None:
    """Whatever changes something is answered; a search that is posted changes nothing."""
    posted = {route.name for route in ROUTES if route.method == "POST"} & set(SHED_FROM)
    assert posted == {"recordings_found", "why_search", "rules_tried", "queue_search"}


@pytest.mark.parametrize(
    ("level", "shed"),
    [
        (0, ()),
        (1, ("/console/audit", "/console/audit.csv", "/console/why")),
        (2, ("/console/audit", "/console/line/part", "/console/queue/part", "/console/events-ticket")),
        (3, ("/console/audit", "/console/line/part", "/console/part")),
    ],
)
def test_figures_first_then_boards_then_cards_with_nothing_in_hand(
    empty: City, busy: Busy, level: Level, shed: tuple[str, ...]
) -> None:
    sirpa = empty.signed_in("sirpa")
    busy.level = level
    paths = (
        *("/console/audit", "/console/audit.csv", "/console/why", "/console/line/part", "/console/queue/part"),
        *("/console/events-ticket", "/console/part", "/console/", "/console/line"),
    )
    refused = {path for path in paths if asked(sirpa, path) == 503}
    assert refused >= set(shed)
    if level < 2:
        assert refused == set(shed)
    assert not refused & {"/console/", "/console/line"}, "a page that somebody opens to act is opened"


def test_the_card_of_a_live_matter_goes_before_every_board(empty: City, busy: Busy) -> None:
    aino = empty.signed_in("aino")
    busy.level = 3
    assert asked(aino, "/console/part") == 503
    assert asked(aino, "/console/part", **{IN_HAND: "yes"}) == 200
    assert asked(aino, "/console/line/part", **{IN_HAND: "yes"}) == 503


def test_a_sign_of_life_and_a_deed_go_through(empty: City, busy: Busy) -> None:
    aino = empty.signed_in("aino")
    busy.level = 3
    assert aino.post("/heartbeat").status_code == 200
    assert aino.post("/presence", state="available").status_code == 200


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_page_that_waits_says_so_in_every_language(empty: City, busy: Busy, language: str) -> None:
    sirpa = empty.signed_in("sirpa")
    sirpa.client.set_cookie("console_language", language)
    busy.level = 1
    answer = sirpa.client.get("/console/audit", headers={"Accept": "text/html"})
    assert answer.status_code == 503
    assert CALM[language] in answer.text
    seconds = int(answer.headers["Retry-After"])
    assert 5 <= seconds <= 20
    assert re.search(rf"\b{seconds}\b", answer.text)


def test_nobody_is_looked_up_for_an_answer_that_spares_work(empty: City, busy: Busy) -> None:
    busy.level = 3
    assert asked(empty.browser(), "/console/line/part") == 503


def test_without_a_measure_nothing_is_shed(empty: City) -> None:
    empty.agent("sirpa", role="supervisor")
    app: Flask = empty.app
    app.extensions.pop("load", None)
    assert asked(empty.signed_in("sirpa"), "/console/audit") == 200
