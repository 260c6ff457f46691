"""Goes round what the vault and the record say of each other, a little at each slow tick; and asks the provider once an
hour what it holds. What does not fit is mended or told; nothing that a resident said is deleted unheard.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from queue_workers import sound_adoption
from recordings import sound_store
from recordings.service import Recordings
from recordings.vault import NoSound, VaultError

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("reconcile")
ROUND_SECONDS = 3600.0  # machine time between the beginnings of two rounds
AT_ONCE = 200  # of the vault's ids in one tick
A_DAY = 24 * 3600.0  # machine time: a record that was put back to yesterday's is noticed by then


class Patrol:
    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._at_once = at_once
        self._resting: Iterator[str] = iter(())
        self._last_row: str | None = None  # None: this round is over
        self._begun: dict[str, float] = {}

    def step(self, services: "Services") -> None:
        self._forgotten(services)
        self._missing(services)
        if self._due(services, "provider"):
            sound_adoption.adopt(services)
        if self._due(services, "sweep", every=A_DAY):
            self._sweep(services)

    def _due(self, services: "Services", what: str, every: float = ROUND_SECONDS) -> bool:
        now = services.clock.machine()
        if now - self._begun.get(what, -every) < every:
            return False
        self._begun[what] = now
        return True

    def _forgotten(self, services: "Services") -> None:
        """Sound that no row knows, or whose row wants it no longer: ordered to go, a day from now."""
        try:
            ids = list(islice(self._resting, self._at_once))
            if not ids and self._due(services, "vault"):
                self._resting = services.vault.ids()
                ids = list(islice(self._resting, self._at_once))
        except VaultError as error:
            LOG.error("the vault cannot be looked through", extra={"why": str(error)})
            return
        owners = {sound_id: sound_store.owner_of(sound_id) for sound_id in ids}
        with services.database.read() as connection:
            wanted = sound_store.wanted_among(connection, sorted(set(owners.values()))) if owners else set()
        for sound_id in (each for each, owner in owners.items() if owner not in wanted):
            services.database.run(partial(services.outbox.again, kind="drop_sound", ref=sound_id, delay=A_DAY))

    def _sweep(self, services: "Services") -> None:
        """What a killed process began to seal: noise that nobody can open, but it would lie there for ever."""
        now = datetime.fromtimestamp(services.clock.machine(), UTC)
        try:
            swept = services.vault.sweep(now)
        except VaultError as error:
            LOG.error("the vault cannot be swept", extra={"why": str(error)})
            return
        if swept:
            LOG.info("vault swept", extra={"files": swept})

    def _missing(self, services: "Services") -> None:
        """Rows whose sound is said to rest here and does not."""
        if self._last_row is None:
            if not self._due(services, "rows"):
                return
            self._last_row = ""
        with services.database.read() as connection:
            ids = sound_store.resting_after(connection, self._last_row)
        self._last_row = ids[-1] if ids else None
        trouble = [(each, why) for each in ids if (why := _trouble(services, each)) is not None]
        if trouble:
            first, why = trouble[0]
            LOG.error("sound cannot be opened", extra={"recordings": len(trouble), "first": first, "why": why})


def _trouble(services: "Services", recording_id: str) -> str | None:
    try:
        services.vault.open(recording_id)
    except NoSound as error:
        rules = services.rules.current()
        again = services.database.run(lambda tx: Recordings(services, tx, rules).missing(recording_id))
        return f"{error}{'; fetched again' if again else ''}"
    except VaultError as error:
        return str(error)
    return None
