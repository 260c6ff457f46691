"""The agent's keys while a talk is recorded: pause it before something is said that nobody should keep, and go on; or
end it and keep nothing, when the resident says no in words."""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from desks import store
from desks.line import heard_store
from desks.talk.transfer import Answer, Changed, MovedOn, Transfers
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services


def pause(services: "Services", agent_id: str, token: str, on: bool) -> Answer:
    """``on``: paused. Said again, it is ordered again: a provider that refused is asked anew."""
    return services.database.run(lambda tx: _pause(services, tx, agent_id, token, on))


def refuse(services: "Services", agent_id: str, token: str) -> Answer:
    """The resident's no: it holds for whoever talks with her next in this call, too."""
    return services.database.run(lambda tx: _refuse(services, tx, agent_id, token))


def _refuse(services: "Services", tx: Transaction, agent_id: str, token: str) -> Answer:
    row = Transfers(services, tx, agent_id, token).talking()
    recorded = RecordedTalks(services, tx)
    if row is None or not recorded.runs_now(token):
        return MovedOn()
    store.note_offer(tx.connection, token, recording_declined=True)
    if row["caller_id"] is not None:
        heard_store.decline(tx.connection, row["caller_id"])
    recorded.dropped(token, agent_id)
    return Changed()


def _pause(services: "Services", tx: Transaction, agent_id: str, token: str, on: bool) -> Answer:
    if Transfers(services, tx, agent_id, token).talking() is None:
        return MovedOn()
    return Changed() if RecordedTalks(services, tx).pause(token, on) else MovedOn()
