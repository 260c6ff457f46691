"""The crawler finds nothing wrong in the city, and finds whatever is planted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.crawl.__main__ import Report, crawl
from tests.crawl.city import WebCity
from tests.crawl.classes import alike
from tests.crawl.explore import Answer, Crawl, Knock
from tests.crawl.graph import Graph
from tests.crawl.judge import Fault, faults_of
from tests.crawl.pure import BASE, DialogueAlone
from tests.crawl.pure_scenarios import catalogue, sample, scenarios
from tests.crawl.scenarios import MOMENTS, scenarios_in_short
from tests.crawl.words import Words

pytestmark = pytest.mark.long

BRANCHES_OF_A_SCENARIO = 150  # ``make crawl`` has no such end
FEWEST_BRANCHES = 1200


# --- the city itself -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    city = WebCity(tmp_path_factory.mktemp("crawled")).start()
    try:
        yield crawl(city, scenarios_in_short(), BRANCHES_OF_A_SCENARIO, every_matter=False, tell=print)
    finally:
        city.stop()


def test_no_branch_of_the_city_is_a_dead_end_or_sounds_wrong(report: Report) -> None:
    assert report.faults == [], "\n".join(map(str, [report, *report.faults[:20]]))
    assert report.log == (), "the web process had something to complain about"
    assert report.branches >= FEWEST_BRANCHES


def test_every_moment_of_the_week_and_every_caller_is_tried() -> None:
    tried = scenarios_in_short()
    assert {scenario.moment for scenario in tried} == set(MOMENTS)
    assert len({scenario.caller.name for scenario in tried}) >= 7


# --- planted faults ------------------------------------------------------------------------------------------------

Change = Callable[[str, str], str]  # (address, document) -> document


@dataclass
class Planted:
    """The dialogue alone, with something wrong in its answers."""

    city: DialogueAlone
    change: Change
    status: Callable[[str], int] = field(default=lambda url: 200)

    def answer(self, call: str, url: str, form: tuple[tuple[str, str], ...]) -> Answer:
        answer = self.city.answer(call, url, form)
        return Answer(self.status(url), self.change(url, answer.body))

    def mark(self, call: str) -> object:
        return self.city.mark(call)

    def back_to(self, mark: object) -> None:
        self.city.back_to(mark)


def found(change: Change, status: Callable[[str], int] = lambda url: 200) -> list[Fault]:
    alone = dict(scenarios())["open"]
    simple = alike(sample(), alone.facts.now, alone.facts.staffed)
    planted = Planted(alone, change, status)
    done = Crawl(planted, Knock(f"{BASE}/voice/incoming"), simplify=simple, most=1500).run()
    words = Words.of(catalogue(), sample())
    return [*(fault for branch in done.branches for fault in faults_of(branch, words)), *Graph(done, words).faults()]


def kinds(faults: list[Fault]) -> set[str]:
    return {fault.kind for fault in faults}


def in_the_menu(change: Callable[[str], str]) -> Change:
    """Only in the Swedish topics, as they come right after the language key."""

    def changed(url: str, document: str) -> str:
        here = "/voice/step/language" in url and "/topic?" in document and 'language="sv-SE"' in document
        return change(document) if here else document

    return changed


def replaced(old: str, new: str, where: str = "") -> Change:
    return lambda url, document: document.replace(old, new) if where in url else document


GATHER = re.compile("<Gather[^>]*>|</Gather>")
FAULTS: dict[str, tuple[str, Change]] = {
    "a menu that leads nowhere": ("dead end", in_the_menu(lambda document: GATHER.sub("", document))),
    "silence that is not heard": ("dead end", replaced(' actionOnEmptyResult="true"', "", "/step/language")),
    "a call that ends without a word": ("dead end", in_the_menu(lambda _: "<Response><Hangup /></Response>")),
    "a menu that goes round for ever": ("dead end", replaced("try=2", "try=1")),
    "Finnish in the Swedish menu": (
        "language",
        replaced("Gator, parkering och bussar: tryck två.", "Kadut, pysäköinti ja bussit: paina kaksi."),
    ),
    "a Swedish voice in the Finnish menu": (
        "language",
        replaced(
            '<Say language="fi-FI" voice="Polly.Suvi', '<Say language="sv-SE" voice="Polly.Elin', "/step/language"
        ),
    ),
    "an attribute that nobody knows": (
        "invalid",
        in_the_menu(lambda document: document.replace("numDigits=", "keys=")),
    ),
    "a document that is cut off": ("invalid", in_the_menu(lambda document: document[:-12])),
    "a voice that does not exist": ("invalid", replaced("Polly.Elin-Neural", "Polly.Suvi")),
    "another house": ("invalid", replaced(f"{BASE}/voice/step/topic", "https://elsewhere.example/voice")),
    "a greeting that takes its time": (
        "first key",
        replaced("Kuopion kaupunki. ", "Tervetuloa Kuopion kaupungin puhelinpalveluun. ", "/incoming"),
    ),
    "a menu that talks for a minute": (
        "offer",
        replaced(": paina yksi.", f" {'ja muut samanlaiset asiat ' * 30}: paina yksi.", "/step/language"),
    ),
    "too little time for a key": ("key", replaced('timeout="7"', 'timeout="3"')),
    "a long silence": ("silence", replaced("</Gather>", '<Pause length="9" /></Gather>')),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    kind, change = FAULTS[name]
    assert kind in kinds(found(change))


def test_a_step_that_fails_is_found() -> None:
    assert "invalid" in kinds(found(lambda url, document: document, lambda url: 500 if "/number" in url else 200))


def test_without_a_planted_fault_nothing_is_found() -> None:
    faults = found(lambda url, document: document)
    assert faults == [], "\n".join(map(str, faults[:10]))


def test_the_report_is_red_on_any_fault_and_on_any_complaint() -> None:
    assert Report().well()
    assert not Report(faults=[Fault("dead end", "nothing follows", ("rings",))]).well()
    assert not Report(log=("Traceback",)).well()


def test_every_scenario_has_a_name_of_its_own(tmp_path: Path) -> None:
    names = [str(scenario) for scenario in scenarios_in_short()]
    assert len(set(names)) == len(names)
