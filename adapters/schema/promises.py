"""The promise, its history, and what a person must look at."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint, text

from adapters.schema.columns import FreeLine, FreeText, UtcTime, metadata, own_id, own_number

callback_request = Table(
    "callback_request",
    metadata,
    own_id(),
    Column("code", String(6), nullable=False, index=True),
    Column("number_id", String(32), ForeignKey("phone_number.id")),  # null: closed long ago, kept no longer
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
    Column("asked_by_number_id", String(32), ForeignKey("phone_number.id")),  # who keyed it in, if she is known
    Column("created_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
    Column("outcome", String(24)),
    Column("contact", String(6), nullable=False, server_default="ring"),  # ring | text: never rung, answered in writing
    Column("interpreter", FreeLine(60)),  # "an interpreter comes": which one; the window is then exact, never earlier
    Column("owner_id", String(32), ForeignKey("agent.id")),  # who began it: hers first while the owner's minutes run
    Column("message_left_at", UtcTime),  # on a machine, at most once
)
OPEN = "state IN ('requested','offered','dialing','connected','unreached','needs_human')"
Index(
    "uq_callback_request_one_open",
    callback_request.c.number_id,
    callback_request.c.topic,
    callback_request.c.person,
    unique=True,
    sqlite_where=text(f"{OPEN} AND NOT urgent"),
    postgresql_where=text(f"{OPEN} AND NOT urgent"),
)
HELD = f"{OPEN} AND contact = 'ring'"  # has a place in its window
REQUESTED = "state = 'requested'"
_DEALT = ("desk", "language", "urgent")  # dealing looks desk by desk: a crowded one must not hide another's matters
for _name, _columns, _where in (
    ("due", ("desk", "due_at"), REQUESTED),
    ("place", (*_DEALT, "kind", "line_time_at", "id"), REQUESTED),
    ("retry", (*_DEALT, "due_at", "id"), f"{REQUESTED} AND kind = 'retry'"),
):
    Index(
        f"ix_callback_request_{_name}",
        *(callback_request.c[_column] for _column in _columns),
        sqlite_where=text(_where),
        postgresql_where=text(_where),
    )
Index(  # windows that end soon
    "ix_callback_request_desk_line",
    callback_request.c.desk,
    callback_request.c.language,
    callback_request.c.kind,
    callback_request.c.window_end_at,
    sqlite_where=text("state = 'requested'"),
    postgresql_where=text("state = 'requested'"),
)
Index(
    "ix_callback_request_open",
    callback_request.c.number_id,
    sqlite_where=text(OPEN),
    postgresql_where=text(OPEN),
)
Index(
    "ix_callback_request_window",
    callback_request.c.department,
    callback_request.c.language,
    callback_request.c.window_start_at,
    sqlite_where=text(HELD),
    postgresql_where=text(HELD),
)

Index("ix_callback_request_created", callback_request.c.created_at)  # caps of the whole city
Index("ix_callback_request_number", callback_request.c.number_id, callback_request.c.created_at)  # all of one number
Index(
    "ix_callback_request_asked_by",
    callback_request.c.asked_by_number_id,
    callback_request.c.created_at,
    sqlite_where=text("asked_by_number_id IS NOT NULL"),
    postgresql_where=text("asked_by_number_id IS NOT NULL"),
)

WRITTEN = f"{OPEN} AND contact = 'text'"
Index(  # what is answered in writing, among all that is rung
    "ix_callback_request_written",
    callback_request.c.due_at,
    sqlite_where=text(WRITTEN),
    postgresql_where=text(WRITTEN),
)
DIALING = "state = 'dialing'"
Index(  # rings whose fate a repair asks about
    "ix_callback_request_dialing",
    callback_request.c.offer_token,
    sqlite_where=text(DIALING),
    postgresql_where=text(DIALING),
)
_INTERPRETED = "state = 'requested' AND interpreter IS NOT NULL"
Index(  # a handful that waits for an interpreter's quarter of an hour
    "ix_callback_request_interpreter",
    callback_request.c.due_at,
    sqlite_where=text(_INTERPRETED),
    postgresql_where=text(_INTERPRETED),
)
_ASIDE = "state IN ('unreached','needs_human')"
Index(  # what no machine rings any more: a handful among all that were ever made
    "ix_callback_request_aside",
    callback_request.c.window_end_at,
    sqlite_where=text(_ASIDE),
    postgresql_where=text(_ASIDE),
)

Index(
    "ix_callback_request_numbered",
    callback_request.c.closed_at,
    sqlite_where=text("number_id IS NOT NULL AND closed_at IS NOT NULL"),
    postgresql_where=text("number_id IS NOT NULL AND closed_at IS NOT NULL"),
)

promise_told = Table(  # the promise ledger: each window as it was told, and whether it was kept
    "promise_told",
    metadata,
    own_id(),
    Column("request_id", String(32), ForeignKey("callback_request.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("who", String(40), nullable=False),  # caller | agent id | service
    Column("via", String(8), nullable=False),  # voice | agent | sms | untold
    Column("words", Text, nullable=False),  # exactly as told, in the resident's language
    Column("kind", String(6), nullable=False),  # asap | slot | retry
    Column("window_start_at", UtcTime, nullable=False),
    Column("window_end_at", UtcTime, nullable=False),
    Column("verdict", String(8)),  # kept | late | broken | void (the resident herself moved or cancelled it)
    Column("judged_at", UtcTime),
    Column("rung_at", UtcTime),  # the first ring at the resident's under this promise
)
Index(
    "ix_promise_told_open",
    promise_told.c.window_end_at,
    sqlite_where=text("verdict IS NULL"),
    postgresql_where=text("verdict IS NULL"),
)
Index(  # one promise at a time: a new window judges the one before it
    "uq_promise_told_one_open",
    promise_told.c.request_id,
    unique=True,
    sqlite_where=text("verdict IS NULL"),
    postgresql_where=text("verdict IS NULL"),
)
Index("ix_promise_told_judged", promise_told.c.judged_at)

settlement = Table(  # the report of one desk's closing time
    "settlement",
    metadata,
    own_id(),
    Column("desk", String(40), nullable=False),
    Column("closed_at", UtcTime, nullable=False),
    Column("settled_at", UtcTime),  # null: still settling
    Column("finished", Integer, nullable=False, server_default="0"),  # callers answered within the grace
    Column("led_on", Integer, nullable=False, server_default="0"),  # callers who can choose
    Column("handed_over", Integer, nullable=False, server_default="0"),  # requests given to the extended-hours desk
    Column("carried_over", Integer, nullable=False, server_default="0"),  # new times of requests, times for callers
    Column("untold", Integer, nullable=False, server_default="0"),  # requests whose new time could not be told
    Column("orphans", Integer, nullable=False, server_default="0"),  # left without desk or time: always 0
    UniqueConstraint("desk", "closed_at", name="uq_settlement_desk"),
)

ringing_stop = Table(  # a limit was met: nobody is rung for it until it ends
    "ringing_stop",
    metadata,
    own_id(),
    Column("kind", String(24), nullable=False),  # which limit
    Column("figure", String(40), nullable=False),  # what was counted
    Column("made_at", UtcTime, nullable=False),
    Column("until_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("ended_by", String(40)),
)
Index(  # once: whoever meets a limit that is stopped already changes nothing
    "uq_ringing_stop_open",
    ringing_stop.c.kind,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

callback_event = Table(  # history: one row for each transition, in the transition's own transaction
    "callback_event",
    metadata,
    own_number(),
    Column("request_id", String(32), ForeignKey("callback_request.id"), nullable=False, index=True),
    Column("at", UtcTime, nullable=False),
    Column("event", String(24), nullable=False),
    Column("from_state", String(12), nullable=False),
    Column("to_state", String(12), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("offer_token", String(32)),
    Column("who", String(40), nullable=False),  # caller | agent id | service
    Column("note", FreeText),
)

BY_AGENTS = "who NOT IN ('service','caller')"  # their notes are words; the others' are codes of ours
_NOTED = f"note IS NOT NULL AND {BY_AGENTS}"
Index("ix_callback_event_noted", callback_event.c.at, sqlite_where=text(_NOTED), postgresql_where=text(_NOTED))

supervisor_item = Table(  # things a person must look at
    "supervisor_item",
    metadata,
    own_id(),
    Column("kind", String(24), nullable=False),  # needs_human | unreached | untold | unnoted | duty_unanswered
    Column("request_id", String(32), ForeignKey("callback_request.id")),
    Column("detail", String(40)),  # an opaque id the kind explains: a duty, a recording
    Column("number_id", String(32), ForeignKey("phone_number.id")),  # who rang the duty in vain; null: withheld
    Column("made_at", UtcTime, nullable=False),
    Column("closed_at", UtcTime),
)
Index(  # what nobody has seen to yet
    "ix_supervisor_item_open",
    supervisor_item.c.request_id,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)
for _name, _column in (("number", supervisor_item.c.number_id), ("numbered", supervisor_item.c.made_at)):
    Index(
        f"ix_supervisor_item_{_name}",
        _column,
        sqlite_where=text("number_id IS NOT NULL"),
        postgresql_where=text("number_id IS NOT NULL"),
    )
