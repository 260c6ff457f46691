"""Whether a promise was kept: what each event makes of a window as it was told. Pure.

One promise that was told has one verdict. What the resident was never told is no promise: it is on record, and counted
nowhere.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from callbacks.model import Window

Verdict = Literal["kept", "late", "broken", "void"]
Via = Literal["voice", "agent", "sms", "untold"]

NOT_HER_WISH = frozenset({"not_ours"})  # outcomes of a matter that we closed although she waits for a ring


@dataclass(frozen=True)
class Told:
    """How the resident learns a window. ``words``: exactly what she is told; empty: the promise's own sentence."""

    via: Via
    words: str = ""


def rung(window: Window, at: datetime) -> Verdict:
    """The first ring under it. Too early is no kept promise: she may not be there yet, nor her interpreter."""
    if at < window.start:
        return "broken"
    return "kept" if at <= window.end else "late"


def given_up(window: Window, at: datetime, outcome: str | None = None) -> Verdict:
    """The resident moved or cancelled it, or was served live. Too late, she did so because nobody rang: that rescues
    no figure. ``outcome``: of a matter that was closed; where it was not her wish, her promise is broken."""
    return "void" if at <= window.end and outcome not in NOT_HER_WISH else "broken"


def replaced(window: Window, at: datetime, via: Via) -> Verdict:
    """Another window stands in its place. One that could not be told leaves her waiting for this one."""
    return "broken" if via == "untold" else given_up(window, at)


def gone_by(window: Window, now: datetime, rings_until: datetime | None) -> Verdict | None:
    """Nobody has rung. ``rings_until``: when the desk that rings closes on that day; None: it does not open any more.
    None: it may still be rung, late."""
    if now <= window.end:
        return None
    return "broken" if rings_until is None or rings_until <= now else None
