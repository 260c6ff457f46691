"""The night's keeping of the retention rules, a little each second, so that no caller and no repair waits for it.

Once a local night, in its quiet hours; after a night that was slept through, at once. Two clocks do no harm: what one
has deleted the other does not find.
"""

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from queue_workers.night_watch import FIRST_HOUR, LAST_HOUR
from recordings import deletion_store
from recordings import keeping_store as store
from recordings.keeping import Batch, Keeping

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("clock")
BATCHES = 4  # of one tick: it is as short after a long past; only the night is longer
STEPS = len(store.SORTS) + 2  # sound first, numbers last


class NightKeeping:
    """Where this clock's work stands; another clock, or the next one, begins from the start and finds what is left."""

    def __init__(self, batches: int = BATCHES) -> None:
        self._batches = batches
        self._work: Keeping | None = None
        self._step = 0
        self._after: Any = None
        self._gone = 0

    def step(self, services: "Services") -> None:
        if self._work is None and not self._begin(services):
            return
        for _ in range(self._batches):
            if self._work is not None:
                self._batch(self._work)

    def _begin(self, services: "Services") -> bool:
        day = due_day(services, services.clock.now())
        if day is None:
            return False
        self._work, self._step, self._after, self._gone = Keeping(services, day), 0, None, 0
        return True

    def _batch(self, work: Keeping) -> None:
        done = carried_out(work, self._step, self._after)
        self._gone += done.gone
        self._after = done.after
        if done.after is None:
            self._step += 1
        if self._step == STEPS:
            work.finished(self._gone)
            LOG.info("kept by the retention rules", extra={"day": work.day, "gone": self._gone})
            self._work = None


def carried_out(work: Keeping, step: int, after: Any) -> Batch:
    if step == 0:
        return work.sounds(after)
    if step == STEPS - 1:
        return work.numbers(after)
    return work.sort(store.SORTS[step - 1], after)


def due_day(services: "Services", now: datetime) -> str | None:
    """The local day whose work is to be done now; None: done, or it waits for the night."""
    local = now.astimezone(ZoneInfo(services.rules.plain().time_zone))
    today = local.date()
    days = [today.isoformat(), (today - timedelta(days=1)).isoformat()]
    with services.database.read() as connection:
        done = deletion_store.nights(connection, days)
    if days[0] in done:
        return None
    quiet = FIRST_HOUR <= local.hour < LAST_HOUR
    return days[0] if quiet or not done else None
