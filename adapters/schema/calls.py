"""Calls as Twilio names them, their numbers, and what has been answered to them."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, Text, func, literal_column, text

from adapters.schema.columns import FreeText, UtcTime, metadata, own_id

phone_number = Table(
    "phone_number",
    metadata,
    own_id(),
    Column("e164", String(16), nullable=False, unique=True),
    Column("created_at", UtcTime, nullable=False),
)
LAST_FOUR = func.substr(phone_number.c.e164, literal_column("length(e164) - 3"))
Index("ix_phone_number_last_four", LAST_FOUR)  # agents look a matter up by the last digits of its number

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
Index("ix_call_number", call.c.number_id, call.c.arrived_at)  # the card counts a telephone's earlier calls

Index(  # whose time to be kept may be over
    "ix_call_numbered",
    call.c.arrived_at,
    sqlite_where=text("number_id IS NOT NULL"),
    postgresql_where=text("number_id IS NOT NULL"),
)

call_draft = Table(  # a number keyed in during a call; deleted when the call ends
    "call_draft",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("e164", String(16), nullable=False),
    Column("made_machine", Float, nullable=False),
)

code_try = Table(  # somebody asked whether a code is ours; tries are counted
    "code_try",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("nonce", String(40), primary_key=True),
    Column("number_id", String(32), ForeignKey("phone_number.id"), index=True),  # null: withheld
    Column("made_machine", Float, nullable=False, index=True),
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

status_event = Table(  # Twilio's status callbacks as they came, each once
    "status_event",
    metadata,
    Column("call_sid", String(34), primary_key=True),
    Column("status", String(16), primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("token", String(32)),
    Column("came_machine", Float, nullable=False),
)

text_message = Table(  # an SMS to be sent; the words are made when it is sent
    "text_message",
    metadata,
    own_id(),
    Column("number_id", String(32), ForeignKey("phone_number.id")),  # null: kept no longer
    Column("request_id", String(32), ForeignKey("callback_request.id"), index=True),
    Column("language", String(2), nullable=False),
    Column("key", String(40), nullable=False),  # announcement key
    Column("body", FreeText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("asked_machine", Float),
    Column("message_sid", String(34), index=True),  # the provider's news of it come by this name
    Column("status", String(16)),
)
for _name, _column in (("number", text_message.c.number_id), ("numbered", text_message.c.created_at)):
    Index(
        f"ix_text_message_{_name}",
        _column,
        sqlite_where=text("number_id IS NOT NULL"),
        postgresql_where=text("number_id IS NOT NULL"),
    )
