"""Recorded sound, disruption notices, checked codes; requests answered in writing or with an interpreter."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ASKED = sa.text("asked_by_number_id IS NOT NULL")
DRAFT = sa.text("state = 'draft'")
ITEM_NUMBER = "fk_supervisor_item_number_id_phone_number"
KEPT = sa.text("state = 'kept'")
UNFINISHED = sa.text("removed_machine IS NULL")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_table(
        "code_try",
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("nonce", sa.String(length=40), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=True),
        sa.Column("made_machine", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["number_id"], ["phone_number.id"], name=op.f("fk_code_try_number_id_phone_number")),
        sa.PrimaryKeyConstraint("call_sid", "nonce", name=op.f("pk_code_try")),
    )
    op.create_index(op.f("ix_code_try_number_id"), "code_try", ["number_id"])
    op.create_index(op.f("ix_code_try_made_machine"), "code_try", ["made_machine"])
    _recording()
    with op.batch_alter_table("callback_request") as table:
        table.add_column(sa.Column("contact", sa.String(length=6), server_default="ring", nullable=False))
        table.add_column(sa.Column("interpreter", sa.String(length=60), nullable=True))
        table.add_column(sa.Column("asked_by_number_id", sa.String(length=32), nullable=True))
        table.create_foreign_key(
            op.f("fk_callback_request_asked_by_number_id_phone_number"), "phone_number", ["asked_by_number_id"], ["id"]
        )
    op.create_index(
        "ix_callback_request_asked_by",
        "callback_request",
        ["asked_by_number_id", "created_at"],
        sqlite_where=ASKED,
        postgresql_where=ASKED,
    )
    with op.batch_alter_table("supervisor_item") as table:
        table.add_column(sa.Column("detail", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("number_id", sa.String(length=32), nullable=True))
        table.create_foreign_key(ITEM_NUMBER, "phone_number", ["number_id"], ["id"])


def _recording() -> None:
    op.create_table(
        "recording",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("recording_sid", sa.String(length=34), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("number_id", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=32), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("urgent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_machine", sa.Float(), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("content_type", sa.String(length=40), nullable=True),
        sa.Column("failed", sa.String(length=40), nullable=True),
        sa.Column("removed_machine", sa.Float(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_by", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["heard_by"], ["agent.id"], name=op.f("fk_recording_heard_by_agent")),
        sa.ForeignKeyConstraint(["number_id"], ["phone_number.id"], name=op.f("fk_recording_number_id_phone_number")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["callback_request.id"], name=op.f("fk_recording_request_id_callback_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
        sa.UniqueConstraint("recording_sid", name=op.f("uq_recording_recording_sid")),
        sa.UniqueConstraint("token", name=op.f("uq_recording_token")),
    )
    op.create_index(op.f("ix_recording_call_sid"), "recording", ["call_sid"])
    op.create_index(op.f("ix_recording_request_id"), "recording", ["request_id"])
    op.create_index("ix_recording_draft", "recording", ["made_at"], sqlite_where=DRAFT, postgresql_where=DRAFT)
    op.create_index(
        "ix_recording_unfinished", "recording", ["made_at"], sqlite_where=UNFINISHED, postgresql_where=UNFINISHED
    )
    op.create_index(
        "ix_recording_kept", "recording", ["department", "made_at"], sqlite_where=KEPT, postgresql_where=KEPT
    )


def downgrade() -> None:
    with op.batch_alter_table("supervisor_item") as table:
        table.drop_constraint(ITEM_NUMBER, type_="foreignkey")
        table.drop_column("number_id")
        table.drop_column("detail")
    op.drop_index("ix_callback_request_asked_by", table_name="callback_request")
    with op.batch_alter_table("callback_request") as table:
        table.drop_constraint(op.f("fk_callback_request_asked_by_number_id_phone_number"), type_="foreignkey")
        table.drop_column("asked_by_number_id")
        table.drop_column("interpreter")
        table.drop_column("contact")
    op.drop_table("recording")
    op.drop_table("code_try")
    op.drop_table("notice")
