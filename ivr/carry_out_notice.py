"""Effects about the notice before a recording: who is told with the join, and who declines. In the step's transaction.

Whether a talk is then recorded: ``desks.talk.recorded``, by what is written here.
"""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from desks import store
from desks.line import heard_store
from desks.talk.base import SERVICE
from desks.talk.recorded import records_talks, said_no
from ivr.effects import Settled
from ivr.facts import Facts

if TYPE_CHECKING:
    from bootstrap import Services


def told_with_join(tx: Transaction, line_id: str, facts: Facts) -> bool:
    """Whether the answer to this join must tell her; noted here, for the answer is rendered in this transaction.

    Only where her talk would be recorded: a notice that is not true is worse than none. What she has heard or said in
    an earlier stay of this call still holds. Until she has come into the queue the answer may have been lost: she comes
    again and is told again, for the words she heard nothing of allow no recording.
    """
    stay = store.stay(tx.connection, line_id)
    if stay is None or not records_talks(facts.rules, stay["department"]):
        return False
    if heard_store.carry_over(tx.connection, stay):
        return False
    told = heard_store.tell(tx.connection, line_id, facts.now)
    return told or heard_store.may_not_have_heard(tx.connection, line_id)


def declined(services: "Services", tx: Transaction, line_id: str) -> Settled:
    """Her word counts however late: a recording that has just begun ends, and nothing of it is kept."""
    stay = heard_store.decline(tx.connection, line_id)
    if stay is not None:
        said_no(services, tx, stay["call_sid"], SERVICE)
    tx.after_commit(services.changed)
    return Settled()
