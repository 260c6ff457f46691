"""The one thing the checker takes from the service: the promise's transition table, which is the law itself."""

from callbacks.machine import TRANSITIONS

FIRST_STATE = "requested"
_TABLE: dict[tuple[str, str], str] = {(state, event): goal for (state, event), goal in TRANSITIONS.items()}


def is_legal(event: str, before: str, after: str) -> bool:
    """A request's first row comes from nowhere and makes it requested."""
    if before == "":
        return after == FIRST_STATE
    return _TABLE.get((before, event)) == after
