"""The agent's key while a talk is recorded: pause it before something is said that nobody should keep, and go on."""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from desks.talk.transfer import Answer, Changed, MovedOn, Transfers
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services


def pause(services: "Services", agent_id: str, token: str, on: bool) -> Answer:
    """``on``: paused. Said again, it is ordered again: a provider that refused is asked anew."""
    return services.database.run(lambda tx: _pause(services, tx, agent_id, token, on))


def _pause(services: "Services", tx: Transaction, agent_id: str, token: str, on: bool) -> Answer:
    if Transfers(services, tx, agent_id, token).talking() is None:
        return MovedOn()
    return Changed() if RecordedTalks(services, tx).pause(token, on) else MovedOn()
