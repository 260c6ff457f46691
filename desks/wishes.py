"""How the resident wants her answer: in writing instead of by telephone, or when an interpreter is there.

Agents note it during a talk or on the supervisor's page. A request that is answered in writing leaves the dealing; one
with an interpreter is rung in exactly that quarter of an hour. In one transaction each; False: it has moved on.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping

from adapters.database import Transaction
from callbacks import store as promises
from callbacks.model import Refused, Window
from callbacks.planning import ringing_department
from callbacks.scoring import Told
from callbacks.service import QUARTER, Promises
from desks import store
from desks.talk.conversation import Conversation
from recordings import store as recordings
from routing_rules.model import Department, Ruleset
from routing_rules.opening_hours import is_open

if TYPE_CHECKING:
    from bootstrap import Services

FARTHEST = timedelta(days=60)
LONGEST_NAME = 60
TALKING = ("dialing", "connected")
WAYS = ("ring", "text")


@dataclass(frozen=True)
class Work:
    """One wish in one transaction: the request as it stands, and whose hand it is in."""

    services: "Services"
    tx: Transaction
    rules: Ruleset
    who: str  # agent id

    @property
    def promises(self) -> Promises:
        return Promises(self.services, self.tx, self.rules)

    def free(self, request_id: str) -> RowMapping | None:
        """The request, taken back from an agent whose telephone only rings; a talk is not touched."""
        row = promises.get(self.tx.connection, request_id)
        if row is None or row["state"] != "offered":
            return row
        Conversation(self.services, self.tx, self.rules).give_back(row["offer_token"], "withdrawn")
        return promises.get(self.tx.connection, request_id)

    def show(self) -> None:
        self.tx.after_commit(self.services.hurry)
        self.tx.after_commit(self.services.changed)


def answer_by(services: "Services", who: str, request_id: str, way: str) -> bool:
    """``text``: never rung; ``ring``: rung after all, at a new time where the promised one has passed."""
    if way not in WAYS:
        return False
    return services.database.run(lambda tx: _answer_by(_work(services, tx, who), request_id, way))


def _answer_by(work: Work, request_id: str, way: str) -> bool:
    row, now = work.free(request_id), work.services.clock.now()
    if row is None:
        return False
    again = way == "ring" and row["contact"] == "text" and row["window_end_at"] > now  # in the window she had
    promised = Told("agent") if again else None
    if not promises.promise_anew(
        work.tx.connection, request_id, "wish", now, work.who, promised, note=way, contact=way
    ):
        return False
    if way == "ring":
        _new_time_if_past(work, row)
    else:
        work.promises.close_items(request_id)
    work.show()
    return True


def _new_time_if_past(work: Work, row: RowMapping) -> None:
    if row["state"] != "requested" or row["window_end_at"] > work.services.clock.now():
        return
    found = work.promises.window(row["topic"], row["language"], "", None)
    if found is not None:
        work.promises.move(row["id"], found[1], work.who)


def with_interpreter(services: "Services", who: str, request_id: str, at: datetime, which: str) -> bool | Refused:
    """The window becomes the quarter of an hour in which the interpreter is there. Agreed in a talk that the agent
    holds, the talk ends with that; otherwise the new time must be told."""
    name, start = which.strip()[:LONGEST_NAME], _quarter(at)
    return services.database.run(lambda tx: _with_interpreter(_work(services, tx, who), request_id, start, name))


def _with_interpreter(work: Work, request_id: str, start: datetime, name: str) -> bool | Refused:
    row = work.free(request_id)
    if row is None:
        return False
    desk = _who_rings(work, row, start, name)
    if isinstance(desk, Refused):
        return desk
    window = Window(start, start + QUARTER)
    values = work.promises.window_values(row["language"], row["topic"], window, "slot")
    values |= {"interpreter": name, "desk": desk.id, "contact": "ring"}
    if row["state"] in TALKING:
        return _agreed(work, row, values)
    if not work.promises.move(request_id, window, work.who):
        return False
    only = {key: values[key] for key in ("interpreter", "desk", "contact")}
    now = work.services.clock.now()
    promises.transition(work.tx.connection, request_id, "wish", now, work.who, note=f"interpreter: {name}", **only)
    _off_the_list(work, request_id)
    work.show()
    return True


def _who_rings(work: Work, row: RowMapping, start: datetime, name: str) -> Department | Refused:
    """The department, or the extended-hours desk where only that one is open then."""
    now = work.services.clock.now()
    if not name:
        return Refused("name")
    if start < now:
        return Refused("past")
    if start > now + FARTHEST:
        return Refused("far")
    zone = ZoneInfo(work.rules.time_zone)
    own = ringing_department(work.rules, row["topic"], row["language"], now)
    desks = (own, work.rules.department(work.rules.extended_desk))
    last = start + QUARTER - timedelta(seconds=1)
    return next((d for d in desks if is_open(d.hours, start, zone) and is_open(d.hours, last, zone)), Refused("closed"))


def _agreed(work: Work, row: RowMapping, values: dict[str, object]) -> bool:
    """Agreed in the talk: told already; the agent is free, as after any other outcome."""
    talk, token = Conversation(work.services, work.tx, work.rules), str(row["offer_token"])
    held = talk.held(token)
    if held is None or held["agent_id"] != work.who or held["state"] == "ended":
        return False
    values |= {"owner_id": work.who}
    if not promises.promise_anew(
        work.tx.connection, row["id"], "missed", talk.now, work.who, Told("agent"),
        token=token, note="interpreter", **values,
    ):  # fmt: skip
        return False
    work.promises.text(row["id"], "sms.moved", f"-{row['attempts']}i")
    if held["state"] != "wrapup":
        talk.talk_over(token)
        talk.end_leg(held)
    talk.close(held, "bad_moment", note="")
    return True


def without_interpreter(services: "Services", who: str, request_id: str) -> bool:
    """Rung like any other again, at a new time where the interpreter's has passed."""
    return services.database.run(lambda tx: _without(_work(services, tx, who), request_id))


def _without(work: Work, request_id: str) -> bool:
    row, now = work.free(request_id), work.services.clock.now()
    plain = {"interpreter": None, "note": "no interpreter"}
    if row is None or not promises.transition(work.tx.connection, request_id, "wish", now, work.who, **plain):
        return False
    _off_the_list(work, request_id)
    _new_time_if_past(work, row)
    work.show()
    return True


def _off_the_list(work: Work, request_id: str) -> None:
    work.promises.close_items(request_id, "interpreter")


def handled(services: "Services", who: str, request_id: str, note: str) -> bool:
    """Answered in writing, or nothing left to answer: done without a ring. Its messages have been dealt with too."""
    return services.database.run(lambda tx: _handled(_work(services, tx, who), request_id, note))


def _handled(work: Work, request_id: str, note: str) -> bool:
    row, now = promises.get(work.tx.connection, request_id), work.services.clock.now()
    if row is None or row["contact"] != "text":
        return False
    done = {"note": note or None, "outcome": "handled"}
    if not promises.transition(work.tx.connection, request_id, "handled", now, work.who, **done):
        return False
    work.promises.close_items(request_id)
    recordings.hear_all_of(work.tx.connection, request_id, now, work.who)
    work.show()
    return True


def unkept_interpreters(services: "Services") -> int:
    """An interpreter's quarter of an hour went by, or the resident took another time: a person agrees a new one."""
    now = services.clock.now()
    with services.database.read() as connection:
        rows = [row for row in store.with_interpreter(connection) if not _stands(row, now)]
    return sum(_seen_to(services, row["id"]) for row in rows)


def _seen_to(services: "Services", request_id: str) -> bool:
    return services.database.run(lambda tx: _unkept(_work(services, tx, "service"), request_id))


def _unkept(work: Work, request_id: str) -> bool:
    """Looked at again with the row held: another process, or a person, may have seen to it meanwhile. Then nothing is
    told: a second message about one time, or one about a time that has just been agreed anew, would be false."""
    now = work.services.clock.now()
    row = store.still_with_interpreter(work.tx.connection, request_id)
    if row is None or _stands(row, now):
        return False
    work.promises.raise_item("interpreter", row["id"])
    if row["kind"] == "slot" and row["window_end_at"] <= now:  # never rung: who was rung and missed has read so
        work.promises.text(row["id"], "sms.interpreter_gone")
    return True


def _stands(row: RowMapping, now: datetime) -> bool:
    exact = row["window_end_at"] - row["window_start_at"] == QUARTER
    return bool(exact and row["kind"] == "slot" and row["window_end_at"] > now)


def _work(services: "Services", tx: Transaction, who: str) -> Work:
    return Work(services, tx, services.rules.current(), who)


def _quarter(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
