"""An agent promises a ring on a resident's behalf, in the talk: "housing rings you tomorrow between nine and eleven".

One transaction: the window is still free, the promise is made and owned by her, its sentence is in the ledger. What is
handed back is what she reads aloud. The talk goes on.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from adapters.database import Transaction
from callbacks import store as promises
from callbacks.ledger_store import window_of
from callbacks.making import Made, Making, Wanted
from callbacks.model import Refused, Window, code_of
from callbacks.numbers import callable_number, keyed_to_e164
from callbacks.service import Promises
from desks import store
from desks.talk.times import Time, next_times
from routing_rules.model import Ruleset, Topic

if TYPE_CHECKING:
    from bootstrap import Services

TALKING = ("connected", "wrapup")
MOST_TIMES = 8


@dataclass(frozen=True)
class Spoken:
    """What the resident is told now, in her language."""

    request_id: str
    words: str
    code: str
    language: str


@dataclass(frozen=True)
class Resident:
    """The one on the line, as far as a promise needs her."""

    number_id: str | None
    language: str
    call_sid: str
    holds: str | None  # the request that this talk is about


def promisable(rules: Ruleset) -> tuple[Topic, ...]:
    """Topics that somebody rings back about: not the branches of the menu, not what is only told."""
    return tuple(topic for topic in rules.topics if topic.department is not None)


def times(services: "Services", agent_id: str, token: str, topic: str) -> tuple[Time, ...] | None:
    """None: the talk is not hers, or over; or nobody rings back about this topic."""
    with services.database.read() as connection:
        resident = _resident(connection, store.offer_by_token(connection, token), agent_id)
        if resident is None or topic not in {known.id for known in promisable(services.rules.current())}:
            return None
        return next_times(services, connection, topic, resident.language, MOST_TIMES)


def promise(
    services: "Services", agent_id: str, token: str, topic: str, window: str, keyed: str = ""
) -> Spoken | Refused | None:
    """``keyed``: another number than the one on the line, as the agent typed it. None: the talk is over, or not hers.

    Refused: ``topic``, ``full``, ``same_matter``, ``ringing``, ``already``, ``too_many``, ``interpreter``, or what
    ``callbacks.numbers`` says of the number.
    """
    return services.database.run(lambda tx: OnBehalf(services, tx, agent_id).promise(token, topic, window, keyed))


class OnBehalf:
    def __init__(self, services: "Services", tx: Transaction, agent_id: str) -> None:
        self.services, self.tx, self.agent_id = services, tx, agent_id
        self.rules = services.rules.current()
        self.promises = Promises(services, tx, self.rules)

    def promise(self, token: str, topic: str, choice: str, keyed: str) -> Spoken | Refused | None:
        row = store.offer_by_token(self.tx.connection, token, held=True)
        resident = _resident(self.tx.connection, row, self.agent_id)
        if resident is None:
            return None
        if topic not in {known.id for known in promisable(self.rules)}:
            return Refused("topic")
        e164 = self._number(resident, keyed)
        if isinstance(e164, Refused):
            return e164
        if self._is_in_hand(resident, e164, topic):
            return Refused("same_matter")
        if (again := self._made_before(resident, e164, topic, choice)) is not None:
            return self._spoken(resident, again)
        found = self.promises.window(topic, resident.language, choice, None) if choice.isdigit() else None
        if found is None:
            return Refused("full")
        return self._make(resident, e164, topic, found[1])

    def _number(self, resident: Resident, keyed: str) -> str | Refused:
        """E.164: typed numbers pass the same rules as those keyed in by callers."""
        own = frozenset({self.services.settings.city_number, self.services.caller_id})
        countries = self.rules.allowed_countries
        if not keyed:
            known = resident.number_id
            return callable_number(promises.e164_of(self.tx.connection, known) if known else None, own, countries)
        digits = keyed.strip()
        written = callable_number(digits, own, countries)
        if isinstance(written, Refused) and not digits.startswith("+"):
            dialled = keyed_to_e164("".join(c for c in digits if c.isdigit()), countries)
            return written if isinstance(dialled, Refused) else callable_number(dialled, own, countries)
        return written

    def _is_in_hand(self, resident: Resident, e164: str, topic: str) -> bool:
        """The promise that this very talk keeps is not promised anew: its outcome says when she is rung again."""
        held = promises.get(self.tx.connection, resident.holds) if resident.holds else None
        if held is None or held["topic"] != topic:
            return False
        return promises.e164_of(self.tx.connection, held["number_id"]) == e164

    def _made_before(self, resident: Resident, e164: str, topic: str, choice: str) -> RowMapping | None:
        """The same key pressed twice is one promise, also in an urgent matter, of which a number may have several."""
        rows = promises.open_of_number(self.tx.connection, e164)
        mine = (row for row in rows if row["topic"] == topic and row["origin_call_sid"] == resident.call_sid)
        return next((row for row in mine if code_of(window_of(row)) == choice), None)

    def _make(self, resident: Resident, e164: str, topic: str, window: Window) -> Spoken | Refused:
        own = promises.e164_of(self.tx.connection, resident.number_id) if resident.number_id else None
        wanted = Wanted(
            e164, topic, resident.language, "slot", window, self.promises.now, resident.call_sid,
            keyed_in=e164 != own, asker=resident.number_id, by=self.agent_id, via="agent",
        )  # fmt: skip
        made = Making(self.promises).make(wanted)
        if not isinstance(made, Made):
            return made if isinstance(made, Refused) else Refused("already")
        if made.joined and made.may_tell == "nothing":
            return Refused("already")
        row = promises.get(self.tx.connection, made.request_id)
        assert row is not None
        if window_of(row) != window:
            if row["interpreter"]:  # ordered for the time that stands
                return Refused("interpreter")
            if not self.promises.move(made.request_id, window, self.agent_id, via="agent"):
                return Refused("ringing")
            row = promises.get(self.tx.connection, made.request_id) or row
        self.tx.after_commit(lambda: self.services.changed(self.agent_id))
        return self._spoken(resident, row)

    def _spoken(self, resident: Resident, row: RowMapping) -> Spoken:
        """She has been told that she will be rung: the end of this talk does not close what she rang in about."""
        store.rings_about_no_longer(self.tx.connection, resident.call_sid, row["id"])
        return Spoken(row["id"], row["promise_words"], row["code"], row["language"])


def _resident(connection: Connection, row: RowMapping | None, agent_id: str) -> Resident | None:
    """None: the offer is not this agent's, or nobody talks or has just talked in it."""
    if row is None or row["agent_id"] != agent_id or row["state"] not in TALKING:
        return None
    if row["request_id"] is not None:
        held = promises.get(connection, row["request_id"])
        sid = row["resident_call_sid"] or row["agent_call_sid"] or row["token"]
        return None if held is None else Resident(held["number_id"], held["language"], sid, held["id"])
    stay = store.stay(connection, row["caller_id"])
    return None if stay is None else Resident(stay["number_id"], stay["language"], stay["call_sid"], None)
