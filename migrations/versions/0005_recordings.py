"""Recorded talks, who heard what, what must be kept, proof of what was deleted; numbers that are kept no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

RUNNING = sa.text("ended_at IS NULL")
HELD = sa.text("deleted_at IS NULL")
OPEN_TALK = sa.text("state IN ('asked','running','paused','ended')")
NUMBERED = ("callback_request", "text_message")  # their number may go, and they stay for the figures
TOLD = ("waiting_caller", "offer")
NUMBER, ENDED = "number_id IS NOT NULL", "ended_at IS NOT NULL"
NOTED = f"note IS NOT NULL AND {ENDED}"
TO_BE_KEPT = {  # name: table, column, of which rows
    "ix_call_numbered": ("call", "arrived_at", NUMBER),
    "ix_text_message_number": ("text_message", "number_id", NUMBER),
    "ix_text_message_numbered": ("text_message", "created_at", NUMBER),
    "ix_waiting_caller_number": ("waiting_caller", "number_id", NUMBER),
    "ix_waiting_caller_numbered": ("waiting_caller", "ended_at", f"{NUMBER} AND {ENDED}"),
    "ix_offer_noted": ("offer", "ended_at", NOTED),
    "ix_transfer_noted": ("transfer", "ended_at", NOTED),
    "ix_audit_event_worded": (
        "audit_event", "at",
        "detail IS NOT NULL AND subject IN ('request','caller','offer','recording','item','number')",
    ),
    "ix_callback_request_numbered": ("callback_request", "closed_at", f"{NUMBER} AND closed_at IS NOT NULL"),
    "ix_callback_event_noted": ("callback_event", "at", "note IS NOT NULL AND who NOT IN ('service','caller')"),
    "ix_supervisor_item_number": ("supervisor_item", "number_id", NUMBER),
    "ix_supervisor_item_numbered": ("supervisor_item", "made_at", NUMBER),
    "ix_recording_sound": ("recording", "made_at", "deleted_at IS NULL"),
    "ix_recording_resting": ("recording", "id", "stored_machine IS NOT NULL AND deleted_at IS NULL"),
    "ix_recording_number": ("recording", "number_id", NUMBER),
    "ix_recording_numbered": ("recording", "made_at", NUMBER),
    "ix_recording_noted": ("recording", "heard_at", "note IS NOT NULL AND heard_at IS NOT NULL"),
}  # fmt: skip
FOUND = {
    "ix_recording_found": ["made_at", "id"],
    "ix_recording_found_desk": ["department", "made_at", "id"],
}
LEFT = sa.text("state NOT IN ('draft','dropped')")
GONE = "gone"  # whom the older tables name where the number is kept no longer


def upgrade() -> None:
    _proof()
    for name in NUMBERED:
        with op.batch_alter_table(name) as table:
            table.alter_column("number_id", existing_type=sa.String(length=32), nullable=True)
    for name in TOLD:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("recording_told_at", sa.DateTime(timezone=True), nullable=True))
            table.add_column(
                sa.Column("recording_declined", sa.Boolean(), nullable=False, server_default=sa.text("false"))
            )
    with op.batch_alter_table("recording") as table:
        table.add_column(sa.Column("offer_token", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("agent_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("wanted", sa.String(length=8), nullable=True))
        table.add_column(sa.Column("asked_machine", sa.Float(), nullable=True))
        table.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("sealed_with", sa.String(length=16), nullable=True))
        table.add_column(sa.Column("transcribed_machine", sa.Float(), nullable=True))
        table.add_column(sa.Column("short_bytes", sa.Integer(), nullable=True))
        table.add_column(sa.Column("short_tries", sa.Integer(), nullable=True))
        table.add_column(sa.Column("short_machine", sa.Float(), nullable=True))
        table.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        table.alter_column("recording_sid", existing_type=sa.String(length=34), nullable=True)
        table.create_index(
            "ix_recording_held", ["kind", "department", "made_at"], sqlite_where=HELD, postgresql_where=HELD
        )
        table.create_index("ix_recording_talk_open", ["made_at"], sqlite_where=OPEN_TALK, postgresql_where=OPEN_TALK)
        table.create_index(op.f("ix_recording_offer_token"), ["offer_token"], unique=True)
        table.create_foreign_key(op.f("fk_recording_agent_id_agent"), "agent", ["agent_id"], ["id"])
    for name, (of, column, where) in TO_BE_KEPT.items():
        op.create_index(name, of, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    for name, columns in FOUND.items():
        op.create_index(name, "recording", columns, sqlite_where=LEFT, postgresql_where=LEFT)


def _proof() -> None:
    op.create_table(
        "deletion",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("why", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("count", sa.Integer(), server_default="1", nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("at_provider", sa.String(length=12), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deletion")),
    )
    op.create_index(op.f("ix_deletion_at"), "deletion", ["at"])
    op.create_index(op.f("ix_deletion_subject_id"), "deletion", ["subject_id"])
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_legal_hold")),
    )
    op.create_index(
        "uq_legal_hold_open", "legal_hold", ["kind", "subject_id"], unique=True,
        sqlite_where=RUNNING, postgresql_where=RUNNING,
    )  # fmt: skip
    op.create_table(
        "sound_access",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recording_id", sa.String(length=32), nullable=False),
        sa.Column("agent_id", sa.String(length=32), nullable=True),
        sa.Column("by", sa.String(length=80), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deed", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"], name=op.f("fk_sound_access_agent_id_agent")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recording.id"], name=op.f("fk_sound_access_recording_id_recording")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sound_access")),
    )
    op.create_index(op.f("ix_sound_access_at"), "sound_access", ["at"])
    op.create_index(op.f("ix_sound_access_recording_id"), "sound_access", ["recording_id"])


def downgrade() -> None:
    for name in FOUND:
        op.drop_index(name, "recording")
    for name, (of, _column, _where) in TO_BE_KEPT.items():
        op.drop_index(name, of)
    op.execute("UPDATE recording SET recording_sid = 'RE' || id WHERE recording_sid IS NULL")
    with op.batch_alter_table("recording") as table:
        table.drop_constraint(op.f("fk_recording_agent_id_agent"), type_="foreignkey")
        table.drop_index(op.f("ix_recording_offer_token"))
        table.drop_index("ix_recording_talk_open")
        table.drop_index("ix_recording_held")
        table.alter_column("recording_sid", existing_type=sa.String(length=34), nullable=False)
        for name in (
            "deleted_at", "short_machine", "short_tries", "short_bytes", "transcribed_machine", "sealed_with",
            "ended_at", "asked_machine", "wanted", "agent_id", "offer_token",
        ):  # fmt: skip
            table.drop_column(name)
    for name in TOLD:
        with op.batch_alter_table(name) as table:
            table.drop_column("recording_declined")
            table.drop_column("recording_told_at")
    _numbered_again()
    for name in ("sound_access", "legal_hold", "deletion"):
        op.drop_table(name)


def _numbered_again() -> None:
    op.execute(
        f"INSERT INTO phone_number (id, e164, created_at) SELECT '{GONE}', '+0', CURRENT_TIMESTAMP "  # noqa: S608
        "WHERE EXISTS (SELECT 1 FROM callback_request WHERE number_id IS NULL) "
        "OR EXISTS (SELECT 1 FROM text_message WHERE number_id IS NULL)"
    )
    for name in NUMBERED:
        op.execute(f"UPDATE {name} SET number_id = '{GONE}' WHERE number_id IS NULL")  # noqa: S608
        with op.batch_alter_table(name) as table:
            table.alter_column("number_id", existing_type=sa.String(length=32), nullable=False)
