"""A supervisor listens to a talk of her department, or coaches its agent. The agent is told before anything is heard:
her card is written first, and the supervisor's telephone rings a moment later."""

import json
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping

from adapters.database import Transaction
from callbacks.model import Refused
from desks import store
from desks.supervision import audit
from desks.talk import transfer_store as transfers
from desks.talk.conversation import Conversation
from desks.talk.room import Matter, matter_of, promote
from desks.talk.transfer import Answer, Changed, MovedOn

if TYPE_CHECKING:
    from bootstrap import Services

MODES = ("listen", "coach")
REFUSALS = ("bad_kind", "scope", "busy", "listened", "in_transfer", "sensitive")
TOLD_FIRST_SECONDS = 1.0  # machine time between the agent's card and the supervisor's telephone


def listen(services: "Services", supervisor_id: str, token: str, mode: str) -> Answer:
    return services.database.run(lambda tx: _listen(services, tx, supervisor_id, token, mode))


def _listen(services: "Services", tx: Transaction, supervisor_id: str, token: str, mode: str) -> Answer:
    talk = Conversation(services, tx, services.rules.current())
    row = talk.held(token)
    matter = matter_of(tx.connection, row) if row is not None else None
    if row is None or matter is None or row["state"] != "connected" or matter.call_sid is None:
        return MovedOn()
    refused = _refused(services, tx, supervisor_id, row, matter, mode)
    if refused is not None:
        return refused
    promote(talk, row)
    talk.set_away(supervisor_id, "own wish")  # or her telephone would be rung with a matter while she listens
    machine = services.clock.machine()
    listening_id = transfers.add_listening(
        tx.connection, token=token, supervisor_id=supervisor_id, mode=mode, made_at=talk.now, made_machine=machine
    )
    services.outbox.order(tx, "ring_supervisor", listening_id, delay=TOLD_FIRST_SECONDS)
    audit.note(tx, services.clock, supervisor_id, mode, "offer", token, matter.department, row["agent_id"])
    talk.shows(row["agent_id"])
    return Changed()


def _refused(
    services: "Services", tx: Transaction, supervisor_id: str, row: RowMapping, matter: Matter, mode: str
) -> Refused | None:
    person = transfers.person(tx.connection, supervisor_id)
    if mode not in MODES or person is None or person["role"] not in ("supervisor", "administrator"):
        return Refused("bad_kind")
    scope = set(json.loads(person["departments"]))
    if person["role"] != "administrator" and not scope & {matter.department, matter.desk}:
        return Refused("scope")
    if row["agent_id"] == supervisor_id or store.offer_of_agent(tx.connection, supervisor_id) is not None:
        return Refused("busy")
    if transfers.listens_somewhere(tx.connection, supervisor_id):
        return Refused("busy")
    if transfers.listeners(tx.connection, row["token"]):
        return Refused("listened")
    if transfers.open_of(tx.connection, row["token"]) is not None:  # who was asked in would be heard without notice
        return Refused("in_transfer")
    return Refused("sensitive") if _is_closed_to_listeners(services, matter) else None


def _is_closed_to_listeners(services: "Services", matter: Matter) -> bool:
    """A topic that the newest rules do not know is as closed as a sensitive one."""
    rules = services.rules.current()
    allowed = any(d.listen_to_sensitive for d in rules.departments if d.id == matter.department)
    return not allowed and next((topic.sensitive for topic in rules.topics if topic.id == matter.topic), True)


def stop(services: "Services", supervisor_id: str, token: str) -> Answer:
    return services.database.run(lambda tx: _stop(services, tx, supervisor_id, token))


def _stop(services: "Services", tx: Transaction, supervisor_id: str, token: str) -> Answer:
    mine = [row for row in transfers.listeners(tx.connection, token) if row["supervisor_id"] == supervisor_id]
    talk = store.offer_by_token(tx.connection, token)
    if not mine or talk is None:
        return MovedOn()
    for row in mine:
        transfers.end_listening(tx.connection, row["id"], services.clock.now())
        if row["leg_sid"] is not None:
            services.outbox.order(tx, "end_leg", row["leg_sid"])
    audit.note(tx, services.clock, supervisor_id, "stop_listening", "offer", token)
    tx.after_commit(lambda: services.changed(talk["agent_id"]))
    return Changed()
