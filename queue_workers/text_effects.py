"""The order that sends a text: at most once, in its turn, and where it was never sent a person hears of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, select, update

from adapters.database import Transaction
from adapters.schema import text_message
from adapters.voice_gateway import Done, NotDone, Result, Unknown
from callbacks import store as promises
from callbacks.service import Promises
from callbacks.store import e164_of
from ivr.step_url import RETRY
from queue_workers.talk_effects import AGAIN_SECONDS, Outcome

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class _Asked:
    to: str
    request_id: str | None
    body: str


def _lost_sight_of(services: "Services", tx: Transaction, message_id: str) -> None:
    """Whoever asked died before the answer was noted: the message is shown as one whose fate nobody knows, and a person
    hears that it may have told nobody."""
    mine = (text_message.c.id == message_id, text_message.c.asked_machine.is_not(None), text_message.c.status.is_(None))
    if tx.connection.execute(update(text_message).where(*mine).values(status="unknown")).rowcount == 1:
        row = _message(tx, message_id)
        untold(services, tx, row["request_id"], row["body"])


def _message(tx: Transaction, message_id: str) -> RowMapping:
    return tx.connection.execute(select(text_message).where(text_message.c.id == message_id)).mappings().one()


def send_text(services: "Services", message_id: str) -> Outcome:
    """At most once: an SMS whose fate is unknown is not sent again; no flow depends on it."""
    asked = services.database.run(lambda tx: _ask(services, tx, message_id))
    if asked is None:
        return "not wanted"
    status_url = f"{services.base}/sms/status{RETRY}"
    result = services.gateway.text(asked.to, services.settings.sms_sender, asked.body, status_url)
    return services.database.run(lambda tx: _noted(services, tx, message_id, asked, result))


def _ask(services: "Services", tx: Transaction, message_id: str) -> _Asked | None:
    mine = update(text_message).where(text_message.c.id == message_id, text_message.c.asked_machine.is_(None))
    if tx.connection.execute(mine.values(asked_machine=services.clock.machine())).rowcount != 1:
        _lost_sight_of(services, tx, message_id)
        return None
    row = _message(tx, message_id)
    if row["number_id"] is None:  # forgotten meanwhile
        return None
    return _Asked(e164_of(tx.connection, row["number_id"]), row["request_id"], row["body"])


def _noted(services: "Services", tx: Transaction, message_id: str, asked: _Asked, result: Result) -> Outcome:
    same = update(text_message).where(text_message.c.id == message_id)
    match result:
        case Done(sid):
            tx.connection.execute(same.values(message_sid=sid, status="sent"))
            return "sent"
        case NotDone(again=True):
            tx.connection.execute(same.values(asked_machine=None))
            return AGAIN_SECONDS
        case NotDone(code=code):
            tx.connection.execute(same.values(status=f"refused {code}"))
            untold(services, tx, asked.request_id, asked.body)
            return "refused"
        case Unknown():
            tx.connection.execute(same.values(status="unknown"))
            untold(services, tx, asked.request_id, asked.body)  # told once too often is better than not at all
            return "unknown"


def untold(services: "Services", tx: Transaction, request_id: str | None, body: str) -> None:
    """The message did not arrive, or nobody knows whether it did: the resident may not know the new time, a person
    should."""
    if promises.mark_untold(tx.connection, request_id, body):
        Promises(services, tx, services.rules.current()).raise_item("untold", request_id)


def never_sent(services: "Services", message_id: str) -> None:
    """The provider would not take it for so long, or nobody was there to ask, that its words are no help any more."""

    def note(tx: Transaction) -> None:
        mine = (text_message.c.id == message_id, text_message.c.asked_machine.is_(None))
        row = tx.connection.execute(select(text_message).where(*mine)).mappings().first()
        if row is None:
            return _lost_sight_of(services, tx, message_id)
        given_up = {"asked_machine": services.clock.machine(), "status": "never sent"}
        tx.connection.execute(update(text_message).where(*mine).values(**given_up))
        return untold(services, tx, row["request_id"], row["body"])

    services.database.run(note)
