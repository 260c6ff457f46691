"""Who may hear which recording, and who may take it away; for which reasons, and for how long a door stays open. Pure.

A message is heard by those who answer its matter; a talk only by those who answer for the department in whose name it
was spoken: where its matter has gone to another, that one reads the notes. What must be kept, and who heard what, is
for the departments alone: a desk that answers for others in the evening hears their messages and decides nothing more.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeGuard, assert_never

Deed = Literal["listen", "download"]
Reason = Literal["matter", "complaint", "request", "quality", "other"]
Fault = Literal[
    "unknown", "closed", "reason", "why", "coming", "failed", "deleted", "gone", "wrong_key", "damaged", "store"
]
Scope = tuple[str, ...] | None  # departments; None: all of them

REASONS: tuple[Reason, ...] = ("matter", "complaint", "request", "quality", "other")
IN_WORDS: frozenset[Reason] = frozenset({"other"})  # a code alone says nothing
HERS: tuple[Reason, ...] = ("matter",)  # an agent hears what she handles, and nothing else
LONGEST_WHY = 300
OPEN_FOR = timedelta(minutes=30)
SUPERVISORS = frozenset({"supervisor", "administrator"})


@dataclass(frozen=True)
class Listener:
    agent_id: str
    role: str
    scope: Scope


@dataclass(frozen=True)
class Held:
    """What decides who may hear it."""

    kind: str  # message | duty | talk
    state: str
    departments: frozenset[str]  # its own; of a message, its matter's too
    desk: str | None  # answers its matter now
    sensitive: bool  # its topic; one that the rules no longer know is
    before: frozenset[str]  # agents who have its matter before them at this moment


def may(who: Listener, deed: Deed, what: Held) -> bool:
    supervises = who.role in SUPERVISORS
    match deed:
        case "listen":
            return _may_listen(who, what, supervises)
        case "download":
            return supervises and _may_listen(who, what, supervises)
        case _ as never:
            assert_never(never)


def _may_listen(who: Listener, what: Held, supervises: bool) -> bool:
    if what.kind == "talk":
        return what.state == "kept" and supervises and sees(who, what)
    return what.state in ("kept", "heard") and sees(who, what)


def sees(who: Listener, what: Held) -> bool:
    """That there is such a recording, whatever has become of its sound."""
    return answers_for(who, what) or (what.kind != "talk" and _answers(who, what))


def answers_for(who: Listener, what: Held) -> bool:
    """Its department is hers: she may say that it is kept, and sees who has heard it."""
    return who.scope is None or not what.departments.isdisjoint(who.scope)


def _answers(who: Listener, what: Held) -> bool:
    """The desk that rings about it now hears it too; what is sensitive, only the agent whose matter it is just then."""
    if what.sensitive:
        return who.agent_id in what.before
    return what.desk is not None and what.desk in (who.scope or ())


def reasons_for(who: Listener) -> tuple[Reason, ...]:
    return REASONS if who.role in SUPERVISORS else HERS


def is_reason(given: str, who: Listener) -> TypeGuard[Reason]:
    return given in reasons_for(who)


def still_open(opened_at: datetime, seconds: int, now: datetime) -> bool:
    """Long enough to hear it once more than whole; a clock that was set back opens nothing."""
    return opened_at <= now < opened_at + OPEN_FOR + timedelta(seconds=seconds)
