"""The first record: calls, promises, the line, agents, and what makes each effect happen once."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "agent",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("sign_in", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("departments", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=False),
        sa.Column("telephone", sa.String(length=16), nullable=True),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent")),
        sa.UniqueConstraint("sign_in", name=op.f("uq_agent_sign_in")),
    )
    op.create_table(
        "call_draft",
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", name=op.f("pk_call_draft")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("ref", sa.String(length=34), nullable=False),
        sa.Column("due_machine", sa.Float(), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.Column("handed_machine", sa.Float(), nullable=True),
        sa.Column("lease_machine", sa.Float(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_machine", sa.Float(), nullable=True),
        sa.Column("result", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("kind", "ref", name="uq_outbox_kind"),
    )
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["due_machine"],
        unique=False,
        sqlite_where=sa.text("done_machine IS NULL"),
        postgresql_where=sa.text("done_machine IS NULL"),
    )
    op.create_table(
        "phone_number",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_number")),
        sa.UniqueConstraint("e164", name=op.f("uq_phone_number_e164")),
    )
    op.create_table(
        "process_start",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("started_machine", sa.Float(), nullable=False),
        sa.Column("beat_machine", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_process_start")),
    )
    op.create_table(
        "receipt",
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("nonce", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", "step", "nonce", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_made_machine"), "receipt", ["made_machine"], unique=False)
    op.create_table(
        "ruleset",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_machine", sa.Float(), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_ruleset")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sign_in", sa.String(length=80), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index(op.f("ix_sign_in_failure_sign_in"), "sign_in_failure", ["sign_in"], unique=False)
    op.create_table(
        "status_event",
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.Column("came_machine", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("call_sid", "status", "sequence", name=op.f("pk_status_event")),
    )
    op.create_table(
        "call",
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=True),
        sa.Column("ruleset_version", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["number_id"], ["phone_number.id"], name=op.f("fk_call_number_id_phone_number")),
        sa.PrimaryKeyConstraint("call_sid", name=op.f("pk_call")),
    )
    op.create_table(
        "callback_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.Integer(), server_default="1", nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("ruleset_version", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("line_time_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promise_words", sa.Text(), nullable=False),
        sa.Column("told", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offer_token", sa.String(length=32), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("origin_call_sid", sa.String(length=34), nullable=True),
        sa.Column("keyed_in", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(
            ["number_id"], ["phone_number.id"], name=op.f("fk_callback_request_number_id_phone_number")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_request")),
    )
    op.create_index(op.f("ix_callback_request_code"), "callback_request", ["code"], unique=False)
    op.create_index(op.f("ix_callback_request_origin_call_sid"), "callback_request", ["origin_call_sid"], unique=False)
    op.create_index(
        "ix_callback_request_due",
        "callback_request",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "ix_callback_request_line",
        "callback_request",
        ["line_time_at"],
        unique=False,
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.create_index(
        "ix_callback_request_open",
        "callback_request",
        ["number_id"],
        unique=False,
        sqlite_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
        postgresql_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
    )
    op.create_index(
        "ix_callback_request_window",
        "callback_request",
        ["department", "window_start_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
        postgresql_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
    )
    op.create_index(
        "uq_callback_request_one_open",
        "callback_request",
        ["number_id", "topic", "person"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('requested','offered','dialing','connected','unreached','needs_human') AND NOT urgent"
        ),
        postgresql_where=sa.text(
            "state IN ('requested','offered','dialing','connected','unreached','needs_human') AND NOT urgent"
        ),
    )
    op.create_table(
        "presence",
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_machine", sa.Float(), nullable=False),
        sa.Column("break_after_call", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_presence_agent_id_agent")),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_presence")),
    )
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("created_machine", sa.Float(), nullable=False),
        sa.Column("seen_machine", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_session_agent_id_agent")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_session")),
    )
    op.create_table(
        "callback_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=False),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("offer_token", sa.String(length=32), nullable=True),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_callback_event_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback_event")),
    )
    op.create_index(op.f("ix_callback_event_request_id"), "callback_event", ["request_id"], unique=False)
    op.create_table(
        "supervisor_item",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_supervisor_item_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervisor_item")),
    )
    op.create_table(
        "text_message",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_machine", sa.Float(), nullable=True),
        sa.Column("message_sid", sa.String(length=34), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["number_id"], ["phone_number.id"], name=op.f("fk_text_message_number_id_phone_number")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_text_message_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_message")),
    )
    op.create_table(
        "waiting_caller",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("service_language", sa.String(length=2), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("ruleset_version", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("line_time_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queue_sid", sa.String(length=34), nullable=True),
        sa.Column("place_told", sa.Integer(), nullable=True),
        sa.Column("wait_told_minutes", sa.Integer(), nullable=True),
        sa.Column("offer_token", sa.String(length=32), nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(
            ["number_id"], ["phone_number.id"], name=op.f("fk_waiting_caller_number_id_phone_number")
        ),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_waiting_caller_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_caller")),
    )
    op.create_index(op.f("ix_waiting_caller_call_sid"), "waiting_caller", ["call_sid"], unique=False)
    op.create_index(
        "ix_waiting_caller_line",
        "waiting_caller",
        ["line_time_at"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_waiting_caller_one_stay",
        "waiting_caller",
        ["call_sid"],
        unique=True,
        sqlite_where=sa.text("state IN ('waiting','offered','bridging','talking','wishes','closing')"),
        postgresql_where=sa.text("state IN ('waiting','offered','bridging','talking','wishes','closing')"),
    )
    op.create_table(
        "line_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("caller_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("from_state", sa.String(length=12), nullable=False),
        sa.Column("to_state", sa.String(length=12), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["caller_id"], ["waiting_caller.id"], name=op.f("fk_line_event_caller_id_waiting_caller")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_event")),
    )
    op.create_index(op.f("ix_line_event_caller_id"), "line_event", ["caller_id"], unique=False)
    op.create_table(
        "offer",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=False),
        sa.Column("caller_id", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("clause", sa.String(length=16), nullable=False),
        sa.Column("clause_number", sa.Integer(), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("own_telephone", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.Column("asked_machine", sa.Float(), nullable=True),
        sa.Column("agent_call_sid", sa.String(length=34), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_machine", sa.Float(), nullable=True),
        sa.Column("resident_call_sid", sa.String(length=34), nullable=True),
        sa.Column("resident_status", sa.String(length=16), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talk_ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leg_ended_machine", sa.Float(), nullable=True),
        sa.Column("wrap_until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_machine", sa.Float(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_offer_agent_id_agent")),
        sa.ForeignKeyConstraint(["caller_id"], ["waiting_caller.id"], name=op.f("fk_offer_caller_id_waiting_caller")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_offer_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_agent_call_sid"), "offer", ["agent_call_sid"], unique=False)
    op.create_index("ix_offer_made", "offer", ["agent_id", "made_at"], unique=False)
    op.create_index(op.f("ix_offer_resident_call_sid"), "offer", ["resident_call_sid"], unique=False)
    op.create_index(
        "uq_offer_open_agent_id",
        "offer",
        ["agent_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
        postgresql_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
    )
    op.create_index(
        "uq_offer_open_caller_id",
        "offer",
        ["caller_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
        postgresql_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
    )
    op.create_index(
        "uq_offer_open_request_id",
        "offer",
        ["request_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
        postgresql_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_offer_open_request_id",
        table_name="offer",
        sqlite_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
        postgresql_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
    )
    op.drop_index(
        "uq_offer_open_caller_id",
        table_name="offer",
        sqlite_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
        postgresql_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
    )
    op.drop_index(
        "uq_offer_open_agent_id",
        table_name="offer",
        sqlite_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
        postgresql_where=sa.text("state IN ('offered','accepted','dialing','connected','wrapup')"),
    )
    op.drop_index(op.f("ix_offer_resident_call_sid"), table_name="offer")
    op.drop_index("ix_offer_made", table_name="offer")
    op.drop_index(op.f("ix_offer_agent_call_sid"), table_name="offer")
    op.drop_table("offer")
    op.drop_index(op.f("ix_line_event_caller_id"), table_name="line_event")
    op.drop_table("line_event")
    op.drop_index(
        "uq_waiting_caller_one_stay",
        table_name="waiting_caller",
        sqlite_where=sa.text("state IN ('waiting','offered','bridging','talking','wishes','closing')"),
        postgresql_where=sa.text("state IN ('waiting','offered','bridging','talking','wishes','closing')"),
    )
    op.drop_index(
        "ix_waiting_caller_line",
        table_name="waiting_caller",
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_waiting_caller_call_sid"), table_name="waiting_caller")
    op.drop_table("waiting_caller")
    op.drop_table("text_message")
    op.drop_table("supervisor_item")
    op.drop_index(op.f("ix_callback_event_request_id"), table_name="callback_event")
    op.drop_table("callback_event")
    op.drop_table("session")
    op.drop_table("presence")
    op.drop_index(
        "uq_callback_request_one_open",
        table_name="callback_request",
        sqlite_where=sa.text(
            "state IN ('requested','offered','dialing','connected','unreached','needs_human') AND NOT urgent"
        ),
        postgresql_where=sa.text(
            "state IN ('requested','offered','dialing','connected','unreached','needs_human') AND NOT urgent"
        ),
    )
    op.drop_index(
        "ix_callback_request_window",
        table_name="callback_request",
        sqlite_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
        postgresql_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
    )
    op.drop_index(
        "ix_callback_request_open",
        table_name="callback_request",
        sqlite_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
        postgresql_where=sa.text("state IN ('requested','offered','dialing','connected','unreached','needs_human')"),
    )
    op.drop_index(
        "ix_callback_request_line",
        table_name="callback_request",
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.drop_index(
        "ix_callback_request_due",
        table_name="callback_request",
        sqlite_where=sa.text("state = 'requested'"),
        postgresql_where=sa.text("state = 'requested'"),
    )
    op.drop_index(op.f("ix_callback_request_code"), table_name="callback_request")
    op.drop_table("callback_request")
    op.drop_table("call")
    op.drop_table("status_event")
    op.drop_index(op.f("ix_sign_in_failure_sign_in"), table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("ruleset")
    op.drop_index(op.f("ix_receipt_made_machine"), table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("process_start")
    op.drop_table("phone_number")
    op.drop_index(
        "ix_outbox_open",
        table_name="outbox",
        sqlite_where=sa.text("done_machine IS NULL"),
        postgresql_where=sa.text("done_machine IS NULL"),
    )
    op.drop_table("outbox")
    op.drop_table("call_draft")
    op.drop_table("agent")
