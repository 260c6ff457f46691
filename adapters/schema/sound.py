"""Recorded sound: what was announced by the provider, where its bytes are, and whose matter it is."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from adapters.schema.columns import UtcTime, metadata, own_id

recording = Table(
    "recording",
    metadata,
    own_id(),
    Column("recording_sid", String(34), nullable=False, unique=True),
    Column("call_sid", String(34), nullable=False, index=True),
    Column("number_id", String(32), ForeignKey("phone_number.id")),  # null: withheld
    Column("request_id", String(32), ForeignKey("callback_request.id"), index=True),  # null: nobody can be rung
    Column("kind", String(12), nullable=False),  # message | duty
    Column("state", String(12), nullable=False),  # recordings.model: draft | kept | dropped | heard
    Column("topic", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("department", String(40), nullable=False),
    Column("urgent", Integer, nullable=False, server_default="0"),
    Column("token", String(32), nullable=False, unique=True),  # names the sound in a URL while the call lasts
    Column("seconds", Integer, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("stored_machine", Float),  # the sound is in the vault, encrypted
    Column("bytes", Integer),  # of the sound in the clear
    Column("sha256", String(64)),  # of the sound in the clear
    Column("content_type", String(40)),
    Column("failed", String(40)),  # why the sound could not be fetched for good
    Column("removed_machine", Float),  # the provider no longer holds it
    Column("heard_at", UtcTime),  # an agent has dealt with it
    Column("heard_by", String(32), ForeignKey("agent.id")),
    Column("note", Text),  # what the agent who dealt with it wrote
)
Index(
    "ix_recording_draft",
    recording.c.made_at,
    sqlite_where=text("state = 'draft'"),
    postgresql_where=text("state = 'draft'"),
)
Index(  # announced and not fetched, or fetched and still at the provider too: what a repair looks for
    "ix_recording_unfinished",
    recording.c.made_at,
    sqlite_where=text("removed_machine IS NULL"),
    postgresql_where=text("removed_machine IS NULL"),
)
Index(
    "ix_recording_kept",
    recording.c.department,
    recording.c.made_at,
    sqlite_where=text("state = 'kept'"),
    postgresql_where=text("state = 'kept'"),
)
