"""Every table of the record, in one place, so that Alembic, the stores and a reader see the same thing.

Two clocks run in this service, and the column name says which one a time belongs to:
  ``*_at``      business time (opening hours, windows, due times): aware UTC datetime, may be shifted or sped up.
  ``*_machine`` machine time (leases, heartbeats, deadlines): Unix seconds, never shifted.
Telephone numbers stand in ``phone_number`` and, during a call, in ``call_draft``; nowhere else.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused, because its zone would be a guess."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


ruleset = Table(
    "ruleset",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String(12), nullable=False),  # draft | published | retired
    Column("published_at", UtcTime, nullable=False),
    Column("retired_machine", Float),
    Column("author", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("document", Text, nullable=False),  # JSON of routing_rules.model.Ruleset
)

phone_number = Table(
    "phone_number",
    metadata,
    _id(),
    Column("e164", String(16), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
)

call = Table(  # a resident's call as Twilio named it
    "call",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("number_id", String(32), ForeignKey("phone_number.id")),  # null: withheld
    Column("language", String(2)),
    Column("ruleset_version", Integer),
    Column("topic", String(40)),
    Column("arrived_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("status", String(16)),  # Twilio's last word
    Column("seconds", Integer),
)

call_draft = Table(  # a number keyed in during a call; deleted when the call ends
    "call_draft",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("e164", String(16), nullable=False),
    Column("made_machine", Float, nullable=False),
)

receipt = Table(  # one effect, one answer, however often Twilio asks
    "receipt",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("step", String(40), primary_key=True),
    Column("nonce", String(40), primary_key=True),
    Column("answer", Text, nullable=False),
    Column("made_machine", Float, nullable=False, index=True),
)

callback_request = Table(
    "callback_request",
    metadata,
    _id(),
    Column("code", String(6), nullable=False, index=True),
    Column("number_id", String(32), ForeignKey("phone_number.id"), nullable=False),
    Column("person", Integer, nullable=False, server_default="1"),  # ordinal of the person on that telephone
    Column("topic", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column("department", String(40), nullable=False),  # whose matter it is
    Column("desk", String(40), nullable=False),  # who rings now: the department or the extended-hours desk
    Column("ruleset_version", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", String(12), nullable=False),
    Column("kind", String(6), nullable=False),  # asap | slot | retry
    Column("line_time_at", UtcTime, nullable=False),
    Column("due_at", UtcTime, nullable=False),  # not dealt before
    Column("window_start_at", UtcTime, nullable=False),
    Column("window_end_at", UtcTime, nullable=False),
    Column("promise_words", Text, nullable=False),  # as told, in the caller's language
    Column("told", Boolean, nullable=False),  # the resident has heard or been texted the present window
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("last_attempt_at", UtcTime),
    Column("offer_token", String(32)),  # claimed by this offer; null: free
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("origin_call_sid", String(34), index=True),
    Column("keyed_in", Boolean, nullable=False),  # not the number that called: neutral first words
    Column("created_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("outcome", String(24)),
)
OPEN_REQUEST_STATES = ("requested", "offered", "dialing", "connected", "unreached", "needs_human")
_OPEN = "state IN ('requested','offered','dialing','connected','unreached','needs_human')"
Index(
    "uq_callback_request_one_open",
    callback_request.c.number_id,
    callback_request.c.topic,
    callback_request.c.person,
    unique=True,
    sqlite_where=text(f"{_OPEN} AND NOT urgent"),
    postgresql_where=text(f"{_OPEN} AND NOT urgent"),
)
for _name, _column in (("due", callback_request.c.due_at), ("line", callback_request.c.line_time_at)):
    Index(
        f"ix_callback_request_{_name}",
        _column,
        sqlite_where=text("state = 'requested'"),
        postgresql_where=text("state = 'requested'"),
    )
Index(
    "ix_callback_request_open",
    callback_request.c.number_id,
    sqlite_where=text(_OPEN),
    postgresql_where=text(_OPEN),
)
Index(
    "ix_callback_request_window",
    callback_request.c.department,
    callback_request.c.window_start_at,
    sqlite_where=text(_OPEN),
    postgresql_where=text(_OPEN),
)

callback_event = Table(  # history: one row for each transition, in the transition's own transaction
    "callback_event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(32), ForeignKey("callback_request.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("event", String(24), nullable=False),
    Column("from_state", String(12), nullable=False),
    Column("to_state", String(12), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("offer_token", String(32)),
    Column("who", String(40), nullable=False),  # caller | agent id | service
    Column("note", Text),
)

waiting_caller = Table(  # a live caller in the line; one row for each stay
    "waiting_caller",
    metadata,
    _id(),
    Column("call_sid", String(34), nullable=False, index=True),
    Column("number_id", String(32), ForeignKey("phone_number.id")),
    Column("request_id", String(32), ForeignKey("callback_request.id")),  # rings in about an open request
    Column("topic", String(40), nullable=False),
    Column("language", String(2), nullable=False),
    Column(
        "service_language", String(2), nullable=False
    ),  # what the agent must speak; the caller may have chosen another
    Column("department", String(40), nullable=False),
    Column("desk", String(40), nullable=False),
    Column("ruleset_version", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("state", String(12), nullable=False),  # desks.line_machine
    Column("line_time_at", UtcTime, nullable=False),
    Column("joined_at", UtcTime, nullable=False),
    Column("place_told", Integer),
    Column("wait_told_minutes", Integer),
    Column("offer_token", String(32)),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("ended_at", UtcTime),
    Column("outcome", String(24)),
)
_IN_LINE = "state IN ('waiting','offered','bridging','talking','wishes','closing')"
Index(
    "uq_waiting_caller_one_stay",
    waiting_caller.c.call_sid,
    unique=True,
    sqlite_where=text(_IN_LINE),
    postgresql_where=text(_IN_LINE),
)
Index(
    "ix_waiting_caller_line",
    waiting_caller.c.line_time_at,
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)

line_event = Table(
    "line_event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("caller_id", String(32), ForeignKey("waiting_caller.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("event", String(24), nullable=False),
    Column("from_state", String(12), nullable=False),
    Column("to_state", String(12), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("who", String(40), nullable=False),
    Column("note", Text),
)

agent = Table(
    "agent",
    metadata,
    _id(),  # letters, digits, underscore: it is the browser telephone's identity too
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

offer = Table(  # one matter offered to one agent; for a callback that she accepts, the attempt
    "offer",
    metadata,
    Column("token", String(32), primary_key=True),  # rides in every URL of both legs
    Column("agent_id", String(32), ForeignKey("agent.id"), nullable=False),
    Column("caller_id", String(32), ForeignKey("waiting_caller.id")),  # exactly one of these two
    Column("request_id", String(32), ForeignKey("callback_request.id")),
    Column("state", String(12), nullable=False),  # desks.offer_machine
    Column("clause", String(16), nullable=False),  # why this matter: urgent | needed | place | slot
    Column("clause_number", Integer),  # callbacks due by then, for the card
    Column("fence", Integer, nullable=False),
    Column("own_telephone", Boolean, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("made_machine", Float, nullable=False),
    Column("asked_machine", Float),  # set before Twilio is asked; never asked twice for one token
    Column("agent_call_sid", String(34), index=True),
    Column("rung_at", UtcTime),  # agent's telephone rings
    Column("accepted_at", UtcTime),
    Column("accepted_machine", Float),
    Column("resident_call_sid", String(34), index=True),
    Column("resident_status", String(16)),
    Column("connected_at", UtcTime),
    Column("talk_ended_at", UtcTime),
    Column("leg_ended_machine", Float),  # the agent's leg is over (for the quarantine)
    Column("wrap_until_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("outcome", String(24)),
    Column("reason", String(24)),  # of a decline
    Column("note", Text),
)
_OFFER_OPEN = "state IN ('offered','accepted','dialing','connected','wrapup')"
for _key, _unique in (("agent_id", True), ("caller_id", True), ("request_id", True)):
    Index(
        f"uq_offer_open_{_key}",
        offer.c[_key],
        unique=_unique,
        sqlite_where=text(_OFFER_OPEN),
        postgresql_where=text(_OFFER_OPEN),
    )
Index("ix_offer_made", offer.c.agent_id, offer.c.made_at)

outbox = Table(  # effects at the provider: the row is the order, a job is only the hint to hurry
    "outbox",
    metadata,
    _id(),
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

text_message = Table(  # an SMS to be sent; the words are made when it is sent
    "text_message",
    metadata,
    _id(),
    Column("number_id", String(32), ForeignKey("phone_number.id"), nullable=False),
    Column("request_id", String(32), ForeignKey("callback_request.id")),
    Column("language", String(2), nullable=False),
    Column("key", String(40), nullable=False),  # announcement key
    Column("body", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("asked_machine", Float),
    Column("message_sid", String(34)),
    Column("status", String(16)),
)

status_event = Table(  # Twilio's status callbacks as they came, each once
    "status_event",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("token", String(32)),
    Column("came_machine", Float, nullable=False),
)

periodic_slot = Table(  # a (task, local slot) that has run
    "periodic_slot",
    metadata,
    Column("task", String(40), primary_key=True),
    Column("slot", String(40), primary_key=True),
    Column("done_at", UtcTime, nullable=False),
    Column("report", Text),
)

process_start = Table(  # when a process began to serve: heartbeats missed through our own outage get grace
    "process_start",
    metadata,
    Column("kind", String(16), primary_key=True),
    Column("started_machine", Float, nullable=False),
    Column("beat_machine", Float, nullable=False),
)

supervisor_item = Table(  # things a person must look at
    "supervisor_item",
    metadata,
    _id(),
    Column("kind", String(24), nullable=False),  # needs_human | unreached | untold | unnoted
    Column("request_id", String(32), ForeignKey("callback_request.id")),
    Column("made_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
)
