"""Goes round what the vault and the record say of each other, a little at a time; and asks the provider once an hour
what it holds. What does not fit is mended or told; nothing that a resident said is deleted unheard.

One step after another, on a thread of the clock's own: a storage that hangs holds up nobody else's repairs.
"""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from queue_workers import sound_adoption
from recordings import sound_store
from recordings.service import Recordings
from recordings.vault import Damaged, NoSound, VaultError, WrongKey

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
ROUND_SECONDS = 3600.0  # machine time between the beginnings of two rounds
AWAY_SECONDS = 300.0  # machine time until a storage that did not answer is asked again
STEP_SECONDS = 20.0  # of each part of a step; what is left over waits for the next one
AT_ONCE = 200  # of the vault's ids in one step
A_DAY = 24 * 3600.0  # machine time: a record that was put back to yesterday's is noticed by then
HANDFUL = 5  # more than this that no row knows: the record was put back, and these are its newest


class Patrol:
    def __init__(self, at_once: int = AT_ONCE, seconds: float = STEP_SECONDS) -> None:
        self._at_once, self._seconds = at_once, seconds
        self._resting: Iterator[str] | None = None  # None: this round is over
        self._strange: set[str] = set()  # in this round; of many, no more than are needed to know that they are many
        self._sweeping: Iterator[int] = iter(())
        self._last_row: str | None = None  # None: this round is over
        self._begun: dict[str, float] = {}
        self._foreign: set[str] = set()

    def step(self, services: "Services") -> None:
        self._begun.setdefault("sweep", services.clock.machine() - A_DAY + ROUND_SECONDS)  # not at every start
        self._forgotten(services)
        self._missing(services)
        if self._due(services, "provider"):
            sound_adoption.adopt(services, self._foreign, self._budget())
        self._sweep(services)

    def _due(self, services: "Services", what: str, every: float = ROUND_SECONDS) -> bool:
        now = services.clock.machine()
        if now - self._begun.get(what, -every) < every:
            return False
        self._begun[what] = now
        return True

    def _budget(self) -> sound_adoption.Still:
        end = time.monotonic() + self._seconds
        return lambda: time.monotonic() < end

    # --- sound without a row -----------------------------------------------------------------------------------------

    def _forgotten(self, services: "Services") -> None:
        """Sound that no row knows, or whose row wants it no longer: ordered to go, a day from now."""
        try:
            if self._resting is None:
                if not self._due(services, "vault"):
                    return
                self._resting, self._strange = services.vault.ids(), set()
            ids = list(islice(self._resting, self._at_once))
        except VaultError as error:
            LOG.error("the vault cannot be looked through", extra={"why": str(error)})
            self._resting = None
            return
        owners = {sound_id: sound_store.owner_of(sound_id) for sound_id in ids}
        with services.database.read() as connection:
            known = sound_store.wanted_by_id(connection, sorted(set(owners.values())))
        for sound_id, owner in owners.items():
            if owner in known and not known[owner]:
                _order_to_go(services, sound_id)
            elif owner not in known and len(self._strange) <= HANDFUL:
                self._strange.add(sound_id)
        if len(ids) < self._at_once:
            self._resting = None
            self._order_strange(services)

    def _order_strange(self, services: "Services") -> None:
        """Once the round is over. A few are what some process left; many are the newest sounds of a record that was put
        back to an older one: the only copies, until the operator has seen to it."""
        strange, self._strange = self._strange, set()
        if len(strange) > HANDFUL:
            seen = {"more_than": HANDFUL, "first": min(strange)}
            LOG.error("sounds that no row knows are kept: was the record put back to an older one?", extra=seen)
            return
        for sound_id in sorted(strange):
            _order_to_go(services, sound_id)

    # --- what was never sealed ---------------------------------------------------------------------------------------

    def _sweep(self, services: "Services") -> None:
        """What a killed process began to seal: noise that nobody can open, but it would lie there for ever."""
        still = self._budget()
        try:
            if self._due(services, "sweep", every=A_DAY):
                self._sweeping = services.vault.sweeping(datetime.fromtimestamp(services.clock.machine(), UTC))
            swept = 0
            for removed in islice(self._sweeping, self._at_once):
                swept += removed
                if not still():
                    break
        except VaultError as error:
            LOG.error("the vault cannot be swept", extra={"why": str(error)})
            self._sweeping = iter(())
            return
        if swept:
            LOG.info("vault swept", extra={"files": swept})

    # --- rows without sound ------------------------------------------------------------------------------------------

    def _missing(self, services: "Services") -> None:
        """Rows whose sound is said to rest here and does not."""
        if services.clock.machine() < self._begun.get("away", -AWAY_SECONDS) + AWAY_SECONDS:
            return
        if self._last_row is None:
            if not self._due(services, "rows"):
                return
            self._last_row = ""
        with services.database.read() as connection:
            ids = sound_store.resting_after(connection, self._last_row)
        if not ids:
            self._last_row = None
            return
        trouble = list(self._looked_at(services, ids))
        if trouble:
            first, why = trouble[0]
            LOG.error("sound cannot be opened", extra={"recordings": len(trouble), "first": first, "why": why})

    def _looked_at(self, services: "Services", ids: list[str]) -> Iterator[tuple[str, str]]:
        """Those that are in trouble. A storage that does not answer at all is not asked for the others too."""
        still = self._budget()
        for each in ids:
            self._last_row = each
            try:
                why = _trouble(services, each)
            except VaultError as error:
                self._begun["away"] = services.clock.machine()
                yield each, str(error)
                return
            if why is not None:
                yield each, why
            if not still():
                return


def _order_to_go(services: "Services", sound_id: str) -> None:
    services.database.run(partial(services.outbox.again, kind="drop_sound", ref=sound_id, delay=A_DAY))


def _trouble(services: "Services", recording_id: str) -> str | None:
    """Of this sound. Raises VaultError where it is the storage's."""
    try:
        services.vault.open(recording_id)
    except NoSound as error:
        rules = services.rules.current()
        again = services.database.run(lambda tx: Recordings(services, tx, rules).missing(recording_id))
        return f"{error}{'; fetched again' if again else ''}"
    except (Damaged, WrongKey) as error:
        return str(error)
    return None
