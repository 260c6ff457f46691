"""Hints for everybody reach every page, a few at a time, and never hold up a hint for one."""

import time
from collections.abc import Iterator
from queue import Queue

from console.hub import HINT, Hub
from console.spread import Spread
from tests.rig.waiting import until

PAGES = 200


def test_a_small_city_is_told_in_the_same_moment() -> None:
    told: list[int] = []
    Spread(told.append, at_once=8).everybody(range(8))
    assert told == list(range(8))


def test_a_large_city_is_told_in_turn_and_nobody_twice() -> None:
    told: list[int] = []
    spread = Spread(told.append, at_once=8, per_second=400)
    began = time.monotonic()
    spread.everybody(range(PAGES))
    assert len(told) == 8, "two hundred pages must not re-read at once"
    for _ in range(5):
        spread.everybody(range(8, PAGES))  # hinted again while they wait: still one reading
    spread.start()
    until(lambda: spread.waiting() == 0, 10, lambda: f"{spread.waiting()} still wait")
    assert time.monotonic() - began >= (PAGES - 8) / 400
    until(lambda: len(told) == PAGES, 5, lambda: f"{len(told)} told")
    assert sorted(told) == list(range(PAGES))
    spread.stop()


def test_whoever_was_told_by_herself_has_no_second_turn() -> None:
    told: list[int] = []
    spread = Spread(told.append, at_once=1, per_second=1000)
    spread.everybody([1, 2, 3])
    spread.forget(2)
    spread.start()
    until(lambda: spread.waiting() == 0 and len(told) == 2, 5, lambda: f"{told}")
    assert told == [1, 3]
    spread.stop()


def test_her_own_hint_overtakes_everybodys() -> None:
    silent: Queue[str] = Queue()

    def subscribe(channel: str) -> Iterator[str]:
        yield silent.get()

    hub = Hub(subscribe)  # not started: nobody's turn comes
    pages = [hub.lines(hub.open(f"a_{n}"), ping_seconds=0.01) for n in range(PAGES)]
    assert {next(page) for page in pages} == {HINT}
    hub.tell("all")
    hub.tell("a_199")
    assert next(pages[199]) == HINT
