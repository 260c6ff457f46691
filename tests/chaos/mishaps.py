"""Mishaps at the provider, sown at random over the requests that are still to come; gone when the block is left."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.chaos.fault import Scene

ENDLESS = 100_000


@dataclass(frozen=True)
class Mishap:
    """One in ``every`` requests of these meets it; ``more``: as the lab's faults have it (seconds, status ...)."""

    on: str  # webhook | rest
    do: str
    match: str
    every: int
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """For the table: a 500 and a 429 are two."""
        return f"{self.do} {self.more['status']}" if "status" in self.more else self.do


def sown(scene: Scene, mishaps: Sequence[Mishap], requests: int) -> list[dict[str, object]]:
    """Over so many requests of each kind; where two would fall on the same one, the later waits for the next."""
    places: list[tuple[int, Mishap]] = []
    for mishap in mishaps:
        count = requests // mishap.every
        places += [(scene.random.randrange(requests), mishap) for _ in range(count)]
    places.sort(key=lambda place: place[0])
    return [
        {"id": one.name, "on": one.on, "do": one.do, "match": one.match, "skip": skip, "times": 1, **one.more}
        for skip, one in places
    ]


@contextmanager
def mishaps(scene: Scene, *wanted: Mishap, requests: int = 400) -> Iterator[None]:
    """How many struck is counted when the block is left."""
    scene.city.disturbances.extend(sorted({f"{one.do} at {one.match}" for one in wanted}))
    scene.city.lab.post("/lab/faults", sown(scene, wanted, requests))  # type: ignore[arg-type]
    before = struck(scene)
    try:
        yield
    finally:
        scene.city.lab.delete("/lab/faults")
        scene.counts.update(struck(scene) - before)


def struck(scene: Scene) -> Counter[str]:
    return Counter(named(entry) for entry in scene.city.lab.history() if entry["kind"] == "fault")


def named(entry: Mapping[str, object]) -> str:
    """A sown one by its own name; others have a number of the lab's."""
    deed, name = str(entry["do"]), str(entry["fault"])
    return name if name.startswith(deed) else deed


def always(scene: Scene, on: str, do: str, match: str, **more: object) -> None:
    """Every such request, until the faults are cleared."""
    scene.city.lab.fault(on, do, match, times=ENDLESS, **more)
