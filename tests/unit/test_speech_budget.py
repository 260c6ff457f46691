"""Decision 26 over every path of words: the first key within eight seconds, help offered within sixty.

Time is added up: fourteen characters a second, 0.4 s after each announcement, a second and a half from the last word
to the key. Counted for callers who listen to the end of each menu, for those who press at once, and for the silent.
"""

from functools import cache
from urllib.parse import urlsplit

import pytest

from ivr.dialogue.steps import STEPS
from tests.crawl.classes import alike
from tests.crawl.explore import Crawl, Knock
from tests.crawl.graph import CALLERS, INTERRUPTED, OFFER_SECONDS, STRAY, Graph, Way
from tests.crawl.judge import Fault, faults_of
from tests.crawl.pure import BASE
from tests.crawl.pure_scenarios import catalogue, sample, scenarios
from tests.crawl.words import Words

CITIES = dict(scenarios())
FEWEST_BRANCHES = 100
BETWEEN_THEM = (
    *("open", "closed", "known", "missed", "foreign", "overloaded", "only Finnish on duty", "the same matter again"),
    *("an adviser has accepted", "the desk closes", "known, sensitive", "the sound is not there"),
)
STEPS_WITHOUT_AN_ADDRESS = {"message"}  # said within the step before it


@cache
def words() -> Words:
    return Words.of(catalogue(), sample())


@cache
def crawled(name: str) -> Graph:
    city = CITIES[name]
    simple = alike(city.facts.rules, city.facts.now, city.facts.staffed)
    crawl = Crawl(city, Knock(f"{BASE}/voice/incoming"), simplify=simple).run()
    assert len(crawl.branches) >= FEWEST_BRANCHES
    return Graph(crawl, words())


@pytest.mark.parametrize("name", CITIES)
def test_every_path_offers_help_within_a_minute_and_ends_well(name: str) -> None:
    graph = crawled(name)
    faults = [fault for branch in graph.crawl.branches for fault in faults_of(branch, words())]
    assert not faults, _each_once(faults)
    callers = (INTERRUPTED, STRAY) if name.startswith("a notice") else CALLERS
    for caller in callers:
        late = [way for way in graph.ways(caller) if way.seconds > OFFER_SECONDS]
        assert not late, f"a caller {caller.name}\n{_longest(late)}"
    graph.callers = callers
    left = list(graph.faults())
    assert not left, _each_once(left)


def test_no_step_of_a_call_is_left_untried() -> None:
    graphs = [crawled(name) for name in BETWEEN_THEM]
    tried = {urlsplit(branch.url).path.rpartition("/")[2] for graph in graphs for branch in graph.crawl.branches}
    assert set(STEPS) - tried <= STEPS_WITHOUT_AN_ADDRESS


def _longest(ways: list[Way]) -> str:
    return "\n".join(str(way) for way in sorted(ways, key=lambda way: -way.seconds)[:8])


def _each_once(faults: list[Fault]) -> str:
    """One of each, with the shortest way to it."""
    by_kind: dict[str, Fault] = {}
    for fault in sorted(faults, key=lambda one: len(one.path)):
        by_kind.setdefault(f"{fault.kind}: {fault.what}", fault)
    return f"{len(faults)} faults\n" + "\n".join(str(fault) for fault in list(by_kind.values())[:20])
