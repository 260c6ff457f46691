"""A text to a number that is no promise's own: ordered in the outbox, in the caller's transaction, and once a moment.

Texts about a promise are the promise's (``callbacks.service``). Nothing flows from a text: without a sender there is
none, and what it tells stands in the supervisor's list too.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import text_message
from callbacks import store
from ivr.turn import Value
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services

SAME_TEXT = timedelta(minutes=10)  # whoever presses again, or rings again at once, gets no second copy


def order(
    services: "Services",
    tx: Transaction,
    rules: Ruleset,
    now: datetime,
    e164: str,
    key: str,
    language: str,
    values: tuple[tuple[str, Value], ...] = (),
) -> None:
    if not services.settings.sms_sender:
        return
    number = store.number_id(tx.connection, e164, now)
    body = services.announcements.sms(key, language, values, rules, ZoneInfo(rules.time_zone))
    if _sent_lately(tx.connection, number, key, body, now):
        return
    message_id = new_id()
    row = {"id": message_id, "number_id": number, "language": language, "key": key, "body": body}
    tx.connection.execute(insert(text_message).values(**row, created_at=now))
    services.outbox.order(tx, "send_text", message_id)


def alarm_number(rules: Ruleset) -> str | None:
    """Who is texted when something of the whole city's is wrong: its own alarm, else the city duty's."""
    duty = next((duty for duty in rules.duties if duty.id == rules.duty), None)
    return rules.limits.alarm_number or (duty.alarm_number if duty is not None else None)


def _sent_lately(connection: Connection, number: str, key: str, body: str, now: datetime) -> bool:
    lately = select(text_message.c.id).where(
        text_message.c.number_id == number,
        text_message.c.key == key,
        text_message.c.body == body,
        text_message.c.created_at > now - SAME_TEXT,
    )
    return connection.scalar(lately.limit(1)) is not None
