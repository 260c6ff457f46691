"""The desks' stores under one name: who is on duty, what is in the line, stays and offers."""

from desks.line.duty_store import HEARTBEAT_SECONDS, Duty, alive, duty, watched_since
from desks.line.line_store import (
    CALLER,
    DECLINE_MINUTES,
    OFFERED,
    REQUEST,
    handling_minutes,
    may_be_rung,
    noted_now,
    still_with_interpreter,
    with_interpreter,
)
from desks.line.offer_store import (
    move_offer,
    note_offer,
    offer_by_token,
    offer_of_agent,
    offer_of_caller,
    rung_in_vain,
)
from desks.line.stay_store import move_caller, rang_since, rings_about, rings_about_no_longer, stay, stay_of_call

__all__ = [
    "CALLER",
    "DECLINE_MINUTES",
    "HEARTBEAT_SECONDS",
    "OFFERED",
    "REQUEST",
    "Duty",
    "alive",
    "duty",
    "handling_minutes",
    "may_be_rung",
    "move_caller",
    "move_offer",
    "note_offer",
    "noted_now",
    "offer_by_token",
    "offer_of_agent",
    "offer_of_caller",
    "rang_since",
    "rings_about",
    "rings_about_no_longer",
    "rung_in_vain",
    "stay",
    "stay_of_call",
    "still_with_interpreter",
    "watched_since",
    "with_interpreter",
]
