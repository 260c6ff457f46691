"""The waiting line, and the offers that lead out of it."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, Text, text

from adapters.schema.columns import UtcTime, metadata, own_id

waiting_caller = Table(  # a live caller in the line; one row for each stay
    "waiting_caller",
    metadata,
    own_id(),
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
    Column("queue_sid", String(34)),  # the provider's name of the queue she waits in
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
    Column("ended_machine", Float),
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
