"""What went wrong at the provider, counted for good: one more for each order that it refused, put off or left alone.

Counting is best effort and never costs the order anything: its own outcome is settled whatever becomes of this.
"""

import logging
from typing import TYPE_CHECKING, Literal, get_args

from adapters import tally_store
from adapters.database import DatabaseError
from adapters.outbox import GIVEN_UP
from adapters.pace import PACED
from queue_workers.orders import Outcome, OwnWait

if TYPE_CHECKING:
    from bootstrap import Services

LOG = logging.getLogger("effects")
TALLY = "provider_errors"
Why = Literal["refused", "unknown", "again", "held", "given_up"]
WHYS: tuple[Why, ...] = get_args(Why)
REFUSED = frozenset({"refused", "not left"})
# Sound that is not ready yet, and deletions that are asked for as long as it takes, are put off as a matter of course.
PATIENT = frozenset({"fetch_recording", "transcribe", "drop_sound", "delete_recording", "delete_call", "delete_text"})


def why(kind: str, said: Outcome, settled: Outcome) -> Why | None:
    """``said``: what the effect came to; ``settled``: what becomes of the order. None: nothing went wrong there.

    ``held``: of an order that waits for its turn at the provider; its lane waits then, for our own pace's sake."""
    if said == GIVEN_UP:  # it has waited so long for its turn that nobody asked for it any more
        return None
    if settled == GIVEN_UP:
        return "given_up"
    if isinstance(said, OwnWait):
        return None
    if isinstance(said, float):
        return None if kind in PATIENT else "held" if kind in PACED else "again"
    if said in REFUSED:
        return "refused"
    return "unknown" if said.startswith("unknown") else None


def note(services: "Services", kind: str, said: Outcome, settled: Outcome) -> None:
    found = why(kind, said, settled)
    if found is None:
        return
    try:
        services.database.run(lambda tx: tally_store.count(tx.connection, TALLY, f"{kind} {found}"))
    except DatabaseError as error:
        LOG.warning("not counted", extra={"trouble": found, "error": type(error).__name__})
