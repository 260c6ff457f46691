"""The waiting line, and the offers that lead out of it."""

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, text

from adapters.schema.columns import FreeText, UtcTime, metadata, own_id, own_number

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
    Column("answered_at", UtcTime),  # an agent accepted: what came true of the wait
    Column("wait_expected_minutes", Integer),  # when she joined; null: nothing to expect it from
    Column("recording_told_at", UtcTime),  # she has heard that talks are recorded
    Column("recording_declined", Boolean, nullable=False, server_default=text("false")),
    Column("handed_over_by", String(32)),  # token of the offer whose agent transferred her here
)
IN_LINE = "state IN ('waiting','offered','bridging','talking','wishes','closing')"
Index(
    "uq_waiting_caller_one_stay",
    waiting_caller.c.call_sid,
    unique=True,
    sqlite_where=text(IN_LINE),
    postgresql_where=text(IN_LINE),
)
Index(
    "ix_waiting_caller_place",
    *(waiting_caller.c[_name] for _name in ("desk", "service_language", "urgent", "line_time_at", "id")),
    sqlite_where=text("state = 'waiting'"),
    postgresql_where=text("state = 'waiting'"),
)
Index(
    "ix_waiting_caller_answered",
    waiting_caller.c.answered_at,
    sqlite_where=text("answered_at IS NOT NULL"),
    postgresql_where=text("answered_at IS NOT NULL"),
)
Index(
    "ix_waiting_caller_request",
    waiting_caller.c.request_id,
    sqlite_where=text("request_id IS NOT NULL"),
    postgresql_where=text("request_id IS NOT NULL"),
)

Index(
    "ix_waiting_caller_number",
    waiting_caller.c.number_id,
    sqlite_where=text("number_id IS NOT NULL"),
    postgresql_where=text("number_id IS NOT NULL"),
)
Index(
    "ix_waiting_caller_numbered",
    waiting_caller.c.ended_at,
    sqlite_where=text("number_id IS NOT NULL AND ended_at IS NOT NULL"),
    postgresql_where=text("number_id IS NOT NULL AND ended_at IS NOT NULL"),
)

line_event = Table(
    "line_event",
    metadata,
    own_number(),
    Column("caller_id", String(32), ForeignKey("waiting_caller.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("event", String(24), nullable=False),
    Column("from_state", String(12), nullable=False),
    Column("to_state", String(12), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("who", String(40), nullable=False),
    Column("note", FreeText),
)

offer = Table(  # one matter offered to one agent; for a callback that she accepts, the attempt
    "offer",
    metadata,
    Column("token", String(32), primary_key=True),  # rides in every URL of both legs
    Column("agent_id", String(32), ForeignKey("agent.id"), nullable=False),
    Column("caller_id", String(32), ForeignKey("waiting_caller.id")),  # exactly one of these two
    Column("request_id", String(32), ForeignKey("callback_request.id")),
    Column("desk", String(40)),  # whose line it was dealt from; null: handed over by a colleague
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
    Column("note", FreeText),
    Column("detail", String(24)),  # of the outcome, one key
    Column("avoidable", String(24)),  # why the contact could have been avoided, one key
    Column("room", String(40)),  # the conference of the talk, once it has one
    Column("on_hold", Boolean, nullable=False, server_default=text("false")),
    Column("handed_over_by", String(32)),  # token of the offer whose agent transferred it here
    Column("recording_told_at", UtcTime),  # the resident who was rung has heard that talks are recorded
    Column("recording_declined", Boolean, nullable=False, server_default=text("false")),
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
for _key in ("caller_id", "request_id"):  # every offer of one matter, for its history
    Index(
        f"ix_offer_of_{_key}",
        offer.c[_key],
        offer.c.made_at,
        sqlite_where=text(f"{_key} IS NOT NULL"),
        postgresql_where=text(f"{_key} IS NOT NULL"),
    )
Index("ix_offer_accepted", offer.c.accepted_at)
Index("ix_offer_ended_machine", offer.c.ended_machine)
for _name, _columns, _where in (
    ("skipped", ("ended_at",), "accepted_at IS NULL AND ended_at IS NOT NULL"),
    ("talked", ("desk", "ended_at"), "state = 'ended' AND connected_at IS NOT NULL"),
):
    Index(
        f"ix_offer_{_name}",
        *(offer.c[_column] for _column in _columns),
        sqlite_where=text(_where),
        postgresql_where=text(_where),
    )

Index(
    "ix_offer_noted",
    offer.c.ended_at,
    sqlite_where=text("note IS NOT NULL AND ended_at IS NOT NULL"),
    postgresql_where=text("note IS NOT NULL AND ended_at IS NOT NULL"),
)

transfer = Table(  # an agent hands a talk over, or asks somebody else into it
    "transfer",
    metadata,
    own_id(),
    Column("token", String(32), ForeignKey("offer.token"), nullable=False, index=True),  # of the agent who asks
    Column("kind", String(8), nullable=False),  # warm | blind
    Column("goal_kind", String(8), nullable=False),  # desk | agent | partner
    Column("goal", String(40), nullable=False),  # a desk's, agent's or partner department's id, never a number
    Column("state", String(12), nullable=False),  # desks.transfer_machine
    Column("note", FreeText),
    Column("leg_sid", String(34), index=True),  # of the one who is asked
    Column("new_token", String(32)),  # the receiving agent's offer, once she has one
    Column("asked_machine", Float),
    Column("made_at", UtcTime, nullable=False),
    Column("made_machine", Float, nullable=False),
    Column("ended_at", UtcTime),
    Column("outcome", String(24)),
)
Index(  # residents who were handed to a partner: a repair looks whether they were left alone
    "ix_transfer_partner",
    transfer.c.ended_at,
    sqlite_where=text("state = 'done' AND goal_kind = 'partner'"),
    postgresql_where=text("state = 'done' AND goal_kind = 'partner'"),
)
_TRANSFER_OPEN = "ended_at IS NULL"
Index(
    "uq_transfer_open_token",
    transfer.c.token,
    unique=True,
    sqlite_where=text(_TRANSFER_OPEN),
    postgresql_where=text(_TRANSFER_OPEN),
)

Index(
    "ix_transfer_noted",
    transfer.c.ended_at,
    sqlite_where=text("note IS NOT NULL AND ended_at IS NOT NULL"),
    postgresql_where=text("note IS NOT NULL AND ended_at IS NOT NULL"),
)

listening = Table(  # a supervisor listens to a talk or coaches its agent; the agent is told
    "listening",
    metadata,
    own_id(),
    Column("token", String(32), ForeignKey("offer.token"), nullable=False, index=True),
    Column("supervisor_id", String(32), ForeignKey("agent.id"), nullable=False),
    Column("mode", String(8), nullable=False),  # listen | coach
    Column("leg_sid", String(34), index=True),
    Column("asked_machine", Float),
    Column("made_at", UtcTime, nullable=False),
    Column("made_machine", Float, nullable=False),
    Column("ended_at", UtcTime),
)
Index(  # who is heard just now, among all who ever were
    "ix_listening_open",
    listening.c.supervisor_id,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

desk_pause = Table(  # a supervisor pauses a desk: its line takes nobody in until then
    "desk_pause",
    metadata,
    own_id(),
    Column("desk", String(40), nullable=False, index=True),
    Column("reason", FreeText, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("author", String(40), nullable=False),  # agent id
)
