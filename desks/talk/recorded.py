"""Which talks are recorded, and when that begins: by the department's rules, once the resident has been told.

The rules are those that her matter came with. What then becomes of the recording: ``recordings.talks``.
"""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, RowMapping

from adapters.database import Transaction
from desks import store
from desks.line import heard_store
from desks.talk.base import SERVICE, Talk
from desks.talk.room import Matter, matter_of
from recordings.model import About, Notice, Verdict, judged
from recordings.talks import RecordedTalks
from routing_rules.model import Ruleset

if TYPE_CHECKING:
    from bootstrap import Services


def talk_began(talk: Talk, token: str) -> None:
    """Agent and resident hear each other, or she has just been told: whichever comes last begins the recording."""
    row = talk.held(token)
    matter = matter_of(talk.tx.connection, row) if row is not None else None
    if row is None or matter is None or matter.call_sid is None or not _is_hers(talk.tx.connection, row):
        return
    verdict = verdict_of(talk.services, talk.tx.connection, row, matter.ruleset_version, matter.department)
    if verdict == "recorded":
        RecordedTalks(talk.services, talk.tx).began(_about(row, matter, matter.call_sid))


def declined(talk: Talk, token: str) -> None:
    """Her word, however late, by a key."""
    row = talk.held(token)
    matter = matter_of(talk.tx.connection, row) if row is not None else None
    RecordedTalks(talk.services, talk.tx).dropped(token, SERVICE)
    if matter is not None and matter.call_sid is not None:
        said_no(talk.services, talk.tx, matter.call_sid, SERVICE)


def said_no(services: "Services", tx: Transaction, call_sid: str, by: str) -> None:
    """It holds for the whole call: whoever talks with her next records nothing, and what was recorded of it before,
    with a colleague too, is not kept. ``by``: the agent who was told, or ``service`` for a key."""
    heard_store.decline_call(tx.connection, call_sid)
    RecordedTalks(services, tx).refused(call_sid, by)


def was_a_machine(talk: Talk, token: str, agent_id: str) -> None:
    """It kept silent while the notice was played: nobody was told, and what was recorded of it goes."""
    RecordedTalks(talk.services, talk.tx).dropped(token, agent_id)


def _is_hers(connection: Connection, row: RowMapping) -> bool:
    """Not while a colleague asks her about somebody who waits on hold."""
    if row["state"] != "connected" or row["caller_id"] is None:
        return bool(row["state"] == "connected")
    stay = store.stay(connection, row["caller_id"])
    return stay is not None and stay["state"] == "talking"


def verdict_of(services: "Services", connection: Connection, row: RowMapping, version: int, department: str) -> Verdict:
    """``version``: of the rules that her matter came with."""
    if not records_talks(services.rules.version(version), department):
        return "not_here"
    return judged(notice_of(connection, row))


def records_talks(rules: Ruleset, department: str) -> bool:
    """A department that the rules do not know records nothing."""
    return any(each.records_talks for each in rules.departments if each.id == department)


def notice_of(connection: Connection, row: RowMapping) -> Notice:
    """Who waited was told in the line; who was rung, by the first words of that call."""
    told = row if row["caller_id"] is None else store.stay(connection, row["caller_id"])
    return Notice(None, False) if told is None else Notice(told["recording_told_at"], bool(told["recording_declined"]))


def _about(row: RowMapping, matter: Matter, call_sid: str) -> About:
    return About(
        row["token"], row["agent_id"], call_sid, matter.number_id, matter.request_id, matter.topic, matter.language,
        matter.department, matter.urgent,
    )  # fmt: skip
