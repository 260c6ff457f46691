"""Agents, their presence and their sessions."""

from sqlalchemy import BigInteger, Boolean, Column, Float, ForeignKey, Index, String, Table, Text, text

from adapters.schema.columns import FreeText, UtcTime, metadata, own_id, own_number

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
    Column("must_change_password", Boolean, nullable=False, server_default=text("false")),
    Column("subject", String(255), unique=True),  # at the city's OpenID provider
    Column("reserve_telephone", String(16)),  # rung when her browser's is not reachable, E.164
    Column("owns_rules", Boolean, nullable=False, server_default=text("false")),  # a supervisor of the city's rules
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
    Column("tab", String(32)),  # the one page whose telephone rings
    Column("telephone", String(12)),  # what that page last said of it: registered | failed | microphone | own
)

session = Table(
    "session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("agent_id", String(32), ForeignKey("agent.id"), nullable=False),
    Column("created_machine", Float, nullable=False),
    Column("seen_machine", Float, nullable=False),
)

audit_event = Table(  # who did what to what: every sign-in, and every deed of a supervisor or administrator
    "audit_event",
    metadata,
    own_number(),
    Column("at", UtcTime, nullable=False, index=True),
    Column("machine", Float, nullable=False),
    Column("who", String(40), nullable=False),  # agent id | service | command line
    Column("deed", String(40), nullable=False),
    Column("subject", String(20), nullable=False),  # agent | request | caller | offer | desk | ...
    Column("subject_id", String(40), nullable=False, index=True),
    Column("department", String(40)),  # whose matter it is; null: nobody's alone
    Column("detail", FreeText),  # codes and reasons, no numbers, no names of residents
)
for _key in ("who", "department"):  # the log is read by the newest of a person's, or of a department's
    Index(f"ix_audit_event_{_key}", audit_event.c[_key], audit_event.c.id)

ABOUT_RESIDENTS = "subject IN ('request','caller','offer','recording','item','number')"
_WORDED = f"detail IS NOT NULL AND {ABOUT_RESIDENTS}"
Index(  # what was written about residents' matters: it is kept as long as notes are
    "ix_audit_event_worded",
    audit_event.c.at,
    sqlite_where=text(_WORDED),
    postgresql_where=text(_WORDED),
)

audit_seal = Table(  # each deed, sealed with all before it: what is changed or taken out later shows
    "audit_seal",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 ...
    Column("event_id", BigInteger, ForeignKey("audit_event.id"), nullable=False, unique=True),
    Column("salt", String(32)),  # goes with the deed's words: nobody can guess them by their mark
    Column("words", String(64)),  # the mark of the words; null: there were none
    Column("seal", String(64), nullable=False),
)

sign_in_failure = Table(
    "sign_in_failure",
    metadata,
    own_number(),
    Column("sign_in", String(80), nullable=False, index=True),
    Column("made_machine", Float, nullable=False),
)
