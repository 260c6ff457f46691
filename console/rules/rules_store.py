"""Who works on a draft beside her, from the log of deeds. Statements only."""

from datetime import datetime

from sqlalchemy import Connection, select

from adapters.schema import agent, audit_event

SAVED = "rules_draft_saved"


def others_at_work(connection: Connection, draft_id: str, agent_id: str, since: datetime) -> tuple[str, ...]:
    """Names of those who have changed the draft since then."""
    query = (
        select(agent.c.name)
        .join(audit_event, audit_event.c.who == agent.c.id)
        .where(
            audit_event.c.subject == "rules",
            audit_event.c.subject_id == draft_id,
            audit_event.c.deed == SAVED,
            audit_event.c.at >= since,
            agent.c.id != agent_id,
        )
    )
    return tuple(connection.execute(query.distinct().order_by(agent.c.name)).scalars())
