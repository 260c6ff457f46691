"""The order that rings a supervisor's telephone: once, and never again for the same row."""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from adapters.voice_gateway import Done, NotDone, Result, Unknown
from desks.talk import transfer_store as transfers
from queue_workers.talk_effects import AGAIN_SECONDS, Outcome, telephone

if TYPE_CHECKING:
    from bootstrap import Services

LISTEN_SECONDS = 20


def ring_supervisor(services: "Services", listening_id: str) -> Outcome:
    to = services.database.run(lambda tx: _ask_supervisor(services, tx, listening_id))
    if to is None:
        return "not wanted"
    result = telephone(services, to, "supervisor", listening_id, LISTEN_SECONDS)
    return _listening_rung(services, listening_id, result)


def _ask_supervisor(services: "Services", tx: Transaction, listening_id: str) -> str | None:
    row = transfers.listening_by_id(tx.connection, listening_id)
    if row is None or not transfers.ask_listener(tx.connection, listening_id, services.clock.machine()):
        return None
    person = transfers.person(tx.connection, row["supervisor_id"])
    return None if person is None else str(person["telephone"] or f"client:{person['id']}")


def _listening_rung(services: "Services", listening_id: str, result: Result) -> Outcome:
    return services.database.run(lambda tx: _noted(services, tx, listening_id, result))


def _noted(services: "Services", tx: Transaction, listening_id: str, result: Result) -> Outcome:
    match result:
        case Done(sid):
            transfers.note_listening(tx.connection, listening_id, leg_sid=sid)
            row = transfers.listening_by_id(tx.connection, listening_id)
            if row is not None and row["ended_at"] is not None:
                services.outbox.order(tx, "end_leg", sid)
            return "rung"
        case NotDone(again=True):
            transfers.note_listening(tx.connection, listening_id, asked_machine=None)
            return AGAIN_SECONDS
        case NotDone():
            transfers.end_listening(tx.connection, listening_id, services.clock.now())
            tx.after_commit(services.changed)
            return "refused"
        case Unknown(why):
            return f"unknown: {why}"
