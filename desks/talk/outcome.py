"""What the agent says came of a matter, with one key. In the caller's transaction, behind the offer's token."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import RowMapping

from callbacks import store as promises
from desks import store
from desks.talk import transfer_store as transfers
from desks.talk.conversation import Conversation
from desks.talk.moments import moment
from desks.talk.recorded import was_a_machine
from recordings import store as recordings

OUTCOMES = ("done", "unnoted", "stands", "machine", "bad_moment", "cancelled")
SHORTEST_TALK = timedelta(seconds=10)  # business time; who was cut off before has not been helped, where nobody says so
MINUTES_UNTIL_AGAIN = 60  # business time, where the resident named none
DETAILS = ("answered", "guided", "passed_on", "form_helped", "no_show")  # what was done, closer
AVOIDABLE = ("unclear_letter", "website", "no_answer_before", "status_question", "wrong_place", "system_down")


@dataclass(frozen=True)
class Closer:
    """What an agent may add with one key each, and never has to."""

    detail: str | None = None
    avoidable: str | None = None  # why the contact need not have been

    @property
    def known(self) -> bool:
        return self.detail in (None, *DETAILS) and self.avoidable in (None, *AVOIDABLE)


NOTHING_CLOSER = Closer()


def note(
    talk: Conversation,
    token: str,
    outcome: str,
    words: str,
    minutes: int | None = None,
    closer: Closer = NOTHING_CLOSER,
    shown: str | None = None,
) -> bool:
    """``done``, ``unnoted``, ``machine``, ``bad_moment`` (again in ``minutes``), ``cancelled``; ends a running talk.
    ``stands``: of who rang in about a request, which is not done with this talk.

    ``shown``: the code of the window that she was shown in place of that time, "" where none stood there. What she
    read aloud goes on record or nothing does. None: she was shown nothing, and has told no window.
    """
    row = talk.held(token)
    if row is None or not closer.known or not _may_say(talk, row, outcome):
        return False
    agreed = _agreed(talk, row, minutes, shown) if outcome == "bad_moment" else None
    if outcome == "bad_moment" and agreed is None:
        return False
    stepped = row["request_id"] is None or _callback(talk, row, outcome, words, agreed)
    if not stepped and row["state"] != "wrapup":  # in the wrap-up the promise may have gone on without her: she is free
        return False
    if row["caller_id"] is not None and outcome in ("done", "unnoted"):
        _live_over(talk, row, outcome)
    if outcome == "machine" and row["state"] == "connected":
        talk.services.outbox.order(talk.tx, "leave_message", token)
    elif row["state"] != "wrapup":
        talk.talk_over(token)
        talk.end_leg(row)
    talk.close(row, outcome, note=words)
    if outcome == "machine":
        was_a_machine(talk, token, row["agent_id"])
    store.note_offer(talk.tx.connection, token, detail=closer.detail, avoidable=closer.avoidable)
    return True


def _may_say(talk: Conversation, row: RowMapping, outcome: str) -> bool:
    if row["state"] not in ("dialing", "connected", "wrapup") or outcome not in OUTCOMES:
        return False
    return (outcome != "stands" or row["caller_id"] is not None) and not _is_only_asked(talk, row)


def _is_only_asked(talk: Conversation, row: RowMapping) -> bool:
    """While a colleague consults her the matter is the colleague's: it is not hers to end."""
    open_one = transfers.open_of(talk.tx.connection, row["token"]) if row["state"] == "connected" else None
    return open_one is not None and open_one["new_token"] == row["token"]


def _live_over(talk: Conversation, row: RowMapping, outcome: str) -> None:
    """Done because the agent says so, however short the talk was; unnoted, because they have talked and parted."""
    stay, ended = store.stay(talk.tx.connection, row["caller_id"]), row["talk_ended_at"] or talk.now
    talked = row["connected_at"] is not None and ended - row["connected_at"] >= SHORTEST_TALK
    if stay is not None and (outcome == "done" or (talked and stay["outcome"] is None)):
        talk.served(stay, row["agent_id"], ended)


def _agreed(talk: Conversation, row: RowMapping, minutes: int | None, shown: str | None) -> datetime | None:
    """When she is rung, as she has heard it. None: the time that was shown is no longer what would be recorded."""
    asked = minutes or MINUTES_UNTIL_AGAIN
    request = promises.get(talk.tx.connection, row["request_id"]) if row["request_id"] is not None else None
    if request is None or shown is None:
        return talk.now + timedelta(minutes=asked)
    now = moment(talk.rules, request, talk.now, asked)
    if now.code != shown:
        return None
    return talk.now + timedelta(minutes=asked) if now.instead is None else now.instead.start


def _callback(talk: Conversation, row: RowMapping, outcome: str, words: str, agreed: datetime | None) -> bool:
    request_id, token, who = row["request_id"], row["token"], row["agent_id"]
    match outcome:
        case "done" | "unnoted" if _owes_a_letter(talk, request_id):
            left = words or "in writing"
            return promises.transition(talk.tx.connection, request_id, "missed", talk.now, who, token=token, note=left)
        case "done" | "unnoted":
            return _final(talk, row, "done", outcome, words)
        case "cancelled":
            return _final(talk, row, "cancel", outcome, words)
        case "machine":
            talk.promises.missed(request_id, token, "machine", who, note=words or None)
        case "bad_moment":
            talk.promises.missed(request_id, token, "bad_moment", who, agreed, words or None)
    return True


def _owes_a_letter(talk: Conversation, request_id: str) -> bool:
    """The talk is over, the written answer is not: it stays on the list of messages until somebody has sent it."""
    row = promises.get(talk.tx.connection, request_id)
    return row is not None and row["contact"] == "text"


def _final(talk: Conversation, row: RowMapping, event: str, outcome: str, words: str) -> bool:
    step = promises.transition(
        talk.tx.connection,
        row["request_id"],
        "done" if event == "done" else "cancel",
        talk.now,
        row["agent_id"],
        token=row["token"],
        note=words,
        outcome=outcome,
    )
    if step:
        talk.promises.close_items(row["request_id"])
        recordings.hear_all_of(talk.tx.connection, row["request_id"], talk.now, row["agent_id"])
    return step


def unnoted(talk: Conversation, token: str) -> None:
    """They talked, and nobody noted what came of it: done, and visible to the supervisor."""
    row = store.offer_by_token(talk.tx.connection, token)
    if row is None or not note(talk, token, "unnoted", ""):
        return
    if row["request_id"] is not None:
        talk.promises.raise_item("unnoted", row["request_id"])
