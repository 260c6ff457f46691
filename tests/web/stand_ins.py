"""What stands in for the world in the console's tests: a clock that is set, hints that are only heard."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 11, 24, 8, 12, tzinfo=UTC)  # a Tuesday, 10.12 in Helsinki


@dataclass
class SetClock:
    """Both clocks stand still until a test moves them."""

    business: datetime = NOW
    seconds: float = 1_000_000.0

    def now(self) -> datetime:
        return self.business

    def machine(self) -> float:
        return self.seconds

    def passes(self, seconds: float) -> None:
        self.seconds += seconds
        self.business += timedelta(seconds=seconds)


@dataclass
class HeardHints:
    """Stands in for Redis; ``published`` is what was said."""

    published: list[tuple[str, str]] = field(default_factory=list)

    def publish(self, channel: str, text: str) -> bool:
        self.published.append((channel, text))
        return True

    def subscribe(self, channel: str) -> Iterator[str]:
        return iter(())

    def up(self) -> bool:
        return True

    def workers(self) -> int | None:
        return 2
