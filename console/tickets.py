"""The short ticket that opens the live stream on another origin, where the session's cookie must not go."""

from itsdangerous import BadData, URLSafeTimedSerializer

TICKET_SECONDS = 60


def make_ticket(secret_key: str, agent_id: str) -> str:
    return _signer(secret_key).dumps(agent_id)


def read_ticket(secret_key: str, ticket: str) -> str | None:
    """The agent's id, or None when the ticket is forged or older than a minute."""
    try:
        return str(_signer(secret_key).loads(ticket, max_age=TICKET_SECONDS))
    except BadData:
        return None


def _signer(secret_key: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret_key, salt="console-events")
