"""A town with a long past, and how many instructions SQLite carries out for it: no clock, no machine's load."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.load import seeds
from tests.support.clock import SetClock
from tests.support.provider import RecordingGateway
from tests.support.services import Town, empty_record, services_for

EACH = 20  # instructions between two looks of the counter


class Counted:
    """``looks`` of the counter: so many times ``EACH`` instructions have been carried out."""

    def __init__(self, place: Path, rows: int) -> None:
        place.mkdir()
        url = empty_record("sqlite", place)
        seeds.fill(url, rows)
        clock, gateway = SetClock(seeds.NOW, time.time()), RecordingGateway()
        self.town = Town(services_for(url, clock=clock, gateway=gateway), clock, gateway)
        self.looks = 0
        event.listen(self.town.services.database.engine, "checkout", self._watched)

    def _watched(self, connection: Any, *_: object) -> None:
        connection.set_progress_handler(self._look, EACH)

    def _look(self) -> int:
        self.looks += 1
        return 0

    def cost(self, work: Callable[[], object]) -> int:
        """Looks while ``work`` was done."""
        before = self.looks
        work()
        return self.looks - before
