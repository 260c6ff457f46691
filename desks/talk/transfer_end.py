"""What becomes of a transfer: answered, handed on, come to nothing. In the caller's transaction, behind its state.

The resident always has a place: with the agent who asked, with who was asked, or in the line with her old line time.
"""

from datetime import timedelta
from typing import Any

from sqlalchemy import RowMapping

from callbacks import store as promises
from desks import store
from desks.line.machine import LineState
from desks.supervision import audit
from desks.talk import transfer_store as transfers
from desks.talk.base import SERVICE, Talk
from desks.talk.recorded import notice_of, talk_began
from desks.talk.room import Matter, matter_of, set_hold

RUNG_AGAIN = timedelta(minutes=15)  # business time: whose transfer broke off is not rung at the same moment
RUNG_WITHIN = timedelta(minutes=60)


def taken(talk: Talk, row: RowMapping | None) -> RowMapping | None:
    """The transfer as it stands now, behind the asking agent's offer: that one first, then the transfer, then the offer
    of who was asked, whoever begins. In another order two wait for each other, and the resident for both."""
    if row is None:
        return None
    talk.held(row["token"])
    return transfers.by_id(talk.tx.connection, row["id"])


def answered(talk: Talk, row: RowMapping) -> None:
    """Who was asked is there. Where the agent has left, or never meant to stay, the resident is hers at once."""
    asking = store.offer_by_token(talk.tx.connection, row["token"])
    if row["kind"] == "blind" or asking is None or asking["state"] != "connected":
        handed_on(talk, row)
        return
    transfers.move(talk.tx.connection, row, "answer", talk.now)
    talk.shows(asking["agent_id"])


def handed_on(talk: Talk, row: RowMapping) -> None:
    """The resident goes on with who was asked; the agent is free. The order takes her off hold, then ends that leg."""
    asking = talk.held(row["token"])
    if asking is None or not transfers.move(talk.tx.connection, row, "hand_on", talk.now, outcome="handed_on"):
        return
    if row["goal_kind"] == "partner":
        _partner_takes(talk, asking)
    else:
        leave_stay(talk, asking, row["goal"] if row["goal_kind"] == "desk" else None)
        _colleague_takes(talk, row["new_token"])
    store.note_offer(talk.tx.connection, row["token"], on_hold=False)
    talk.services.outbox.order(talk.tx, "let_leave", row["id"])
    closed(talk, asking, row)


def leave(talk: Talk, asking: RowMapping, row: RowMapping) -> None:
    """She goes before anybody has answered: who was asked gets the resident, or the line does."""
    store.move_offer(talk.tx.connection, asking["token"], "talk_over", talk_ended_at=talk.now)
    talk.close(asking, "transferred", note=row["note"])
    talk.services.outbox.order(talk.tx, "leave_room", asking["token"])


def handed_to_line(talk: Talk, asking: RowMapping, row: RowMapping) -> None:
    """The resident is in the other desk's line already: nobody has to be asked."""
    transfers.move(talk.tx.connection, row, "hand_on", talk.now, outcome="handed_on")
    closed(talk, asking, row)


def closed(talk: Talk, asking: RowMapping, row: RowMapping) -> None:
    """The deed is noted and the agent is free; her note stands with the talk she had."""
    matter = matter_of(talk.tx.connection, asking)
    department = matter.department if matter is not None else None
    goal = f"{row['kind']} {row['goal_kind']} {row['goal']}"
    audit.note(talk.tx, talk.services.clock, asking["agent_id"], "transfer", "offer", row["token"], department, goal)
    if asking["state"] != "ended":
        store.move_offer(talk.tx.connection, asking["token"], "talk_over", talk_ended_at=talk.now)
        talk.close(asking, "transferred", note=row["note"])


def _colleague_takes(talk: Talk, token: str) -> None:
    taking = talk.held(token)
    if taking is not None:
        stay, who = taking["caller_id"], taking["agent_id"]
        store.move_caller(talk.tx.connection, stay, "take_over", talk.now, who, answered_at=talk.now, offer_token=token)
        talk_began(talk, token)
        talk.shows(who)


def _partner_takes(talk: Talk, asking: RowMapping) -> None:
    """Outside our house: the matter is done here."""
    connection, who = talk.tx.connection, asking["agent_id"]
    request_id = asking["request_id"]
    if asking["caller_id"] is not None:
        stay = store.stay(connection, asking["caller_id"])
        store.move_caller(connection, asking["caller_id"], "part", talk.now, who)
        request_id = stay["request_id"] if stay is not None else None
        if request_id is not None and promises.transition(
            connection, request_id, "served", talk.now, who, outcome="partner"
        ):
            talk.promises.close_items(request_id)
    elif promises.transition(connection, request_id, "done", talk.now, who, token=asking["token"], outcome="partner"):
        talk.promises.close_items(request_id)


def leave_stay(talk: Talk, asking: RowMapping, desk: str | None) -> None:
    """The agent's hold on the matter ends: her stay has moved, her callback's request waits for how the talk goes on.

    ``desk``: who would ring, should that break off."""
    connection, who = talk.tx.connection, asking["agent_id"]
    if asking["caller_id"] is not None:
        store.move_caller(connection, asking["caller_id"], "transfer", talk.now, who)
        return
    due = talk.now + RUNG_AGAIN
    values: dict[str, Any] = {"due_at": due, "window_start_at": due, "window_end_at": due + RUNG_WITHIN}
    values |= {"kind": "retry"} | ({"desk": desk} if desk is not None else {})
    promises.transition(connection, asking["request_id"], "hand_on", talk.now, who, token=asking["token"], **values)


# --- it comes to nothing -----------------------------------------------------------------------------------------


def failed(talk: Talk, row: RowMapping, why: str) -> None:
    """Unanswered, declined, lost, refused: the resident is with the agent again, or in the line if she has left."""
    asking = talk.held(row["token"])
    here = asking is not None and asking["state"] == "connected"
    if not transfers.move(talk.tx.connection, row, "fail" if here else "to_line", talk.now, outcome=why):
        return
    withdraw_asked(talk, row)
    if asking is None:
        return
    if here:
        back_with_agent(talk, asking)
        return
    matter = matter_of(talk.tx.connection, asking)
    if matter is not None:
        to_line(talk, asking, matter, matter.desk)


def back_with_agent(talk: Talk, asking: RowMapping) -> None:
    """Also when she is off hold already, after a talk of three: the order makes the room end with her agent again."""
    set_hold(talk, asking, False)


def withdraw_asked(talk: Talk, row: RowMapping) -> None:
    """Who was asked is let go: her card, her leg, and the stay that would have been hers."""
    if row["new_token"] is None:
        if row["leg_sid"] is not None:
            talk.services.outbox.order(talk.tx, "end_leg", row["leg_sid"])
        return
    asked = talk.held(row["new_token"])
    if asked is None:
        return
    store.move_caller(talk.tx.connection, asked["caller_id"], "not_taken", talk.now, SERVICE)
    if asked["state"] != "ended":
        talk.close(asked, "consulted" if asked["connected_at"] is not None else "withdrawn")
        talk.end_leg(asked)


def to_line(talk: Talk, asking: RowMapping, matter: Matter, desk: str, department: str | None = None) -> str | None:
    """A new stay with the old line time; the order leads her leg there. None: nobody knows her leg."""
    if matter.call_sid is None:
        return None
    leave_stay(talk, asking, desk)
    line_id = add_stay(talk, asking, matter, "waiting", desk, department)
    talk.services.outbox.order(talk.tx, "lead_on", line_id)
    talk.tx.after_commit(talk.services.hurry)
    talk.tx.after_commit(talk.services.changed)
    return line_id


def add_stay(
    talk: Talk, asking: RowMapping, matter: Matter, state: LineState, desk: str, department: str | None
) -> str:
    """What she was told about recording in this call, and her word about it, go with her."""
    event, heard = "consult" if state == "handing" else "transfer", notice_of(talk.tx.connection, asking)
    return transfers.add_stay(
        talk.tx.connection, state, talk.now, event, call_sid=matter.call_sid,
        number_id=matter.number_id, request_id=matter.request_id, topic=matter.topic,
        language=matter.language, service_language=matter.service_language, urgent=matter.urgent, desk=desk,
        department=department or matter.department, ruleset_version=matter.ruleset_version,
        line_time_at=matter.line_time, handed_over_by=asking["token"], recording_told_at=heard.told_at,
        recording_declined=heard.declined,
    )  # fmt: skip


# --- somebody is gone --------------------------------------------------------------------------------------------


def leg_over(talk: Talk, row: RowMapping) -> bool:
    """An agent's leg is over while a transfer is open. True: the transfer has decided what that means."""
    open_one = transfers.open_of(talk.tx.connection, row["token"])
    if open_one is None:
        return False
    if open_one["new_token"] == row["token"]:
        failed(talk, open_one, "left")
    elif open_one["state"] == "asked":
        leave(talk, row, open_one)
    else:
        handed_on(talk, open_one)
    return True


def not_taken(talk: Talk, token: str, why: str) -> None:
    """The offer by which a colleague was asked has lapsed or was declined."""
    open_one = transfers.open_of(talk.tx.connection, token)
    if open_one is not None and open_one["new_token"] == token:
        failed(talk, open_one, why)


def resident_gone(talk: Talk, call_sid: str) -> None:
    """She has hung up: nobody is asked about her any more."""
    open_one = taken(talk, transfers.open_about(talk.tx.connection, call_sid))
    if open_one is None or not transfers.move(talk.tx.connection, open_one, "caller_gone", talk.now):
        return
    withdraw_asked(talk, open_one)
    asking = talk.held(open_one["token"])
    if asking is not None and asking["state"] == "ended" and asking["request_id"] is not None:
        leave_stay(talk, asking, None)  # nobody is left to note what came of it: she is rung again
