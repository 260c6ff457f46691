"""The retry policy that a webhook's URL carries in its fragment (ct, rt, tt, rc, rp):
https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urldefrag

LONGEST = 15.0  # machine seconds a call-related request may take altogether
CLASSES = frozenset({"4xx", "5xx", "ct", "rt"})


@dataclass(frozen=True)
class Overrides:
    """Times in machine seconds."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    retry_on: frozenset[str] = frozenset({"ct"})


def split(url: str) -> tuple[str, Overrides]:
    """The URL as it goes over the wire, and the policy."""
    address, fragment = urldefrag(url)
    given = dict(parse_qsl(fragment))
    return address, Overrides(
        connect=_milliseconds(given.get("ct"), 5.0, 10.0),
        read=_milliseconds(given.get("rt"), LONGEST, LONGEST),
        total=_milliseconds(given.get("tt"), LONGEST, LONGEST),
        retries=_retries(given.get("rc")),
        retry_on=_classes(given.get("rp")),
    )


def _milliseconds(text: str | None, default: float, most: float) -> float:
    if text is None or not text.isdigit():
        return default
    return min(most, max(0.1, int(text) / 1000))


def _retries(text: str | None) -> int:
    return int(text) if text in {"0", "1", "2", "3", "4", "5"} else 1


def _classes(text: str | None) -> frozenset[str]:
    if text is None:
        return frozenset({"ct"})
    named = frozenset(text.split(","))
    return CLASSES if "all" in named else named & CLASSES
