"""Agents, their presence and their sessions."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, Text, text

from adapters.schema.columns import UtcTime, metadata, own_id

agent = Table(
    "agent",
    metadata,
    own_id(),  # letters, digits, underscore: it is the browser telephone's identity too
    Column("sign_in", String(80), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),  # agent | supervisor | administrator
    Column("departments", Text, nullable=False),  # JSON list of desk ids served
    Column("languages", Text, nullable=False),  # JSON list
    Column("telephone", String(16)),  # own telephone instead of the browser's, E.164
    Column("demo", Boolean, nullable=False),
    Column("active", Boolean, nullable=False, server_default=text("true")),
)

presence = Table(
    "presence",
    metadata,
    Column("agent_id", String(32), ForeignKey("agent.id"), primary_key=True),
    Column("state", String(12), nullable=False),  # available | away | break | offline
    Column("reason", String(24)),  # why away: unanswered, lost, own wish
    Column("since_at", UtcTime, nullable=False),
    Column("idle_since_at", UtcTime, nullable=False),
    Column("heartbeat_machine", Float, nullable=False),
    Column("break_after_call", Boolean, nullable=False, server_default=text("false")),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("agent_id", String(32), ForeignKey("agent.id"), nullable=False),
    Column("created_machine", Float, nullable=False),
    Column("seen_machine", Float, nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("sign_in", String(80), nullable=False, index=True),
    Column("made_machine", Float, nullable=False),
)
