"""The first key within eight seconds and help offered within sixty, over every path of words.

Why: docs/decisions/0007. Time is added up: fourteen characters a second, 0.4 s after each announcement, a second and a
half from the last word to the key. Counted for callers who listen to the end of each menu, for those who press at once,
and for the silent. The situations here go through every step of a call between them; ``make crawl`` tries all that are
known.
"""

from functools import cache
from urllib.parse import urlsplit

import pytest

from ivr.dialogue.steps import STEPS
from tests.crawl import alone
from tests.crawl.graph import Graph
from tests.crawl.judge import Fault
from tests.crawl.pure_scenarios import catalogue, sample, scenarios
from tests.crawl.words import Words

CITIES = dict(scenarios())
FEWEST_BRANCHES = 100
BETWEEN_THEM = (
    *("open", "closed", "known", "missed", "foreign", "overloaded", "only Finnish on duty", "the same matter again"),
    "missed, rung again",
    *("an adviser has accepted", "the desk closes", "known, sensitive", "the sound is not there", "a notice for all"),
)
STEPS_WITHOUT_AN_ADDRESS = {"message"}  # said within the step before it


@cache
def words() -> Words:
    return Words.of(catalogue(), sample())


@cache
def crawled(name: str) -> Graph:
    graph = alone.crawled(CITIES[name], words())
    assert len(graph.crawl.branches) >= FEWEST_BRANCHES
    return graph


@pytest.mark.parametrize("name", BETWEEN_THEM)
def test_every_path_offers_help_within_a_minute_and_ends_well(name: str) -> None:
    graph = crawled(name)
    longest = [f"a caller {caller}: {way}" for caller, way in alone.late(name, graph)]
    assert not longest, "\n".join(longest[:8])
    found = list(alone.faults(name, graph, words()))
    assert not found, _each_once(found)


def test_no_step_of_a_call_is_left_untried() -> None:
    graphs = [crawled(name) for name in BETWEEN_THEM]
    tried = {urlsplit(branch.url).path.rpartition("/")[2] for graph in graphs for branch in graph.crawl.branches}
    assert set(STEPS) - tried <= STEPS_WITHOUT_AN_ADDRESS


def _each_once(faults: list[Fault]) -> str:
    """One of each, with the shortest way to it."""
    by_kind: dict[str, Fault] = {}
    for fault in sorted(faults, key=lambda one: len(one.path)):
        by_kind.setdefault(f"{fault.kind}: {fault.what}", fault)
    return f"{len(faults)} faults\n" + "\n".join(str(fault) for fault in list(by_kind.values())[:20])
