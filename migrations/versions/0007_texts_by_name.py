"""Texts are found by the name that the provider gave them: each news of one came with a look at every text there has
been."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_text_message_message_sid"), "text_message", ["message_sid"])


def downgrade() -> None:
    op.drop_index(op.f("ix_text_message_message_sid"), "text_message")
