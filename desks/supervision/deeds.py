"""What a supervisor decides about one matter: who rings, when, or that nobody does. One transaction each, and the deed
is noted in it. Refused says why in a code; False: the matter has moved on meanwhile. Nothing is changed by either.

Whether the matter is hers to decide about is asked at the door (``desks.scope_store``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, get_args

from sqlalchemy import RowMapping

from callbacks import limit_store
from callbacks import store as promises
from callbacks.machine import Event
from callbacks.model import Refused
from desks.line import pauses
from desks.supervision import audit, supervision_store
from desks.supervision.choices import free_times
from desks.wishes import Work
from recordings import store as recordings

if TYPE_CHECKING:
    from adapters.database import Transaction
    from bootstrap import Services

CloseReason = Literal["answered", "withdrawn", "duplicate", "wrong_number", "not_ours"]
CLOSE_REASONS: tuple[CloseReason, ...] = get_args(CloseReason)
LONGEST_PAUSE = timedelta(days=14)
STILL = ("requested", "offered", "unreached", "needs_human")  # nobody talks about it just now
ANSWERED: dict[str, Event] = {"requested": "handled", "unreached": "served", "needs_human": "resolve_human_done"}


@dataclass(frozen=True)
class NewTime:
    """``told``: she has told the resident herself; otherwise a message does where one can be sent. ``interpreter``:
    somebody has agreed the new time with the interpreter too."""

    choice: str
    told: bool
    interpreter: bool
    reason: str


def reassign(
    services: "Services", who: str, request_id: str, desk: str, owner: str | None, reason: str
) -> bool | Refused:
    """To another desk, or to one agent first (``owner``); the window stands."""
    return services.database.run(lambda tx: _reassign(_work(services, tx, who), request_id, desk, owner, reason))


def _reassign(work: Work, request_id: str, desk: str, owner: str | None, reason: str) -> bool | Refused:
    row = _still(work, request_id, ("requested", "offered"))
    if row is None:
        return False
    known = next((d for d in work.rules.departments if d.id == desk and d.kind == "console"), None)
    if known is None:
        return Refused("desk")
    if row["language"] not in known.languages:
        return Refused("language")
    if owner is not None and owner not in dict(supervision_store.takers(work.tx.connection, desk, row["language"])):
        return Refused("agent")
    if not reason:
        return Refused("reason")
    if (refused := work.promises.may_reassign(row, desk)) is not None:  # before a ring is taken from an agent
        return refused
    work.free(request_id)
    done = work.promises.reassign(request_id, work.who, desk, owner)
    if done is True:
        _noted(work, "reassign", row, reason)
    return done


def change_window(services: "Services", who: str, request_id: str, new: NewTime) -> bool | Refused:
    """Rings again, too, about a matter that was not reached, or whose last ring nobody knows of."""
    return services.database.run(lambda tx: _change_window(_work(services, tx, who), request_id, new))


def _change_window(work: Work, request_id: str, new: NewTime) -> bool | Refused:
    row, now = _still(work, request_id), work.services.clock.now()
    if row is None or row["contact"] != "ring":  # answered in writing since the page was shown
        return False
    times = free_times(work.tx.connection, work.rules, row, now)
    window = next((one.window for one in times if one.code == new.choice), None)
    if window is None:
        return Refused("window")
    if row["interpreter"] and not new.interpreter:
        return Refused("interpreter")
    if not new.reason:
        return Refused("reason")
    work.free(request_id)
    if not _in_line_again(work, row):
        return False
    if not work.promises.move(request_id, window, work.who, "agent" if new.told else "sms"):
        return False
    work.promises.close_items(request_id, row["state"])
    if new.told:
        work.promises.close_items(request_id, "untold")
    _noted(work, "change_window", row, new.reason)
    return True


def _in_line_again(work: Work, row: RowMapping) -> bool:
    """What was set aside waits for its ring again first."""
    if row["state"] in ("requested", "offered"):
        return True
    event: Event = "reopen" if row["state"] == "unreached" else "resolve_human_again"
    values: dict[str, Any] = {"attempts": 0} if event == "reopen" else {}
    return promises.transition(work.tx.connection, row["id"], event, work.services.clock.now(), work.who, **values)


def close(services: "Services", who: str, request_id: str, reason: str, note: str) -> bool | Refused:
    """Nobody rings any more. ``reason``: of ``CLOSE_REASONS``."""
    if reason not in CLOSE_REASONS:
        return Refused("close_reason")
    return services.database.run(lambda tx: _close(_work(services, tx, who), request_id, reason, note))


def _close(work: Work, request_id: str, reason: str, note: str) -> bool:
    row, now = _still(work, request_id), work.services.clock.now()
    free = None if row is None else work.free(request_id)
    if free is None or free["state"] not in ANSWERED:
        return False
    event: Event = ANSWERED[free["state"]] if reason == "answered" else "cancel"
    last = {"note": note or None, "outcome": reason}
    if not promises.transition(work.tx.connection, request_id, event, now, work.who, **last):
        return False
    work.promises.close_items(request_id)
    recordings.hear_all_of(work.tx.connection, request_id, now, work.who)
    _noted(work, "close", free, reason)
    return True


def resolve(services: "Services", who: str, request_id: str, again: bool) -> bool:
    """A person decides about a ring whose fate is unknown: ring again, or the talk had happened."""
    return services.database.run(lambda tx: _resolve(_work(services, tx, who), request_id, again))


def _resolve(work: Work, request_id: str, again: bool) -> bool:
    row, now = promises.get(work.tx.connection, request_id), work.services.clock.now()
    event: Event = "resolve_human_again" if again else "resolve_human_done"
    values: dict[str, Any] = {"due_at": now, "kind": "asap"} if again else {"outcome": "done"}
    if row is None or not promises.transition(work.tx.connection, request_id, event, now, work.who, **values):
        return False
    work.promises.close_items(request_id)
    _noted(work, "resolve", row, "again" if again else "happened")
    return True


def _still(work: Work, request_id: str, states: tuple[str, ...] = STILL) -> RowMapping | None:
    """The request, if nobody talks about it just now and it is not over."""
    row = promises.get(work.tx.connection, request_id)
    return row if row is not None and row["state"] in states else None


def _noted(work: Work, deed: str, row: RowMapping, detail: str) -> None:
    audit.note(work.tx, work.services.clock, work.who, deed, "request", row["id"], row["department"], detail)
    work.show()


def _work(services: "Services", tx: "Transaction", who: str) -> Work:
    return Work(services, tx, services.rules.current(), who)


# --- a whole desk, the whole city --------------------------------------------------------------------------------


def pause(services: "Services", who: str, desk: str, reason: str, until: datetime | None) -> str | Refused:
    """``until`` None: until somebody resumes it. The pause's id."""
    now = services.clock.now()
    if not reason:
        return Refused("reason")
    if until is not None and not now < until <= now + LONGEST_PAUSE:
        return Refused("until")
    with services.database.write() as tx:
        made = pauses.pause(tx, services.clock, desk, reason, until, who)
        tx.after_commit(services.changed)
    return made


def resume(services: "Services", who: str, desk: str) -> bool:
    with services.database.write() as tx:
        tx.after_commit(services.hurry)
        tx.after_commit(services.changed)
        return pauses.resume(tx, services.clock, desk, who)


def end_stop(services: "Services", who: str, stop_id: str) -> bool:
    """The city may ring again, after a limit had stopped it."""
    with services.database.write() as tx:
        tx.after_commit(services.hurry)
        tx.after_commit(services.changed)
        return limit_store.end_stop(tx, services.clock, stop_id, who)
