"""A message's use cases, each in the caller's transaction: announced, kept, dropped, heard; and its sound stored.

Nothing is fetched or deleted here: what must happen outside is ordered in the outbox by the same commit.
"""

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.ids import new_id
from callbacks import limit_store as limits
from callbacks import store as promises
from callbacks.limits import DAY, number_over
from callbacks.model import Kind, Window
from callbacks.planning import ringing_department
from callbacks.service import ASAP, Promises
from desks import store as desks_store
from desks.line.waiting import outlook, rings_soon
from recordings import sound_store, store
from recordings.model import LEAST_SECONDS, Announced, Kept
from recordings.vault import Sealed
from routing_rules.model import Ruleset, Topic
from routing_rules.switches.withheld import is_withheld

if TYPE_CHECKING:
    from bootstrap import Services

TOKEN_BYTES = 16  # nobody guesses the address of a sound that is being listened to


class Recordings:
    """Use cases over one transaction; made for each unit of work."""

    def __init__(self, services: "Services", tx: Transaction, rules: Ruleset) -> None:
        self.services, self.tx, self.rules = services, tx, rules
        self.now = services.clock.now()

    def announced(self, what: Announced, number_id: str | None = None) -> str:
        """A draft, its sound ordered; the same recording announced again is the same draft. Too short: dropped."""
        topic, short = self._topic(what.topic), what.seconds < LEAST_SECONDS
        recording_id = new_id()
        row = {
            "id": recording_id,
            "recording_sid": what.recording_sid,
            "call_sid": what.call_sid,
            "number_id": number_id or store.number_of_call(self.tx.connection, what.call_sid),
            "kind": what.kind,
            "state": "dropped" if short else "draft",
            "topic": topic.id,
            "language": what.language,
            "department": ringing_department(self.rules, topic.id, what.language, self.now).id,
            "urgent": int(topic.urgent or what.kind == "duty"),
            "token": secrets.token_hex(TOKEN_BYTES),
            "seconds": what.seconds,
            "made_at": what.at or self.now,
        }
        if not store.add(self.tx.connection, row):
            return self._known(what.recording_sid, number_id)
        if short:
            self.services.outbox.order(self.tx, "delete_recording", recording_id)
        else:
            self.services.outbox.order(self.tx, "fetch_recording", recording_id)
        return recording_id

    def _known(self, recording_sid: str, number_id: str | None) -> str:
        known = store.by_sid(self.tx.connection, recording_sid)
        if known is None:
            raise RuntimeError("a recording that collided is not there")
        if number_id is not None and known["number_id"] is None:
            store.note(self.tx.connection, known["id"], number_id=number_id)
        return str(known["id"])

    def call_ended(self, call_sid: str) -> None:
        """Whoever spoke and hung up has left a message."""
        for draft in store.drafts_of(self.tx.connection, call_sid):
            self.kept(draft["id"], heard=False)

    def kept(self, recording_id: str, heard: bool = True) -> Kept | None:
        """A matter of the right desk: a request where the number can be rung in a window that can be kept. None: it
        was dropped, or never was. ``heard``: the caller is still there, and hears what becomes of it."""
        row = store.get(self.tx.connection, recording_id, held=True)
        if row is None or row["state"] == "dropped":
            return None
        if row["state"] != "draft":
            return Kept(row["request_id"])
        number_id = row["number_id"] or store.number_of_call(self.tx.connection, row["call_sid"])
        made = self._request(row, number_id, heard) if number_id is not None else None
        request_id = made.request_id if made is not None else None
        store.step(self.tx.connection, recording_id, "keep", request_id=request_id, number_id=number_id)
        if row["kind"] == "duty":
            self._alarm(row, request_id)
        self.tx.after_commit(self.services.hurry)
        self.tx.after_commit(self.services.changed)
        return made or Kept(None)

    def _request(self, row: RowMapping, number_id: str, heard: bool) -> Kept | None:
        found = None if self._is_capped(row, number_id) else self._window(row)
        if found is None:
            return None
        kind, window = found
        request_id, joined = Promises(self.services, self.tx, self.rules).make(
            e164=promises.e164_of(self.tx.connection, number_id),
            topic=self._topic(row["topic"]).id,
            language=row["language"],
            kind=kind,
            window=window,
            line_time=row["made_at"],
            call_sid=row["call_sid"],
            via="voice" if heard else "sms",
        )
        if row["urgent"]:
            promises.mark_urgent(self.tx.connection, request_id)
        return Kept(request_id, joined)

    def _is_capped(self, row: RowMapping, number_id: str) -> bool:
        """The city promises no ring now, or not to this number: the desk listens, and nothing is said of a ring."""
        if row["urgent"] or promises.open_same(self.tx.connection, number_id, self._topic(row["topic"]).id):
            return False
        if is_withheld(self.rules, self._topic(row["topic"]).id, row["language"], self.now):
            return True
        had = limits.of_number(self.tx.connection, number_id, self.now - DAY)
        return number_over(had, self.rules.limits) or limits.promises_are_stopped(self.tx.connection, self.now)

    def _window(self, row: RowMapping) -> tuple[Kind, Window] | None:
        """The first that can be kept: as soon as possible, or the next slot with room."""
        made, topic = Promises(self.services, self.tx, self.rules), self._topic(row["topic"]).id
        wait = self._expected_wait(topic, row["language"], urgent=bool(row["urgent"]))
        soon = made.window(topic, row["language"], ASAP, wait) if wait is not None else None
        return soon or made.window(topic, row["language"], "", None)

    def _expected_wait(self, topic: str, language: str, *, urgent: bool) -> int | None:
        """None: nobody is on duty who could ring soon, or the desk is paused and rings about urgent matters alone."""
        duty = desks_store.duty(self.tx.connection, self.services.clock.machine(), self.now)
        desk = ringing_department(self.rules, topic, language, self.now).id
        if not rings_soon(self.rules, duty, self.now, topic, language, urgent=urgent):
            return None
        return outlook(self.tx.connection, self.rules, duty, self.now, desk, None).wait_minutes or 0

    def _alarm(self, row: RowMapping, request_id: str | None) -> None:
        """Nobody on duty answered: a person must listen now, and not only in the request's window.

        The item that said no more than who had rang goes: this one has her words.
        """
        promises_of = Promises(self.services, self.tx, self.rules)
        promises_of.close_rung_in_vain(row["number_id"])
        promises_of.raise_item("duty_unanswered", request_id, row["id"])

    def dropped(self, recording_id: str) -> bool:
        """The caller speaks anew: the sound goes, here and at the provider. False: it is kept already."""
        if not store.step(self.tx.connection, recording_id, "drop"):
            return False
        self.services.outbox.order(self.tx, "drop_sound", recording_id)
        self.services.outbox.order(self.tx, "delete_recording", recording_id)
        return True

    def stored(self, recording_id: str, sealed: Sealed, content_type: str, seconds: int) -> bool:
        """The sound is in the vault: the provider need not hold it any longer. False: dropped meanwhile."""
        noted = sound_store.note_stored(
            self.tx.connection,
            recording_id,
            stored_machine=self.services.clock.machine(),
            bytes=sealed.bytes,
            sha256=sealed.sha256,
            sealed_with=sealed.key,
            content_type=content_type,
            seconds=seconds,
            failed=None,
        )
        if noted:
            self.services.outbox.again(self.tx, "delete_recording", recording_id)
            if self.services.transcriber is not None:
                self.services.outbox.order(self.tx, "transcribe", recording_id)
            self.tx.after_commit(self.services.changed)
        return noted

    def missing(self, recording_id: str) -> bool:
        """It was stored and does not rest here: fetched again while the provider still has it. False: it has not."""
        if not sound_store.note_missing(self.tx.connection, recording_id):
            return False
        self.services.outbox.again(self.tx, "fetch_recording", recording_id)
        return True

    def failed(self, recording_id: str, why: str) -> None:
        """The sound will not come; the matter stays, and the page says that there is nothing to hear."""
        store.note(self.tx.connection, recording_id, failed=why[:40])
        self.tx.after_commit(self.services.changed)

    def heard(self, recording_id: str, agent_id: str, note: str = "") -> bool:
        """An agent has dealt with it. False: somebody else already has."""
        values = {"heard_at": self.now, "heard_by": agent_id, "note": note or None}
        done = store.step(self.tx.connection, recording_id, "hear", **values)
        if done:
            self.tx.after_commit(self.services.changed)
        return done

    def _topic(self, topic_id: str) -> Topic:
        """The general topic where a newer ruleset no longer knows it: no message gets lost."""
        known = next((t for t in self.rules.topics if t.id == topic_id and t.department is not None), None)
        return known or self.rules.topic(self.rules.general_topic)
