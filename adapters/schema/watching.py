"""What the service watches of itself: alarms, the usual traffic of each hour, the provider's complaints, tries of our
own number, and counts that outlive their processes. No row here names a resident."""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, text

from adapters.schema.columns import UtcTime, metadata, own_id

alarm = Table(  # something is wrong that callers feel; once at a time for each kind
    "alarm",
    metadata,
    own_id(),
    Column("kind", String(24), nullable=False),  # operations.watching.model.KINDS
    Column("figure", String(40), nullable=False),  # what was counted when it began
    Column("made_at", UtcTime, nullable=False, index=True),
    Column("clear_since_at", UtcTime),  # nothing is wrong any more, since then; it ends when that has lasted
    Column("ended_at", UtcTime),
)
Index(
    "uq_alarm_open",
    alarm.c.kind,
    unique=True,
    sqlite_where=text("ended_at IS NULL"),
    postgresql_where=text("ended_at IS NULL"),
)

traffic_hour = Table(  # calls that came to a topic in one hour: what is usual, longer than calls are kept
    "traffic_hour",
    metadata,
    Column("start_at", UtcTime, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("open_minutes", Integer, nullable=False),  # of that hour, with some desk open
)

tally = Table(  # counts that only grow, whichever process counts
    "tally",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("label", String(80), primary_key=True),
    Column("count", BigInteger, nullable=False),
)

provider_alert = Table(  # errors and warnings as the provider's debugger tells them; no text of a call, no number
    "provider_alert",
    metadata,
    Column("sid", String(34), primary_key=True),
    Column("level", String(8), nullable=False),  # error | warning
    Column("code", Integer, nullable=False),  # the provider's
    Column("resource_sid", String(34)),  # of the call or text it is about
    Column("step", String(40)),  # the webhook of ours that it is about
    Column("came_at", UtcTime, nullable=False, index=True),
)

test_call = Table(  # our own call to our own number, to see that it is answered
    "test_call",
    metadata,
    own_id(),
    Column("slot", String(13), nullable=False, unique=True),  # the hour, UTC: once, whoever's clock begins it
    Column("asked_at", UtcTime, nullable=False),
    Column("asked_machine", Float, nullable=False),
    Column("call_sid", String(34), unique=True),  # of the leg we ordered
    Column("arrived_sid", String(34), unique=True),  # of the call that arrived by it
    Column("arrived_machine", Float),  # the greeting was asked for
    Column("menu_machine", Float),  # the key was understood: the menu was asked for
    Column("ended_machine", Float),
    Column("result", String(24)),  # operations.watching.model: why it failed, or walked
)
