"""What the doctor finds, and what it was told before it judged. Pure."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "fault", "ask"]  # ask: no machine can read it; a question for a person to tick
Values = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Finding:
    """``key`` names the sentence in words.yaml: the check, a dot, what was found."""

    level: Level
    key: str
    values: Values = ()


@dataclass(frozen=True)
class Answer:
    """What a web server said; the text is cut at the provider's limit of 64 kB."""

    status: int
    content_type: str
    text: str


@dataclass(frozen=True)
class NoAnswer:
    why: str


Said = Answer | NoAnswer


@dataclass(frozen=True)
class Wanted:
    """The city's number as it should be set up."""

    city_number: str
    caller_id: str  # shown on our calls; often the city's number itself
    public_base_url: str

    @property
    def voice_url(self) -> str:
        return f"{self.public_base_url}/voice/incoming#rc=2&rp=ct,rt,5xx"

    @property
    def status_callback(self) -> str:
        return f"{self.public_base_url}/voice/status"

    @property
    def sms_url(self) -> str:
        return f"{self.public_base_url}/sms/incoming#rc=2&rp=ct,rt,5xx"

    @property
    def live_fallback(self) -> str:
        """Better than none while nothing is hosted elsewhere."""
        return f"{self.public_base_url}/voice/fallback"


@dataclass(frozen=True)
class RedisSays:
    append_only: str  # yes | no; empty: not told
    policy: str  # what is thrown away when memory is full; empty: not told
    workers: int


@dataclass(frozen=True)
class Record:
    """The SQL record, written and read. ``revision``, ``head``: of the schema; ``beat``: the clock's, Unix seconds."""

    revision: str
    head: str
    beat: float | None
    ruleset: tuple[int, str] | None  # version and document in force


@dataclass(frozen=True)
class VaultSays:
    """Keys by their names. ``needed``: by how many recordings. ``refused``: why nothing can be kept; empty: it can."""

    current: str
    at_hand: frozenset[str]
    needed: tuple[tuple[str, int], ...]
    refused: str


def fine(key: str, *values: tuple[str, object]) -> Finding:
    return Finding("ok", key, told(*values))


def warn(key: str, *values: tuple[str, object]) -> Finding:
    return Finding("warning", key, told(*values))


def fault(key: str, *values: tuple[str, object]) -> Finding:
    return Finding("fault", key, told(*values))


def ask(key: str, *values: tuple[str, object]) -> Finding:
    return Finding("ask", key, told(*values))


def told(*values: tuple[str, object]) -> Values:
    return tuple((name, str(value)) for name, value in values)
