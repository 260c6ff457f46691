"""The short ticket that opens the live stream on another origin, where the session's cookie must not go."""

import time

from itsdangerous import BadData, URLSafeTimedSerializer

from console.signed import signer

TICKET_SECONDS = 60


def make_ticket(secret_key: str, agent_id: str) -> str:
    return _signer((secret_key,)).dumps(agent_id)


def read_ticket(keys: tuple[str, ...], ticket: str, now: float | None = None) -> str | None:
    """The agent's id, or None when the ticket is forged or older than a minute. ``now``: machine time."""
    try:
        agent_id, made = _signer(keys).loads(ticket, return_timestamp=True)
    except BadData:
        return None
    age = (time.time() if now is None else now) - made.timestamp()
    return str(agent_id) if age <= TICKET_SECONDS + 1 else None  # the stamp is in whole seconds


def _signer(keys: tuple[str, ...]) -> URLSafeTimedSerializer:
    return signer(keys, "console-events")
