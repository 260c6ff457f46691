"""Recorded talks: use cases, each in the caller's transaction. Began, held, paused, over; and what the provider says.

The record comes first: ``wanted`` and the talk's hold say what should be, orders make the provider's side say the same,
and only what the provider has confirmed is a state. Which talks may be recorded: ``desks.talk.recorded``.
"""

import secrets
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from adapters.ids import new_id
from recordings import deletion_store
from recordings import talk_store as store
from recordings.keeping import SERVICE, delete_named, delete_sound
from recordings.model import About, wish

if TYPE_CHECKING:
    from bootstrap import Services

DROPPED = "dropped"  # why, in the proof of deletion
TOKEN_BYTES = 16  # rides in the address of the provider's news


class RecordedTalks:
    """Use cases over one transaction; made for each unit of work."""

    def __init__(self, services: "Services", tx: Transaction) -> None:
        self.services, self.tx = services, tx

    # --- what happens in the talk --------------------------------------------------------------------------------

    def began(self, about: About) -> None:
        """One recording for each talk; asked for again, it is the same one."""
        row = {
            "id": (recording_id := new_id()),
            "offer_token": about.offer_token,
            "agent_id": about.agent_id,
            "call_sid": about.call_sid,
            "number_id": about.number_id,
            "request_id": about.request_id,
            "topic": about.topic,
            "language": about.language,
            "department": about.department,
            "urgent": int(about.urgent),
            "kind": "talk",
            "state": "asked",
            "wanted": "on",
            "token": secrets.token_hex(TOKEN_BYTES),
            "seconds": 0,
            "made_at": self.services.clock.now(),
        }
        if store.add(self.tx.connection, row):
            self.services.outbox.order(self.tx, "start_recording", recording_id)
            self._shows(about.agent_id)

    def hold_changed(self, offer_token: str) -> None:
        """The talk's own row says whether she is on hold; it is read when the order is carried out."""
        row = store.running(self.tx.connection, offer_token)
        if row is not None:
            self.order_change(row["id"])

    def pause(self, offer_token: str, on: bool) -> bool:
        """The agent's word, which holds until she takes it back. Said again, the order is given again. False: nothing
        is recorded here."""
        row = store.running(self.tx.connection, offer_token)
        if row is None:
            return False
        store.note(self.tx.connection, row["id"], wanted="paused" if on else "on")
        self.order_change(row["id"])
        self._shows(row["agent_id"])
        return True

    def has_sound(self, offer_token: str) -> bool:
        """Recorded, or being recorded: there is something that a no would end or take back."""
        row = store.of_offer(self.tx.connection, offer_token)
        return row is not None and row["deleted_at"] is None and row["state"] != "absent"

    def over(self, offer_token: str) -> None:
        """The talk is over or she is handed on. What the provider was never asked for never is."""
        row = store.running(self.tx.connection, offer_token)
        if row is None:
            return
        values = {"wanted": "off", "ended_at": self.services.clock.now()}
        if row["asked_machine"] is None and row["recording_sid"] is None:
            store.step(self.tx.connection, row, "absent", **values)
        elif store.step(self.tx.connection, row, "end", **values) and row["recording_sid"] is not None:
            self.services.outbox.order(self.tx, "stop_recording", row["id"])
        self._shows(row["agent_id"])

    def dropped(self, offer_token: str, by: str) -> None:
        """She has declined, or a machine was recorded that was never told: over, and what was recorded goes, here and
        at the provider. What has no name yet goes once it has one. What lies under a legal hold ends, and stays."""
        self.over(offer_token)
        row = store.of_offer(self.tx.connection, offer_token, held=True)
        if row is not None and not deletion_store.held(self.tx.connection, row["id"]):
            delete_sound(self.services, self.tx, row["id"], DROPPED, by)

    def refused(self, call_sid: str, by: str) -> None:
        """Every talk of this call: she was told that what was recorded goes, and knows of one recording only."""
        for token in store.tokens_of_call(self.tx.connection, call_sid):
            self.dropped(token, by)

    def order_change(self, recording_id: str) -> None:
        """An order of its own each time: one that is just ending must not swallow the next wish."""
        self.services.outbox.order(self.tx, "set_recording", f"{recording_id}.{new_id()[:12]}")

    # --- what the provider says ----------------------------------------------------------------------------------

    def runs(self, row: RowMapping, recording_sid: str) -> None:
        """It records: told by the answer to our order, by its news, or found in its list. ``row``: held."""
        self.named(row, recording_sid)
        if row["state"] == "ended":
            self.services.outbox.again(self.tx, "stop_recording", row["id"])
        if not store.step(self.tx.connection, row, "begin"):
            return
        if self.wished(row) != "running":
            self.order_change(row["id"])
        self._shows(row["agent_id"])

    def wished(self, row: RowMapping) -> str:
        return wish(row["wanted"], store.is_on_hold(self.tx.connection, row["offer_token"]))

    def confirmed(self, row: RowMapping, *, paused: bool) -> None:
        """``row``: held. A talk that has ended meanwhile stays ended."""
        store.note(self.tx.connection, row["id"], asked_machine=None)
        if store.step(self.tx.connection, row, "pause" if paused else "resume"):
            self._shows(row["agent_id"])

    def whole(self, row: RowMapping, recording_sid: str, seconds: int) -> None:
        """The file is there: fetched once, whoever tells of it. ``row``: held."""
        self.named(row, recording_sid)
        ended = row["ended_at"] or self.services.clock.now()
        values = {"seconds": seconds, "wanted": "off", "asked_machine": None, "ended_at": ended, "failed": None}
        if store.step(self.tx.connection, row, "keep", **values):
            if row["deleted_at"] is None:
                self.services.outbox.order(self.tx, "fetch_recording", row["id"])
            self._shows(row["agent_id"])

    def absent(self, row: RowMapping, why: str) -> None:
        """Nothing was recorded, and the card says so. ``row``: held."""
        ended = row["ended_at"] or self.services.clock.now()
        values = {"wanted": "off", "ended_at": ended, "asked_machine": None, "failed": why[:40]}
        if store.step(self.tx.connection, row, "absent", **values):
            self._shows(row["agent_id"])

    def named(self, row: RowMapping, recording_sid: str) -> None:
        if row["recording_sid"] is None:
            store.note(self.tx.connection, row["id"], recording_sid=recording_sid, asked_machine=None)
            if row["deleted_at"] is not None:
                delete_named(self.services, self.tx, row, DROPPED, SERVICE)

    def _shows(self, agent_id: str) -> None:
        self.tx.after_commit(lambda: self.services.changed(agent_id))
