"""The agent's keys while a talk is recorded: pause it before something is said that nobody should keep, and go on; or
end it and keep nothing, when the resident says no in words."""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from desks.talk.recorded import said_no
from desks.talk.room import matter_of
from desks.talk.transfer import Answer, Changed, MovedOn, Transfers
from recordings.talks import RecordedTalks

if TYPE_CHECKING:
    from bootstrap import Services


def pause(services: "Services", agent_id: str, token: str, on: bool) -> Answer:
    """``on``: paused. Said again, it is ordered again: a provider that refused is asked anew."""
    return services.database.run(lambda tx: _pause(services, tx, agent_id, token, on))


def refuse(services: "Services", agent_id: str, token: str) -> Answer:
    """The resident's no in words, in the talk or while its note is written: she may say it as she hangs up."""
    return services.database.run(lambda tx: _refuse(services, tx, agent_id, token))


def _refuse(services: "Services", tx: Transaction, agent_id: str, token: str) -> Answer:
    row = Transfers(services, tx, agent_id, token).talked()
    matter = matter_of(tx.connection, row) if row is not None else None
    if matter is None or matter.call_sid is None or not RecordedTalks(services, tx).has_sound(token):
        return MovedOn()
    said_no(services, tx, matter.call_sid, agent_id)
    return Changed()


def _pause(services: "Services", tx: Transaction, agent_id: str, token: str, on: bool) -> Answer:
    if Transfers(services, tx, agent_id, token).talking() is None:
        return MovedOn()
    return Changed() if RecordedTalks(services, tx).pause(token, on) else MovedOn()
