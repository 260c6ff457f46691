"""How Alembic reaches the database: a connection that ``adapters.migrate`` opened. Nothing else is read."""

from typing import Any, Literal

from alembic import context

from adapters.schema import UtcTime, metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """A revision must not change when our own types do: it names the column type of its own day."""
    if kind == "type" and isinstance(item, UtcTime):
        return "sa.DateTime(timezone=True)"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=render_item,
    compare_type=True,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
