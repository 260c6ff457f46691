"""The promise ledger, closing reports, limits; transfers, listening, desk pauses; accounts, deeds and the one open page."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REQUESTED = sa.text("state = 'requested'")
UNJUDGED = sa.text("verdict IS NULL")
RUNNING = sa.text("ended_at IS NULL")
RETRY = sa.text("state = 'requested' AND kind = 'retry'")
WAITING = sa.text("state = 'waiting'")
SKIPPED = sa.text("accepted_at IS NULL AND ended_at IS NOT NULL")
TALKED = sa.text("state = 'ended' AND connected_at IS NOT NULL")
DEALT = ["desk", "language", "urgent"]
DESK_OF_OFFER = (
    "UPDATE offer SET desk = COALESCE((SELECT desk FROM waiting_caller WHERE waiting_caller.id = offer.caller_id),"
    " (SELECT desk FROM callback_request WHERE callback_request.id = offer.request_id))"
)
WRITTEN = sa.text(
    "state IN ('requested','offered','dialing','connected','unreached','needs_human') AND contact = 'text'"
)
DIALING = sa.text("state = 'dialing'")
UNSEEN = sa.text("closed_at IS NULL")
WITH_PARTNER = sa.text("state = 'done' AND goal_kind = 'partner'")
INTERPRETED = sa.text("state = 'requested' AND interpreter IS NOT NULL")
ASIDE = sa.text("state IN ('unreached','needs_human')")
LAST_FOUR = sa.text("substr(e164, length(e164) - 3)")


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("machine", sa.Float(), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("deed", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=40), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index(op.f("ix_audit_event_at"), "audit_event", ["at"])
    op.create_index(op.f("ix_audit_event_subject_id"), "audit_event", ["subject_id"])
    for key in ("who", "department"):
        op.create_index(f"ix_audit_event_{key}", "audit_event", [key, "id"])

    op.create_table(
        "desk_pause",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_pause")),
    )
    op.create_index(op.f("ix_desk_pause_desk"), "desk_pause", ["desk"])

    op.create_table(
        "ringing_stop",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ringing_stop")),
    )
    op.create_index(
        "uq_ringing_stop_open", "ringing_stop", ["kind"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_table(
        "settlement",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("led_on", sa.Integer(), server_default="0", nullable=False),
        sa.Column("handed_over", sa.Integer(), server_default="0", nullable=False),
        sa.Column("carried_over", sa.Integer(), server_default="0", nullable=False),
        sa.Column("untold", sa.Integer(), server_default="0", nullable=False),
        sa.Column("orphans", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement")),
        sa.UniqueConstraint("desk", "closed_at", name="uq_settlement_desk"),
    )
    op.create_table(
        "promise_told",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=40), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("window_start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_end_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_promise_told_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise_told")),
    )
    op.create_index("ix_promise_told_judged", "promise_told", ["judged_at"])
    op.create_index(
        "ix_promise_told_open", "promise_told", ["window_end_at"], sqlite_where=UNJUDGED, postgresql_where=UNJUDGED
    )
    op.create_index(
        "uq_promise_told_one_open",
        "promise_told",
        ["request_id"],
        unique=True,
        sqlite_where=UNJUDGED,
        postgresql_where=UNJUDGED,
    )
    op.create_index(op.f("ix_promise_told_request_id"), "promise_told", ["request_id"])

    op.create_table(
        "listening",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("supervisor_id", sa.String(length=32), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("leg_sid", sa.String(length=34), nullable=True),
        sa.Column("asked_machine", sa.Float(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["supervisor_id"], ["agent.id"], name=op.f("fk_listening_supervisor_id_agent")),
        sa.ForeignKeyConstraint(["token"], ["offer.token"], name=op.f("fk_listening_token_offer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listening")),
    )
    op.create_index(op.f("ix_listening_leg_sid"), "listening", ["leg_sid"])
    op.create_index(op.f("ix_listening_token"), "listening", ["token"])
    op.create_index(
        "ix_listening_open", "listening", ["supervisor_id"], sqlite_where=RUNNING, postgresql_where=RUNNING
    )

    op.create_table(
        "transfer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("goal_kind", sa.String(length=8), nullable=False),
        sa.Column("goal", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("leg_sid", sa.String(length=34), nullable=True),
        sa.Column("new_token", sa.String(length=32), nullable=True),
        sa.Column("asked_machine", sa.Float(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["token"], ["offer.token"], name=op.f("fk_transfer_token_offer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_leg_sid"), "transfer", ["leg_sid"])
    op.create_index(op.f("ix_transfer_token"), "transfer", ["token"])
    op.create_index(
        "uq_transfer_open_token", "transfer", ["token"], unique=True, sqlite_where=RUNNING, postgresql_where=RUNNING
    )
    op.create_index(
        "ix_transfer_partner", "transfer", ["ended_at"], sqlite_where=WITH_PARTNER, postgresql_where=WITH_PARTNER
    )

    op.create_index(
        "ix_supervisor_item_open", "supervisor_item", ["request_id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN
    )
    op.create_index("ix_call_number", "call", ["number_id", "arrived_at"])
    op.create_index("ix_phone_number_last_four", "phone_number", [LAST_FOUR])
    op.create_index(op.f("ix_text_message_request_id"), "text_message", ["request_id"])

    with op.batch_alter_table("agent") as table:
        table.add_column(
            sa.Column("must_change_password", sa.Boolean(), server_default=sa.text("false"), nullable=False)
        )
        table.add_column(sa.Column("subject", sa.String(length=255), nullable=True))
        table.add_column(sa.Column("reserve_telephone", sa.String(length=16), nullable=True))
        table.create_unique_constraint(table.f("uq_agent_subject"), ["subject"])

    with op.batch_alter_table("callback_request") as table:
        table.add_column(sa.Column("owner_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("message_left_at", sa.DateTime(timezone=True), nullable=True))
        table.create_index(
            "ix_callback_request_desk_line",
            ["desk", "language", "kind", "window_end_at"],
            sqlite_where=REQUESTED,
            postgresql_where=REQUESTED,
        )
        for old in ("due", "line"):
            table.drop_index(f"ix_callback_request_{old}", sqlite_where=REQUESTED, postgresql_where=REQUESTED)
        for name, columns, where in (
            ("due", ["desk", "due_at"], REQUESTED),
            ("place", [*DEALT, "kind", "line_time_at", "id"], REQUESTED),
            ("retry", [*DEALT, "due_at", "id"], RETRY),
        ):
            table.create_index(f"ix_callback_request_{name}", columns, sqlite_where=where, postgresql_where=where)
        table.create_index("ix_callback_request_created", ["created_at"])
        table.create_foreign_key(table.f("fk_callback_request_owner_id_agent"), "agent", ["owner_id"], ["id"])
        table.create_index("ix_callback_request_number", ["number_id", "created_at"])
        table.create_index("ix_callback_request_written", ["due_at"], sqlite_where=WRITTEN, postgresql_where=WRITTEN)
        table.create_index("ix_callback_request_aside", ["window_end_at"], sqlite_where=ASIDE, postgresql_where=ASIDE)
        spoken_for = {"sqlite_where": INTERPRETED, "postgresql_where": INTERPRETED}
        table.create_index("ix_callback_request_interpreter", ["due_at"], **spoken_for)
        rings = {"sqlite_where": DIALING, "postgresql_where": DIALING}
        table.create_index("ix_callback_request_dialing", ["offer_token"], **rings)

    with op.batch_alter_table("offer") as table:
        table.add_column(sa.Column("detail", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("avoidable", sa.String(length=24), nullable=True))
        table.add_column(sa.Column("room", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("on_hold", sa.Boolean(), server_default=sa.text("false"), nullable=False))
        table.add_column(sa.Column("handed_over_by", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("desk", sa.String(length=40), nullable=True))
        table.create_index("ix_offer_accepted", ["accepted_at"])
        table.create_index("ix_offer_ended_machine", ["ended_machine"])
        for name, columns, where in (("skipped", ["ended_at"], SKIPPED), ("talked", ["desk", "ended_at"], TALKED)):
            table.create_index(f"ix_offer_{name}", columns, sqlite_where=where, postgresql_where=where)
        for key in ("caller_id", "request_id"):
            known = sa.text(f"{key} IS NOT NULL")
            table.create_index(f"ix_offer_of_{key}", [key, "made_at"], sqlite_where=known, postgresql_where=known)

    op.execute(DESK_OF_OFFER)

    with op.batch_alter_table("presence") as table:
        table.add_column(sa.Column("tab", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("telephone", sa.String(length=12), nullable=True))

    with op.batch_alter_table("waiting_caller") as table:
        table.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("wait_expected_minutes", sa.Integer(), nullable=True))
        table.add_column(sa.Column("handed_over_by", sa.String(length=32), nullable=True))
        table.drop_index("ix_waiting_caller_line", sqlite_where=WAITING, postgresql_where=WAITING)
        placed = ["desk", "service_language", "urgent", "line_time_at", "id"]
        table.create_index("ix_waiting_caller_place", placed, sqlite_where=WAITING, postgresql_where=WAITING)
        known = sa.text("answered_at IS NOT NULL")
        table.create_index("ix_waiting_caller_answered", ["answered_at"], sqlite_where=known, postgresql_where=known)
        asked = sa.text("request_id IS NOT NULL")
        table.create_index("ix_waiting_caller_request", ["request_id"], sqlite_where=asked, postgresql_where=asked)


def downgrade() -> None:

    with op.batch_alter_table("waiting_caller") as table:
        table.drop_index("ix_waiting_caller_place", sqlite_where=WAITING, postgresql_where=WAITING)
        table.create_index("ix_waiting_caller_line", ["line_time_at"], sqlite_where=WAITING, postgresql_where=WAITING)
        table.drop_index("ix_waiting_caller_answered")
        table.drop_index("ix_waiting_caller_request")
        table.drop_column("handed_over_by")
        table.drop_column("wait_expected_minutes")
        table.drop_column("answered_at")

    with op.batch_alter_table("presence") as table:
        table.drop_column("telephone")
        table.drop_column("tab")

    with op.batch_alter_table("offer") as table:
        for key in ("request_id", "caller_id"):
            table.drop_index(f"ix_offer_of_{key}")
        for name, where in (("skipped", SKIPPED), ("talked", TALKED)):
            table.drop_index(f"ix_offer_{name}", sqlite_where=where, postgresql_where=where)
        table.drop_index("ix_offer_ended_machine")
        table.drop_index("ix_offer_accepted")
        table.drop_column("desk")
        table.drop_column("handed_over_by")
        table.drop_column("on_hold")
        table.drop_column("room")
        table.drop_column("avoidable")
        table.drop_column("detail")

    with op.batch_alter_table("callback_request") as table:
        table.drop_constraint(table.f("fk_callback_request_owner_id_agent"), type_="foreignkey")
        for name, where in (("due", REQUESTED), ("place", REQUESTED), ("retry", RETRY)):
            table.drop_index(f"ix_callback_request_{name}", sqlite_where=where, postgresql_where=where)
        for name, column in (("due", "due_at"), ("line", "line_time_at")):
            where = REQUESTED
            table.create_index(f"ix_callback_request_{name}", [column], sqlite_where=where, postgresql_where=where)
        table.drop_index("ix_callback_request_created")
        table.drop_index("ix_callback_request_written")
        table.drop_index("ix_callback_request_aside")
        table.drop_index("ix_callback_request_interpreter")
        table.drop_index("ix_callback_request_dialing")
        table.drop_index("ix_callback_request_number")
        table.drop_index("ix_callback_request_desk_line", sqlite_where=REQUESTED, postgresql_where=REQUESTED)
        table.drop_column("message_left_at")
        table.drop_column("owner_id")

    with op.batch_alter_table("agent") as table:
        table.drop_constraint(table.f("uq_agent_subject"), type_="unique")
        table.drop_column("reserve_telephone")
        table.drop_column("subject")
        table.drop_column("must_change_password")

    op.drop_index(op.f("ix_text_message_request_id"), "text_message")
    op.drop_index("ix_phone_number_last_four", "phone_number")
    op.drop_index("ix_call_number", "call")
    op.drop_index("ix_supervisor_item_open", "supervisor_item")

    op.drop_table("transfer")

    op.drop_table("listening")

    op.drop_table("promise_told")
    op.drop_table("settlement")
    op.drop_table("ringing_stop")

    op.drop_table("desk_pause")

    op.drop_table("audit_event")
