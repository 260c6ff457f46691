"""Work of a certain hour whose effects can be counted: the night's letting go of requests that are old enough.

It falls due as often as a fault wants: requests of long ago are written, and that tonight's work was done is forgotten.
Each request is let go once, and each once counted in the proofs, however many clocks there are and however they end.
"""

from sqlalchemy import text

from tests.chaos.fault import Scene
from tests.chaos.filling import Past, emptied, filled
from tests.rig.waiting import until

OLD_DAYS, PORTION = 2000, 60
DONE_SECONDS = 45.0
FORGET = "DELETE FROM deletion WHERE kind = 'night'"
STILL = "SELECT 1 FROM callback_request WHERE number_id IS NOT NULL AND closed_at < '2025-01-01'"
GONE = "SELECT 1 FROM callback_request WHERE number_id IS NULL"
PROVED = "SELECT coalesce(sum(count), 0) AS n FROM deletion WHERE kind = 'request' AND why = 'retention'"


def falls_due(scene: Scene) -> None:
    """Once more, with so many requests to let go."""
    begun = scene.counts["nights due"]
    filled(scene, PORTION, Past("done", OLD_DAYS, first=begun * PORTION))
    scene.counts["nights due"] += 1
    _forget(scene)


def is_over(scene: Scene) -> None:
    """Waits until nothing is left of it, counts, and takes away what was written for it."""
    until(lambda: _none_left(scene), DONE_SECONDS, lambda: "what is due at night is not done")
    gone, proved = len(scene.city.sql(GONE)), int(scene.city.one(PROVED)["n"])
    scene.counts["let go at night"] += gone
    scene.seen["nights"] = (gone, proved, scene.counts["nights due"] * PORTION)
    emptied(scene)


def once_each(scene: Scene) -> list[str]:
    """I8, by the effects."""
    gone, proved, wanted = scene.seen.get("nights", (0, 0, PORTION))
    return counted_once(int(str(gone)), int(str(proved)), int(str(wanted)))


def counted_once(gone: int, proved: int, wanted: int) -> list[str]:
    """``wanted``: of the fault's own; whatever else grew old meanwhile is let go, too."""
    found = [] if gone >= wanted else [f"the night's work: {wanted} were due, {gone} let go"]
    return found + ([] if gone == proved else [f"the night's work: {gone} let go, {proved} counted"])


def _none_left(scene: Scene) -> bool:
    """One that was under way when they were written has passed them by: it falls due once more."""
    if not scene.city.sql(STILL):
        return True
    _forget(scene)
    return False


def _forget(scene: Scene) -> None:
    with scene.city.engine.begin() as connection:
        connection.execute(text(FORGET))
