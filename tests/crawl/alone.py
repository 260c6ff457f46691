"""The dialogue alone: every path of words in a situation, and the budget of seconds over it. No process runs."""

from collections.abc import Iterator

from tests.crawl.classes import alike
from tests.crawl.explore import Crawl, Knock
from tests.crawl.graph import CALLERS, INTERRUPTED, OFFER_SECONDS, STRAY, Graph, Way
from tests.crawl.judge import Fault, faults_of
from tests.crawl.pure import BASE, DialogueAlone
from tests.crawl.words import Words


def crawled(city: DialogueAlone, words: Words) -> Graph:
    simple = alike(city.facts.rules, city.facts.now, city.facts.staffed)
    return Graph(Crawl(city, Knock(f"{BASE}/voice/incoming"), simplify=simple).run(), words)


def faults(name: str, graph: Graph, words: Words) -> Iterator[Fault]:
    """A listener's minute is not counted while a notice is on air: whoever is in a hurry presses through it."""
    if name.startswith("a notice"):
        graph.callers = (INTERRUPTED, STRAY)
    for branch in graph.crawl.branches:
        yield from faults_of(branch, words)
    yield from graph.faults()


def late(name: str, graph: Graph) -> Iterator[tuple[str, Way]]:
    """Ways on which help is offered after more than a minute, the longest first."""
    for caller in (INTERRUPTED, STRAY) if name.startswith("a notice") else CALLERS:
        found = (way for way in graph.ways(caller) if way.seconds > OFFER_SECONDS)
        yield from ((caller.name, way) for way in sorted(found, key=lambda way: -way.seconds))
