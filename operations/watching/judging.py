"""Whether callers are lost without anybody's noticing, judged from the record alone. Pure: the moment is an argument.

*Calls in, none answered*: callers wait although somebody is free (they are not dealt), or telephones ring for nobody
(no agent's telephone works), or open desks turn callers away because nobody is there, and in all that time nobody
answers.

*Nothing in at a busy hour*: so many calls would usually have come since the last one that silence is no chance. Usual
is the lower quartile of the same weekday and hour of the last weeks, by open minute. Calls come independently, so the
chance of such a silence is e to the minus of the expected number: with twelve expected once in 160,000 such whiles.
An hour of 360 calls reaches that in two minutes, one of 60 in twelve. Closed minutes count nothing, nor does a day
with other hours than its weekday's: its traffic is not known.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from operations.watching.model import Answering, Finding, Hour, Traffic
from routing_rules.model import Ruleset
from routing_rules.opening_hours import intervals_on, is_open

LATELY = timedelta(seconds=90)  # answers are looked for so far back
NOT_DEALT_SECONDS = 45.0  # somebody free takes a matter within a second; an offer that is declined moves on in twenty
RUNG_IN_VAIN = 2  # agents
TURNED_AWAY = 3  # callers
TURNED_AWAY_WITHIN = timedelta(minutes=10)

EXPECTED = 12.0  # calls that would usually have come
WEEKS, FEWEST_WEEKS = 8, 3
LONGEST_LOOK = timedelta(hours=3)  # beyond it nothing more is learnt, and the sum stays small
MINUTE = timedelta(minutes=1)

Rates = Mapping[tuple[int, int], float]  # (weekday, hour), local: usual calls a minute


def none_answered(seen: Answering) -> Finding | None:
    if seen.answered:
        return None
    not_dealt = sum(one.free_agent and one.seconds >= NOT_DEALT_SECONDS for one in seen.waiting)
    if not_dealt:
        return Finding("none_answered", f"not_dealt {not_dealt}")
    if seen.in_vain >= RUNG_IN_VAIN:
        return Finding("none_answered", f"not_ringing {seen.failed_rings}")
    if seen.turned_away >= TURNED_AWAY:
        return Finding("none_answered", f"nobody_there {seen.turned_away}")
    return None


def nothing_in(traffic: Traffic, rules: Ruleset, now: datetime) -> Finding | None:
    if traffic.last_in is None:
        return None
    since = max(traffic.last_in, traffic.watched_since, now - LONGEST_LOOK)
    zone = ZoneInfo(rules.time_zone)
    expected = _expected(since, now, usual(traffic.past, zone, now), rules)
    if expected < EXPECTED:
        return None
    minutes = int((now - since) / MINUTE)
    return Finding("nothing_in", f"silent {minutes} {expected:.0f}")


def test_call_fails(failures: Sequence[str | None]) -> Finding | None:
    """``failures``: of our own last two calls, the newest first; None: it went through. One may be the network's."""
    if len(failures) < 2 or None in failures:
        return None
    return Finding("test_call", str(failures[0]))


def usual(past: Iterable[Hour], zone: ZoneInfo, now: datetime) -> Rates:
    """Of hours with enough weeks to tell. The lower quartile: a quiet week must not make the next one an alarm."""
    found: dict[tuple[int, int], list[float]] = defaultdict(list)
    for one in past:
        if now - timedelta(weeks=WEEKS, hours=1) <= one.start < now and one.open_minutes:
            local = one.start.astimezone(zone)
            found[local.weekday(), local.hour].append(one.calls / one.open_minutes)
    return {key: sorted(rates)[len(rates) // 4] for key, rates in found.items() if len(rates) >= FEWEST_WEEKS}


def _expected(since: datetime, now: datetime, rates: Rates, rules: Ruleset) -> float:
    """Minute by minute, so that an opening within the hour is no silence before it."""
    zone = ZoneInfo(rules.time_zone)
    total, at = 0.0, since
    while at < now:
        until = min(now, at + MINUTE)
        local = at.astimezone(zone)
        rate = rates.get((local.weekday(), local.hour), 0.0)
        if rate and _counts(rules, at, zone):
            total += rate * ((until - at) / MINUTE)
        at = until
    return total


def _counts(rules: Ruleset, at: datetime, zone: ZoneInfo) -> bool:
    """Some desk is open as on any such weekday, and the day is no exception for half of the others."""
    day = at.astimezone(zone).date()
    usually = [one.hours for one in rules.departments if intervals_on(one.hours, day) == one.hours.week[day.weekday()]]
    if 2 * len(usually) <= len(rules.departments):
        return False
    return any(is_open(hours, at, zone) for hours in usually)


def open_minutes(rules: Ruleset, start: datetime) -> int:
    """Of the hour that begins then, with some desk open; an exceptional day's hours count none: they are not usual."""
    zone = ZoneInfo(rules.time_zone)
    return sum(_counts(rules, start + n * MINUTE, zone) for n in range(60))
