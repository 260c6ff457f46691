"""The rules in force, the orders to the provider, and who is at work on them."""

from sqlalchemy import Column, Float, Index, Integer, String, Table, Text, UniqueConstraint, text

from adapters.schema.columns import FreeText, UtcTime, metadata, own_id

notice = Table(  # a disruption notice that a supervisor has put on air
    "notice",
    metadata,
    own_id(),
    Column("words", FreeText, nullable=False),  # JSON: language -> whole sentences
    Column("topics", Text, nullable=False),  # JSON list of topic ids; empty: everybody hears it
    Column("made_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Column("ended_at", UtcTime),  # taken off the air by a person
    Column("author", String(80), nullable=False),
)

outbox = Table(  # effects at the provider: the row is the order, a job is only the hint to hurry
    "outbox",
    metadata,
    own_id(),
    Column("kind", String(24), nullable=False),  # queue_workers.jobs.EFFECTS
    Column("ref", String(34), nullable=False),  # an opaque id or a CallSid, never a number
    Column("due_machine", Float, nullable=False),
    Column("made_machine", Float, nullable=False),
    Column("handed_machine", Float),  # given to the queue
    Column("lease_machine", Float),  # somebody works on it until then
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("done_machine", Float),
    Column("result", String(40)),
    UniqueConstraint("kind", "ref", name="uq_outbox_kind"),
)
Index(
    "ix_outbox_open",
    outbox.c.due_machine,
    sqlite_where=text("done_machine IS NULL"),
    postgresql_where=text("done_machine IS NULL"),
)

process_start = Table(  # when a process began to serve: heartbeats missed through our own outage get grace
    "process_start",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("started_machine", Float, nullable=False),
    Column("beat_machine", Float, nullable=False),
)

provider_pace = Table(  # when the provider may be asked next, by lane; every process paces itself by these rows
    "provider_pace",
    metadata,
    Column("lane", String(16), primary_key=True),  # adapters.pace.LANES
    Column("free_machine", Float, nullable=False),  # the next one not before then
    Column("held_machine", Float, nullable=False, server_default="0"),  # it said "too many": nothing before then
    Column("refused", Integer, nullable=False, server_default="0"),  # so often in a row
)
