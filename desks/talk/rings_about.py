"""The agent says which open request of this number her caller has rung in about: the talk settles it, or it stands.

Nothing is closed by it. What came of the talk closes it (``outcome``).
"""

from typing import TYPE_CHECKING

from adapters.database import Transaction
from callbacks import store as promises
from desks import store
from desks.talk import transfer_store as transfers

if TYPE_CHECKING:
    from bootstrap import Services

TALKING = ("connected", "wrapup")


def say(services: "Services", agent_id: str, token: str, request_id: str) -> bool:
    """False: the talk is not hers or is over, or the request is another number's, being rung, or no longer open."""
    return services.database.run(lambda tx: _say(services, tx, agent_id, token, request_id))


def _say(services: "Services", tx: Transaction, agent_id: str, token: str, request_id: str) -> bool:
    row = store.offer_by_token(tx.connection, token, held=True)
    if row is None or row["agent_id"] != agent_id or row["state"] not in TALKING or row["caller_id"] is None:
        return False
    asked = transfers.open_of(tx.connection, token)
    if asked is not None and asked["new_token"] == token:  # the caller is the colleague's who asks her
        return False
    stay, request = store.stay(tx.connection, row["caller_id"]), promises.get(tx.connection, request_id)
    if stay is None or request is None or request["state"] != "requested":
        return False
    if request["number_id"] != stay["number_id"]:
        return False
    store.rings_about(tx.connection, stay["id"], request_id)
    tx.after_commit(lambda: services.changed(agent_id))
    return True
