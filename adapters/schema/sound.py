"""Recorded sound: what was announced by the provider, where its bytes are, whose matter it is; who heard it, what must
be kept, and what was deleted."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, text

from adapters.schema.columns import FreeText, UtcTime, metadata, own_id

LEFT = "state NOT IN ('draft','dropped')"  # a query that says it in these words is read by the indexes below

recording = Table(
    "recording",
    metadata,
    own_id(),
    Column("recording_sid", String(34), unique=True),  # null: asked for, and the provider has not named it yet
    Column("call_sid", String(34), nullable=False, index=True),
    Column("number_id", String(32), ForeignKey("phone_number.id")),  # null: withheld
    Column("request_id", String(32), ForeignKey("callback_request.id"), index=True),  # null: nobody can be rung
    Column("kind", String(12), nullable=False),  # message | duty | talk
    Column("state", String(12), nullable=False),  # recordings.model, for each kind
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
    Column("short_bytes", Integer),  # the file was cut short of what its head says: how long it came last
    Column("short_tries", Integer),  # on how many tries just so long
    Column("short_machine", Float),  # and since when
    Column("removed_machine", Float),  # the provider no longer holds it
    Column("heard_at", UtcTime),  # an agent has dealt with it
    Column("heard_by", String(32), ForeignKey("agent.id")),
    Column("note", FreeText),  # what the agent who dealt with it wrote
    Column("offer_token", String(32), index=True, unique=True),  # a talk's: which talk; each has one recording
    Column("agent_id", String(32), ForeignKey("agent.id")),  # a talk's: with whom
    Column("wanted", String(8)),  # a talk's: on | paused | off, as the record says; orders make the provider follow
    Column("asked_machine", Float),  # a talk's: the provider is being asked, or how it answered is not known
    Column("ended_at", UtcTime),  # a talk's: recording is over
    Column("sealed_with", String(16)),  # which master key wraps its data key
    Column("transcribed_machine", Float),  # its words are in the vault too
    Column("deleted_at", UtcTime),  # the sound is gone, here and at the provider; ``deletion`` says why
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
Index(  # sound that a retention rule may reach
    "ix_recording_held",
    recording.c.kind,
    recording.c.department,
    recording.c.made_at,
    sqlite_where=text("deleted_at IS NULL"),
    postgresql_where=text("deleted_at IS NULL"),
)
Index(  # talks that the provider may be recording, or whose file it has not told of
    "ix_recording_talk_open",
    recording.c.made_at,
    sqlite_where=text("state IN ('asked','running','paused','ended')"),
    postgresql_where=text("state IN ('asked','running','paused','ended')"),
)

Index(  # all sound that is still there, by age
    "ix_recording_sound",
    recording.c.made_at,
    sqlite_where=text("deleted_at IS NULL"),
    postgresql_where=text("deleted_at IS NULL"),
)
Index(  # what is said to rest in the vault: gone round by id, again and again
    "ix_recording_resting",
    recording.c.id,
    sqlite_where=text("stored_machine IS NOT NULL AND deleted_at IS NULL"),
    postgresql_where=text("stored_machine IS NOT NULL AND deleted_at IS NULL"),
)
Index(
    "ix_recording_number",
    recording.c.number_id,
    sqlite_where=text("number_id IS NOT NULL"),
    postgresql_where=text("number_id IS NOT NULL"),
)
Index(
    "ix_recording_numbered",
    recording.c.made_at,
    sqlite_where=text("number_id IS NOT NULL"),
    postgresql_where=text("number_id IS NOT NULL"),
)
Index(
    "ix_recording_noted",
    recording.c.heard_at,
    sqlite_where=text("note IS NOT NULL AND heard_at IS NOT NULL"),
    postgresql_where=text("note IS NOT NULL AND heard_at IS NOT NULL"),
)
Index(  # what was left or spoken, as pages list it: the newest first
    "ix_recording_found",
    recording.c.made_at,
    recording.c.id,
    sqlite_where=text(LEFT),
    postgresql_where=text(LEFT),
)
Index(
    "ix_recording_found_desk",
    recording.c.department,
    recording.c.made_at,
    recording.c.id,
    sqlite_where=text(LEFT),
    postgresql_where=text(LEFT),
)

sound_access = Table(  # written before a byte is sent: who heard or took what, when and why
    "sound_access",
    metadata,
    own_id(),
    Column("recording_id", String(32), ForeignKey("recording.id"), nullable=False, index=True),
    Column("agent_id", String(32), ForeignKey("agent.id")),  # null: the command line, whose user stands in ``by``
    Column("by", String(80)),
    Column("at", UtcTime, nullable=False, index=True),
    Column("deed", String(12), nullable=False),  # listen | download | export
    Column("reason", String(24), nullable=False),  # a code
    Column("why", FreeText),  # in words, where the code asks for them
)

legal_hold = Table(  # what must not be deleted, whatever the rules say
    "legal_hold",
    metadata,
    own_id(),
    Column("kind", String(12), nullable=False),  # recording | request | number
    Column("subject_id", String(32), nullable=False),
    Column("reason", FreeText, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("made_by", String(32), nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_by", String(32)),
)
Index(
    "uq_legal_hold_open",
    legal_hold.c.kind,
    legal_hold.c.subject_id,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

deletion = Table(  # the proof: what was deleted, when, by which rule or whose wish; never what it held
    "deletion",
    metadata,
    own_id(),
    Column("kind", String(12), nullable=False),  # talk | message | note | text | call | request | number | night
    Column("subject_id", String(32), nullable=False, index=True),  # row id; of many rows in one go: the day's
    Column("department", String(40)),
    Column("why", String(12), nullable=False),  # retention | erasure | dropped
    Column("at", UtcTime, nullable=False, index=True),
    Column("by", String(80), nullable=False),  # agent id, "service", or the command line's user
    Column("count", Integer, nullable=False, server_default="1"),
    Column("sha256", String(64)),  # of the sound in the clear
    Column("at_provider", String(12)),  # deleted | absent: what the provider said
)
