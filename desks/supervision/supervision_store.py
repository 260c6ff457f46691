"""Who there is to give a matter to. It changes nothing."""

import json

from sqlalchemy import Connection, select

from adapters.schema import agent


def takers(connection: Connection, desk: str, language: str) -> tuple[tuple[str, str], ...]:
    """(id, name) of everybody who serves the desk and speaks the language, at work just now or not."""
    rows = connection.execute(select(agent).where(agent.c.active, agent.c.role != "administrator"))
    fitting = [
        (row.id, row.name)
        for row in rows
        if desk in json.loads(row.departments) and language in json.loads(row.languages)
    ]
    return tuple(sorted(fitting, key=lambda one: (one[1], one[0])))
