"""Whether the record is asked at all just now. After it has let us down nobody pays its deadline for a moment.

A unit that was slow by itself, while others are answered, is no outage: refusing everybody for it would cost ten
callers their answers for one that was late, and the provider's quick second and third tries with them.
"""

import time
from collections.abc import Callable

BREAKER_SECONDS = 1.0
FORGOTTEN_SECONDS = 3.0  # after so long a unit in vain says nothing of the next one


class Breaker:
    """Of one process. ``now`` never goes back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._open_until = self._answered = 0.0
        self._in_vain_since = self._last_in_vain = 0.0

    @property
    def open(self) -> bool:
        return self._now() < self._open_until

    def answered(self) -> None:
        self._answered = self._now()

    def failed(self) -> None:
        """Nobody could connect: whoever tries next would wait as long for nothing, whoever was answered before."""
        self._open_until = self._now() + BREAKER_SECONDS

    def cut(self, deadline: float, waited: float) -> None:
        """A unit was given up after so many seconds, or the question to an idle connection before it. An outage, unless
        somebody else was answered within the last ``deadline`` seconds.

        A caller's unit is given up sooner than that: it proves an outage only together with others, one after another
        and none of them answered, for as long as a single patient one would have waited.
        """
        now = self._now()
        if self._answered > self._in_vain_since or now - self._last_in_vain > FORGOTTEN_SECONDS:
            self._in_vain_since = now - waited
        self._in_vain_since, self._last_in_vain = min(self._in_vain_since, now - waited), now
        if now - max(self._answered, self._in_vain_since) >= deadline:
            self.failed()
