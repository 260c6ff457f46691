"""How long whoever types wrong passwords has to wait. Pure: counts and times are arguments.

Three counters, so that guessing is slow and nobody's colleague is locked out by it:

* a browser that this person has signed in with before has a counter of its own, and no other counts for it: whoever
  types wrong passwords for her name elsewhere, or in the same building, keeps nobody out of her own workplace;
* every other browser is counted by the name it tries: nothing for a slip of the finger, then doubling;
* and by its network address, far more generously: a whole town hall may stand behind one.
"""

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_WAIT_SECONDS = 300.0
FREE_TRIES = 5
FREE_TRIES_OF_AN_ADDRESS = 60


@dataclass(frozen=True)
class Tries:
    """One counter. ``forgiven``: a right password forgets its failures; an address keeps those of the others."""

    key: str
    free: int
    forgiven: bool


@dataclass(frozen=True)
class Visitor:
    """Where a try comes from. ``known_as``: whose signed-in browser this has been (agent id and browser id)."""

    address: str | None = None  # None: not known, behind a proxy that the settings do not tell of
    known_as: tuple[str, str] | None = None

    def counters(self, name: str, agent_id: str | None) -> tuple[Tries, ...]:
        if self.known_as is not None and self.known_as[0] == agent_id:
            return (Tries(f"browser {self.known_as[1]}", FREE_TRIES, forgiven=True),)
        by_name = Tries(f"name {name}"[:80], FREE_TRIES, forgiven=True)
        if self.address is None:
            return (by_name,)
        return (by_name, Tries(f"address {self.address}"[:80], FREE_TRIES_OF_AN_ADDRESS, forgiven=False))


def wait_after(failures: int, free: int = FREE_TRIES) -> float:
    """Seconds to wait after the last wrong try: nothing for a slip of the finger, then doubling up to five minutes."""
    if failures < free:
        return 0.0
    return float(min(LONGEST_WAIT_SECONDS, 2.0 ** min(failures - free + 1, 20)))


def wait_left(failed: Callable[[str], tuple[int, float]], tries: tuple[Tries, ...], machine: float) -> float:
    """``failed``: how many tries a key has failed, and when the last one was. Not above 0: the try counts."""

    def left(one: Tries) -> float:
        count, last = failed(one.key)
        return last + wait_after(count, one.free) - machine

    return max(left(one) for one in tries)
