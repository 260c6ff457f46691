"""An abusive call ends with one key: the resident hears why and where help is, and the deed is noted.

Her request is closed only where the agent says so; else she notes what came of it, as after every talk. Only the
resident's leg is led: the agent's ends by it, and never before she has been taken out of their bridge.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from callbacks import store as promises
from desks import store
from desks.supervision import audit
from desks.talk import transfer_end
from desks.talk.conversation import WRAP_UP_MINUTES, Conversation
from desks.talk.room import matter_of
from desks.talk.transfer import Answer, Changed, MovedOn

if TYPE_CHECKING:
    from bootstrap import Services

ABUSIVE = "abusive"


def end(services: "Services", agent_id: str, token: str, *, close_request: bool) -> Answer:
    return services.database.run(lambda tx: _end(services, tx, agent_id, token, close_request=close_request))


def _end(services: "Services", tx: Transaction, agent_id: str, token: str, *, close_request: bool) -> Answer:
    talk = Conversation(services, tx, services.rules.current())
    row = talk.held(token)
    matter = matter_of(tx.connection, row) if row is not None else None
    if row is None or matter is None or row["agent_id"] != agent_id or row["state"] != "connected":
        return MovedOn()
    if matter.call_sid is not None:
        transfer_end.resident_gone(talk, matter.call_sid)
    services.outbox.order(tx, "end_abusive", token)
    audit.note(tx, services.clock, agent_id, "abusive_end", "offer", token, matter.department)
    if close_request and matter.request_id is not None:
        _close_request(talk, row, matter.request_id)
    _end_stay(talk, row)
    if close_request:
        talk.close(row, ABUSIVE)
    else:
        _to_notes(talk, row)
    return Changed()


def _to_notes(talk: Conversation, row: RowMapping) -> None:
    until = talk.now + timedelta(minutes=WRAP_UP_MINUTES)
    store.move_offer(talk.tx.connection, row["token"], "talk_over", talk_ended_at=talk.now, wrap_until_at=until)
    talk.nobody_listens(row["token"])
    talk.recorded_no_longer(row["token"])
    talk.shows(row["agent_id"])


def _close_request(talk: Conversation, row: RowMapping, request_id: str) -> None:
    """Rung or ringing in: done either way, and told apart by its outcome."""
    connection, who = talk.tx.connection, row["agent_id"]
    if row["request_id"] is not None:
        closed = promises.transition(
            connection, request_id, "done", talk.now, who, token=row["token"], note=ABUSIVE, outcome=ABUSIVE
        )
    else:
        closed = promises.transition(connection, request_id, "served", talk.now, who, note=ABUSIVE, outcome=ABUSIVE)
    if closed:
        talk.promises.close_items(request_id)


def _end_stay(talk: Conversation, row: RowMapping) -> None:
    """Her stay ends here: the talk's own end must not count her as helped."""
    if row["caller_id"] is not None:
        store.move_caller(
            talk.tx.connection, row["caller_id"], "part", talk.now, row["agent_id"], note=ABUSIVE, outcome=ABUSIVE
        )
