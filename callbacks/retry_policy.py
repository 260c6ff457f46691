"""When the resident is rung next after a missed ring, and when no more. Pure; durations come from the policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from callbacks.model import Missed, Window
from callbacks.openings import LEAD, Opening, first_open
from routing_rules.model import CallbackPolicy, OutcomePolicy

BUSY_MINUTES = 10  # a busy line is somebody at home; where the department says nothing else
AS_ANY = OutcomePolicy()
_ANY_TIME = timedelta(minutes=1)


@dataclass(frozen=True)
class NextRing:
    due_at: datetime  # line time too: a retry counts as a slot
    window: Window


@dataclass(frozen=True)
class Exhausted:
    """No further ring by machine: the last one was missed, or no opening is known in which to ring."""


@dataclass(frozen=True)
class Moment:
    """What a time named in a bad moment comes to."""

    minutes: int  # business time from now
    instead: Window | None = None  # nobody rings at that time: the window that goes on record
    code: str = ""  # of that window


def after_miss(
    missed: Missed,
    attempts: int,
    policy: CallbackPolicy,
    now: datetime,
    openings: Sequence[Opening],
    agreed: datetime | None = None,
) -> NextRing | Exhausted:
    """``attempts`` are the rings made so far, this one included; ``openings`` are the ringing desk's coming days.

    A time agreed with the resident in a bad moment is a promise: it is given even after the last ring, and stands
    even shortly before closing. Every other due time with less than the lead left before closing moves on.
    """
    if missed == "bad_moment" and agreed is not None:
        return _ring(max(agreed, now), policy, openings, _ANY_TIME)
    if attempts >= most(missed, policy):
        return Exhausted()
    return _ring(now + spacing(missed, policy), policy, openings, LEAD)


def most(missed: Missed, policy: CallbackPolicy) -> int:
    """The ring, counted from the first, after which this end is the last."""
    own = _own(missed, policy).attempts
    return policy.attempts if own is None else own


def spacing(missed: Missed, policy: CallbackPolicy) -> timedelta:
    own = _own(missed, policy).spacing_minutes
    if own is not None:
        return timedelta(minutes=own)
    return timedelta(minutes=min(BUSY_MINUTES, policy.spacing_minutes) if missed == "busy" else policy.spacing_minutes)


def _own(missed: Missed, policy: CallbackPolicy) -> OutcomePolicy:
    return AS_ANY if missed == "bad_moment" else policy.outcomes.get(missed, AS_ANY)


def _ring(due: datetime, policy: CallbackPolicy, openings: Sequence[Opening], least: timedelta) -> NextRing | Exhausted:
    opening = first_open(due, openings, least)
    if opening is None:
        return Exhausted()
    start, closes = opening
    return NextRing(start, Window(start, min(start + timedelta(minutes=policy.retry_window_minutes), closes)))
