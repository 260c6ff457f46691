"""What is at stake in every run, whatever its load does: requests that fall due one by one in the fault's window.

A run in which nobody is promised anything or rung shows nothing. ``without`` names the faults of which that is true.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from tests.chaos.fault import Fault, Scene
from tests.chaos.naive import promised

HOLDERS = 4
FIRST_NUMBER = 5000  # of a series: the faults' own residents stand below
TALK_SECONDS = 8.0


def placed(scene: Scene) -> list[str]:
    """Residents who wait for a ring in the window that is about to begin; their numbers."""
    apart = scene.seconds * scene.city.rate / HOLDERS
    return due(scene, HOLDERS, FIRST_NUMBER, apart)


def due(scene: Scene, count: int, first: int = 0, apart: float = 0.0) -> list[str]:
    """``apart``: business seconds from one to the next; the first one is due now. All of them answer."""
    numbers = [f"+35841{scene.load.pace.series:03}{first + n:04}" for n in range(count)]
    scene.load.numbers.extend(numbers)
    for number in numbers:
        scene.city.lab.behave(number, "answer", after=1.0, talk=TALK_SECONDS)
    promised(scene.city, numbers, apart)
    return numbers


def without(rows: Iterable[tuple[str, Mapping[str, float]]], faults: Iterable[Fault]) -> list[str]:
    """(id, figures) of runs: the faults in all of whose runs together no promise was heard and no resident rung, those
    apart that say why."""
    stakes: Counter[str] = Counter()
    for fault, figures in rows:
        stakes[fault] += int(figures["heard"] + figures["rings"])
    excused = {fault.id for fault in faults if fault.nothing_at_stake}
    return sorted(fault for fault, number in stakes.items() if number == 0 and fault not in excused)
