"""What the resident is told of her promise, in her language: the window's sentence, and messages. No state changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from adapters.database import Transaction
from adapters.ids import new_id
from adapters.schema import text_message
from callbacks import store
from callbacks.model import Kind, Window
from callbacks.numbers import takes_texts
from callbacks.scoring import Told
from ivr.turn import DigitsSpoken, MomentSpoken, PhoneSpoken, TopicSpoken, Value, WindowSpoken
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


def promise_words(
    services: "Services", rules: Ruleset, now: datetime, language: str, topic: str, window: Window
) -> str:
    """The promise as it is kept in the record, in the resident's language; an agent reads exactly this."""
    values: tuple[tuple[str, Value], ...] = (
        ("about", TopicSpoken(topic, "about")),
        ("window", WindowSpoken(window.start, window.end, now)),
    )
    return services.announcements.text("promise.told", language, values, rules, ZoneInfo(rules.time_zone))


class Telling:
    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset, now: datetime) -> None:
        self.services, self.tx, self.rules, self.now = services, tx, rules, now
        self.zone = ZoneInfo(rules.time_zone)

    def words(self, language: str, topic: str, window: Window) -> str:
        return promise_words(self.services, self.rules, self.now, language, topic, window)

    def window_values(self, language: str, topic: str, window: Window, kind: Kind) -> dict[str, Any]:
        return {
            "kind": kind,
            "due_at": window.start,
            "line_time_at": window.start,
            "window_start_at": window.start,
            "window_end_at": window.end,
            "promise_words": self.words(language, topic, window),
        }

    def by_text(self, row: Mapping[str, Any], key: str) -> Told:
        """With the window in ``row``: the message that will tell it, or nothing can."""
        if not self.reaches(str(row["number_id"])):
            return Told("untold")
        return Told("sms", self._body(key, row))

    def text(self, request_id: str, key: str, distinct: str = "") -> None:
        """Orders an SMS in the resident's language; without a sender nothing depends on it."""
        if not self.services.settings.sms_sender:
            return
        row = store.get(self.tx.connection, request_id)
        if row is None or not self.reaches(row["number_id"]):
            return
        message_id = new_id()
        self.tx.connection.execute(
            insert(text_message).values(
                id=message_id,
                number_id=row["number_id"],
                request_id=request_id,
                language=row["language"],
                key=key + distinct,
                body=self._body(key, dict(row)),
                created_at=self.now,
            )
        )
        self.services.outbox.order(self.tx, "send_text", message_id)

    def reaches(self, number_id: str) -> bool:
        """There is a sender, and the telephone is one that takes messages."""
        return bool(self.services.settings.sms_sender) and takes_texts(store.e164_of(self.tx.connection, number_id))

    def _body(self, key: str, row: Mapping[str, Any]) -> str:
        return self.services.announcements.sms(key, row["language"], self._values(row), self.rules, self.zone)

    def _values(self, row: Mapping[str, Any]) -> tuple[tuple[str, Value], ...]:
        window = WindowSpoken(row["window_start_at"], row["window_end_at"], self.now)
        tried = row["last_attempt_at"] or self.now
        return (
            ("window", window),
            ("code", DigitsSpoken(row["code"])),
            ("at", MomentSpoken(tried, self.now)),
            ("number", PhoneSpoken(self.services.settings.city_number)),
        )
