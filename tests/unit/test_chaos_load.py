"""Ten times the callers: what counts as a flood, who was let in, and whose fault it is that the machine was slow."""

import pytest

from tests.chaos import machine
from tests.chaos.faults_load import LEAST_ASKED, no_flood, p99_inside
from tests.chaos.flood import BOARDS, PAGES

NOW = 1_000_000.0


def step(path: str, ms: float, status: int | None = 200) -> dict[str, object]:
    return {
        "kind": "webhook",
        "call_sid": "CA1",
        "url": f"http://city{path}",
        "status": status,
        "body": "<Response/>",
        "ms": ms,
        "machine": NOW,
        "attempt": 0,
        "copy": False,
        "outcome": "answered" if status else "rt 11200 no answer in time",
        "fault": None,
    }


@pytest.mark.parametrize(
    ("missing", "named"), [({}, []), ({PAGES: 6}, [f"{PAGES}: 6, no flood"]), ({BOARDS: 0}, [f"{BOARDS}: 0, no flood"])]
)
def test_a_console_that_was_hardly_asked_was_not_flooded(missing: dict[str, int], named: list[str]) -> None:
    assert no_flood({**LEAST_ASKED, **missing}) == named


def test_who_waits_at_the_door_is_not_in_and_who_is_in_and_waits_in_vain_counts() -> None:
    door, inside = step("/voice/incoming?knock=2", 4_000), step("/voice/step/topic", 40)
    assert p99_inside([door, inside], NOW - 1, NOW + 1) == 40
    assert p99_inside([door, inside, step("/voice/step/wait", 5_000, None)], NOW - 1, NOW + 1) == 5_000


def test_what_neither_the_city_nor_the_suite_took_is_strangers() -> None:
    before = machine.Spent(worked=100, ours=50, every=400)
    assert machine.strangers(before, machine.Spent(worked=120, ours=70, every=440)) == 0, "it was all ours"
    assert machine.strangers(before, machine.Spent(worked=130, ours=60, every=440)) == 0.5
    assert machine.strangers(before, before) == 0
