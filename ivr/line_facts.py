"""The caller's stay in the line, as dialogue needs it. Reads only."""

from collections.abc import Callable as Function
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, RowMapping, select

from adapters.schema import outbox
from callbacks import store as promises
from callbacks.model import Window
from desks import store
from desks.line.closing import extended_open
from desks.line.machine import FINAL_LINE_STATES
from desks.line.serving import may_be_served
from desks.line.waiting import Outlook, outlook
from desks.store import Duty
from desks.talk.transfer_store import open_about
from ivr.dialogue.needs import Needs
from ivr.facts import LineFacts, Promised
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


class LineFinder:
    def __init__(
        self, services: "Services", connection: Connection, rules: Ruleset, now: datetime, call_sid: str
    ) -> None:
        self.services, self.connection, self.rules, self.now, self.call_sid = (
            services, connection, rules, now, call_sid,
        )  # fmt: skip

    def row(self, line_id: str) -> RowMapping | None:
        """The stay the URL names, if it is this call's; moved to another desk: the running one."""
        row = store.stay(self.connection, line_id) if line_id else None
        if row is None or row["call_sid"] != self.call_sid:
            return None
        if row["state"] not in FINAL_LINE_STATES:
            return row
        return store.stay_of_call(self.connection, self.call_sid) or row

    def facts(self, row: RowMapping, asked: Needs, duty: Function[[], Duty]) -> LineFacts:
        """Place, wait and who could take the caller are looked up only where they may be told."""
        closing, told = row["state"] == "closing", bool(asked & {"place", "times"})
        asks_who = told or "staffed" in asked
        seen = self._seen(row["desk"], row["id"], duty()) if told else Outlook(0, None)
        return LineFacts(
            id=row["id"],
            state=row["state"],
            topic=row["topic"],
            department=row["department"],
            desk=row["desk"],
            place=seen.place if told else None,
            wait_minutes=seen.wait_minutes,
            led=self._is_led(row),
            staffed=_speaks(duty(), row["desk"], row["service_language"]) if asks_who else True,
            desk_closed=not may_be_served(self.rules, row["desk"], self.now),
            extended_open=(closing or "staffed" in asked)
            and extended_open(self.rules, duty(), self.now, row["service_language"]),
            extended_wait=self._seen(self.rules.extended_desk, None, duty()).wait_minutes if closing else None,
            promised=self._promised() if row["state"] == "promised" else None,
            in_transfer=row["state"] == "talking" and open_about(self.connection, self.call_sid) is not None,
            token=row["offer_token"] or "",
            recording=_of_recording(row),
            outcome=row["outcome"] or "",
        )

    def _seen(self, desk: str, line_id: str | None, duty: Duty) -> Outlook:
        return outlook(self.connection, self.rules, duty, self.now, desk, line_id)

    def _is_led(self, row: RowMapping) -> bool:
        """Somebody has asked the provider, or is asking: its answer is awaited as long as the order's lease."""
        if row["state"] not in ("bridging", "closing"):
            return False
        kind, ref = ("bring_caller", row["offer_token"]) if row["state"] == "bridging" else ("ask_to_choose", row["id"])
        query = select(outbox.c.lease_machine).where(outbox.c.kind == kind, outbox.c.ref == ref)
        lease = self.connection.scalar(query.where(outbox.c.done_machine.is_(None)))
        return lease is not None and float(lease) > self.services.clock.machine()

    def _promised(self) -> Promised | None:
        """What this call was promised: told again to a caller whose leg asks twice where it goes."""
        row = promises.made_in(self.connection, self.call_sid)
        if row is None:
            return None
        number = promises.e164_of(self.connection, row["number_id"])
        window = Window(row["window_start_at"], row["window_end_at"])
        return Promised(window, row["topic"], row["code"], joined=False, place_kept=True, number=number)


def _of_recording(row: RowMapping) -> Literal["untold", "told", "declined"]:
    if row["recording_declined"]:
        return "declined"
    return "untold" if row["recording_told_at"] is None else "told"


def _speaks(duty: Duty, desk: str, language: str) -> bool:
    return any(desk in one.desks and language in one.languages for one in duty.all)
