"""The room of a talk: who the resident in it is, how a callback's talk gets one, hold. In the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping

from adapters.ids import new_id
from callbacks import store as promises
from desks import store
from desks.talk.base import Talk, room_name
from recordings.talks import RecordedTalks


@dataclass(frozen=True)
class Matter:
    """Whom a talk is with and about what, whether she waited in the line or was rung."""

    call_sid: str | None  # the resident's leg
    number_id: str | None
    request_id: str | None
    topic: str
    language: str
    service_language: str
    department: str
    desk: str
    urgent: bool
    line_time: datetime
    ruleset_version: int


def matter_of(connection: Connection, row: RowMapping) -> Matter | None:
    if row["caller_id"] is not None:
        stay = store.stay(connection, row["caller_id"])
        return None if stay is None else _of_stay(stay)
    request = promises.get(connection, row["request_id"])
    if request is None:
        return None
    return Matter(
        row["resident_call_sid"], request["number_id"], request["id"], request["topic"], request["language"],
        request["language"], request["department"], request["desk"], request["urgent"], request["line_time_at"],
        request["ruleset_version"],
    )  # fmt: skip


def _of_stay(stay: RowMapping) -> Matter:
    return Matter(
        stay["call_sid"], stay["number_id"], stay["request_id"], stay["topic"], stay["language"],
        stay["service_language"], stay["department"], stay["desk"], stay["urgent"], stay["line_time_at"],
        stay["ruleset_version"],
    )  # fmt: skip


def room_of(row: RowMapping) -> str | None:
    """None: a callback's two legs are bridged without a room."""
    if row["room"] is not None:
        return str(row["room"])
    return room_name(row["caller_id"]) if row["caller_id"] is not None else None


def resident_leg(connection: Connection, row: RowMapping) -> str | None:
    if row["caller_id"] is None:
        return None if row["resident_call_sid"] is None else str(row["resident_call_sid"])
    stay = store.stay(connection, row["caller_id"])
    return None if stay is None else str(stay["call_sid"])


def promote(talk: Talk, row: RowMapping) -> str:
    """More than two are to be heard: the resident's leg is led into a room, and the agent's Dial action follows."""
    room = room_of(row)
    if room is not None:
        return room
    room = room_name(new_id())
    store.note_offer(talk.tx.connection, row["token"], room=room)
    talk.services.outbox.order(talk.tx, "promote", row["token"])
    return room


def set_hold(talk: Talk, row: RowMapping, on: bool) -> None:
    """The record first; the order makes the provider's side say the same, whichever way the record has gone since."""
    promote(talk, row)
    store.note_offer(talk.tx.connection, row["token"], on_hold=on)
    talk.services.outbox.order(talk.tx, "set_hold", f"{row['token']}.{new_id()[:12]}")
    RecordedTalks(talk.services, talk.tx).hold_changed(row["token"])
    talk.shows(row["agent_id"])
