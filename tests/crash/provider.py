"""The provider fails once while a promise is kept: answers lost, refused or late, news lost, doubled, unordered."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.calls.promise_scenarios import the_promise_is_kept
from tests.crash.faults import KEPT
from tests.rig.city import City

FAULTS: Mapping[str, Mapping[str, object]] = {
    "the answer to the ring is lost": {"on": "rest", "do": "lose_answer", "match": "/Calls.json"},
    "500 before the ring": {"on": "rest", "do": "status_before", "match": "/Calls.json", "status": 500},
    "500 after the ring": {"on": "rest", "do": "status_after", "match": "/Calls.json", "status": 500},
    "429 instead of the ring": {"on": "rest", "do": "status_before", "match": "/Calls.json", "status": 429},
    "the accept never arrives at first": {"on": "webhook", "do": "drop", "match": "/voice/agent/ring"},
    "the answer to the accept is lost": {"on": "webhook", "do": "lose_answer", "match": "/voice/agent/ring"},
    "the accept comes twice at once": {"on": "webhook", "do": "double_at_once", "match": "/voice/agent/ring"},
    "the end of the talk is told twice": {"on": "webhook", "do": "double", "match": "/voice/agent/over"},
    "the answer to the end is lost": {"on": "webhook", "do": "lose_answer", "match": "/voice/agent/over"},
    "news of legs come twice": {"on": "webhook", "do": "double_at_once", "match": "/voice/leg", "times": 40},
    "news of legs come out of order": {"on": "webhook", "do": "hold_back", "match": "/voice/leg", "times": 3},
    "news of the agent's leg never come": {"on": "webhook", "do": "drop", "match": "w=agent", "times": 200},
    "the resident's leg is only known at its end": {"on": "webhook", "do": "drop", "match": "w=resident", "times": 3},
}


@dataclass(frozen=True)
class ProviderCase:
    name: str

    def __str__(self) -> str:
        return f"{self.name}, {KEPT}"


def run(city: City, case: ProviderCase) -> None:
    def arm() -> None:
        city.disturbances.append(case.name)
        city.lab.post("/lab/faults", dict(FAULTS[case.name]))

    the_promise_is_kept(city, arm)


def all_cases() -> list[ProviderCase]:
    return [ProviderCase(name) for name in FAULTS]
