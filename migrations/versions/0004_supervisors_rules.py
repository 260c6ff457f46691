"""The rules in supervisors' hands: versions with their differences, drafts, plans, quick switches; why calls went where."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

PLANNED = sa.text("state = 'planned'")
RUNNING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("ruleset") as table:
        table.add_column(sa.Column("kind", sa.String(length=12), nullable=False, server_default="first"))
        table.add_column(sa.Column("based_on", sa.Integer(), nullable=True))
        table.add_column(sa.Column("source", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("changes", sa.Text(), nullable=False, server_default="[]"))
        table.add_column(sa.Column("warnings", sa.Text(), nullable=False, server_default="[]"))
    with op.batch_alter_table("agent") as table:
        table.add_column(sa.Column("owns_rules", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    _drafts()
    _switches()
    _decisions()


def _drafts() -> None:
    op.create_table(
        "rules_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=40), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_draft")),
    )
    op.create_table(
        "rules_plan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("draft_id", sa.String(length=32), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("publish_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("refused", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_plan")),
    )
    op.create_index("ix_rules_plan_due", "rules_plan", ["publish_at"], sqlite_where=PLANNED, postgresql_where=PLANNED)


def _switches() -> None:
    op.create_table(
        "rules_switch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=True),
        sa.Column("topic", sa.String(length=40), nullable=True),
        sa.Column("goal", sa.String(length=40), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules_switch")),
    )
    running = {"sqlite_where": RUNNING, "postgresql_where": RUNNING}
    op.create_index("ix_rules_switch_running", "rules_switch", ["until_at"], **running)


def _decisions() -> None:
    op.create_table(
        "route_decision",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ruleset_version", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("route", sa.String(length=20), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_decision")),
    )
    op.create_index(op.f("ix_route_decision_call_sid"), "route_decision", ["call_sid"])
    op.create_index(op.f("ix_route_decision_at"), "route_decision", ["at"])
    op.create_table(
        "watch_run",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("ruleset_version", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tried", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("findings", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("seen_by", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_run")),
        sa.UniqueConstraint("day", name=op.f("uq_watch_run_day")),
    )


def downgrade() -> None:
    for table in ("watch_run", "route_decision", "rules_switch", "rules_plan", "rules_draft"):
        op.drop_table(table)
    with op.batch_alter_table("agent") as columns:
        columns.drop_column("owns_rules")
    with op.batch_alter_table("ruleset") as columns:
        for name in ("warnings", "changes", "source", "based_on", "kind"):
            columns.drop_column(name)
