"""The order that sends a text: at most once, in its turn, and where it was never sent a person hears of it."""

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from adapters.database import Transaction
from adapters.schema import text_message
from adapters.voice_gateway import Done, NotDone, Unknown
from callbacks import store as promises
from callbacks.service import Promises
from callbacks.store import e164_of
from ivr.step_url import RETRY
from queue_workers.talk_effects import AGAIN_SECONDS, Outcome

if TYPE_CHECKING:
    from bootstrap import Services


def _lost_sight_of(tx: Transaction, message_id: str) -> None:
    """Whoever asked died before the answer was noted: the message is shown as one whose fate nobody knows."""
    mine = (text_message.c.id == message_id, text_message.c.asked_machine.is_not(None), text_message.c.status.is_(None))
    tx.connection.execute(update(text_message).where(*mine).values(status="unknown"))


def send_text(services: "Services", message_id: str) -> Outcome:
    """At most once: an SMS whose fate is unknown is not sent again; no flow depends on it."""
    mine = update(text_message).where(text_message.c.id == message_id, text_message.c.asked_machine.is_(None))
    with services.database.write() as tx:
        if tx.connection.execute(mine.values(asked_machine=services.clock.machine())).rowcount != 1:
            _lost_sight_of(tx, message_id)
            return "not wanted"
        row = tx.connection.execute(select(text_message).where(text_message.c.id == message_id)).mappings().one()
        if row["number_id"] is None:  # forgotten meanwhile
            return "not wanted"
        to = e164_of(tx.connection, row["number_id"])
    result = services.gateway.text(to, services.settings.sms_sender, row["body"], f"{services.base}/sms/status{RETRY}")
    with services.database.write() as tx:
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
                untold(services, tx, row["request_id"], row["body"])
                return "refused"
            case Unknown():
                tx.connection.execute(same.values(status="unknown"))
                return "unknown"


def untold(services: "Services", tx: Transaction, request_id: str | None, body: str) -> None:
    """The message did not arrive: the resident does not know the new time, and a person should."""
    if promises.mark_untold(tx.connection, request_id, body):
        Promises(services, tx, services.rules.current()).raise_item("untold", request_id)


def never_sent(services: "Services", message_id: str) -> None:
    """The provider would not take it for so long that its words are no help any more."""

    def note(tx: Transaction) -> None:
        mine = (text_message.c.id == message_id, text_message.c.asked_machine.is_(None))
        row = tx.connection.execute(select(text_message).where(*mine)).mappings().first()
        if row is not None:
            given_up = {"asked_machine": services.clock.machine(), "status": "never sent"}
            tx.connection.execute(update(text_message).where(*mine).values(**given_up))
            untold(services, tx, row["request_id"], row["body"])

    services.database.run(note)
