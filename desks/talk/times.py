"""Times that an agent can promise on a resident's behalf, each with the sentence that will be read to her."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from callbacks.model import Window, code_of
from callbacks.planning import slots_for
from callbacks.telling import promise_words

if TYPE_CHECKING:
    from bootstrap import Services


@dataclass(frozen=True)
class Time:
    code: str
    window: Window
    words: str  # in the resident's language


def next_times(services: "Services", connection: Connection, topic: str, language: str, most: int) -> tuple[Time, ...]:
    """The next windows that can be promised, the soonest first; () where the desk has none in the coming days."""
    rules, now = services.rules.current(), services.clock.now()
    free = slots_for(connection, rules, topic, language, now)
    return tuple(Time(code_of(w), w, words(services, topic, language, w)) for w in free[:most])


def words(services: "Services", topic: str, language: str, window: Window) -> str:
    """The promise as it will be kept in the record: the agent reads exactly this."""
    return promise_words(services, services.rules.current(), services.clock.now(), language, topic, window)
