"""The night's look ahead: every topic, language and moment of a fortnight, and a sample through the real webhooks.

What it finds stands on the supervisors' board; the operator is told only of what was not there the night before.
``python -m operations.watchdog``, or ``make watch``: at once, and nothing is written but on the screen.
``--night DAY``: as the clock begins it, for the day that it has claimed, in its environment; else ``.env`` counts too.
"""

import argparse
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from adapters.logs import configure_logging
from adapters.places import ROOT
from adapters.settings import SettingsInvalid, load_settings
from bootstrap import Services, build_services
from operations.command_line import environment_of
from operations.watch_calls import try_calls
from operations.watch_keeping import keep
from operations.watch_store import Run
from routing_rules.model import Ruleset
from routing_rules.watching.judging import look
from routing_rules.watching.model import Seen
from routing_rules.watching.moments import moments

LOG = logging.getLogger("watchdog")
NICE = 15  # callers go first
MOST_SECONDS = 30 * 60  # an orphan whose clock has died ends by itself


def run(services: Services, rules: Ruleset, now: datetime) -> Run:
    """Looks; writes nothing."""
    first = now.astimezone(ZoneInfo(rules.time_zone)).date()
    ahead = look(rules, now)
    sample = try_calls(services.settings, services.announcements, rules, moments(rules, first))
    seen = (*ahead.seen, *sample.seen)
    return Run(first.isoformat(), rules.version, now, None, ahead.looked, sample.tried, seen)


def night(services: Services, day: str) -> tuple[Seen, ...]:
    """For the day that the clock has claimed."""
    done = run(services, services.rules.plain(), services.clock.now())
    ended = Run(day, done.version, done.began_at, services.clock.now(), done.looked, done.tried, done.seen)
    return keep(services, ended)


def told(done: Run, seconds: float) -> str:
    lines = [f"rules version {done.version}: {done.looked} decisions, {done.tried} calls tried, {seconds:.0f} s"]
    lines += [_line(one) for one in done.seen] or ["nothing to mend"]
    return "\n".join(lines)


def _line(one: Seen) -> str:
    values = ", ".join(f"{name} {value}" for name, value in one.values)
    first = f" from {one.first_at:%Y-%m-%d %H.%M} UTC" if one.first_at else ""
    return f"{one.code}: {one.place}{first}{f' ({values})' if values else ''}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m operations.watchdog", description=__doc__)
    parser.add_argument("--night", metavar="DAY", help="keep what is found, for this day that is claimed already")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    try:
        services = build_services(load_settings(dict(os.environ) if options.night else environment_of(options.root)))
    except SettingsInvalid as invalid:
        print("\n".join(invalid.problems), file=sys.stderr)
        return 2
    return _night(services, options.night) if options.night else _at_once(services)


def _night(services: Services, day: str) -> int:
    configure_logging("watchdog", services.settings.log_level)
    os.nice(NICE)
    signal.alarm(MOST_SECONDS)
    new = night(services, day)
    LOG.info("the days ahead are looked through", extra={"new": len(new)})
    return 0


def _at_once(services: Services) -> int:
    """1: something is to be mended."""
    begun = time.monotonic()
    done = run(services, services.rules.plain(), services.clock.now())
    print(told(done, time.monotonic() - begun))
    return 1 if done.seen else 0


if __name__ == "__main__":
    sys.exit(main())
