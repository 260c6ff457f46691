"""What is written behind the options of ``rules``, read or refused in words. No rules are read or changed here.

Whatever argparse refuses by these ends with exit code 2, as everything does that is not done.
"""

import argparse
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from adapters.clock import SystemClock
from adapters.settings import E164
from console.rules.try_form import number_of
from routing_rules.trying.trial import FIRST_DAY, LAST_DAY, exists

HIGHEST_VERSION = 2**31 - 1  # that a database can count
LONGEST_WAIT = 24 * 60


class CannotBeDone(Exception):
    """Said in its words; exit code 2."""


def version(written: str) -> int:
    return _whole(written, 1, HIGHEST_VERSION, "a version is a whole number from 1, as console and export name it")


def minutes(written: str) -> int:
    return _whole(written, 0, LONGEST_WAIT, f"write whole minutes, from 0 to {LONGEST_WAIT}")


def number(written: str) -> str:
    found = number_of(written)
    if found is None:
        raise argparse.ArgumentTypeError(f"{written[:40]!r}: write a number, or how it begins: +35817")
    return found


def moment(written: str | None, zone: ZoneInfo) -> datetime:
    """Raises CannotBeDone."""
    if written is None:
        return SystemClock().now()
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise CannotBeDone(f"--at {written[:40]}: write it as 2026-11-28T17:05") from None
    if not FIRST_DAY <= read.date() <= LAST_DAY:
        raise CannotBeDone(f"--at {written[:40]}: write a day from {FIRST_DAY} to {LAST_DAY}")
    if read.tzinfo is None and not exists(read, zone):
        raise CannotBeDone(f"--at {written[:40]}: the clock change leaves this hour out; write another")
    return (read if read.tzinfo is not None else read.replace(tzinfo=zone)).astimezone(UTC)


def own_numbers(settings: Mapping[str, str]) -> frozenset[str]:
    """The city's, so that no desk leads back to the one number."""
    return frozenset(settings[name] for name in ("CITY_NUMBER", "CALLER_ID") if settings.get(name))


def needed_own_numbers(settings: Mapping[str, str]) -> frozenset[str]:
    """Raises CannotBeDone: without the one number a loop would be published unseen."""
    if not E164.fullmatch(settings.get("CITY_NUMBER", "")):
        raise CannotBeDone(
            "nothing is published: set CITY_NUMBER to the one number, like +358175550100, so that a desk that leads "
            "back to it can be seen"
        )
    return own_numbers(settings)


def _whole(written: str, lowest: int, highest: int, mend: str) -> int:
    found = int(written) if re.fullmatch("[0-9]{1,10}", written) else -1
    if not lowest <= found <= highest:
        raise argparse.ArgumentTypeError(f"{written[:40]!r}: {mend}")
    return found
