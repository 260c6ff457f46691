"""Both clocks of the service, set by a test."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TUESDAY = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # 10.00 in Helsinki: every desk is open


@dataclass
class SetClock:
    """Both clocks stand still until a test moves them."""

    business: datetime = TUESDAY
    seconds: float = 1_000_000.0

    def now(self) -> datetime:
        return self.business

    def machine(self) -> float:
        return self.seconds

    def pass_(self, *, minutes: float = 0, seconds: float = 0) -> None:
        """Both clocks go on alike."""
        gone = timedelta(minutes=minutes, seconds=seconds)
        self.business += gone
        self.seconds += gone.total_seconds()
