"""Pacing: when the provider may be asked next, shared by every process. Alarms, usual traffic, what the provider tells
of errors, tries of our own number, counts that outlive processes."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OPEN = "state IN ('requested','offered','dialing','connected','unreached','needs_human')"


def upgrade() -> None:
    op.create_table(
        "provider_pace",
        sa.Column("lane", sa.String(length=16), nullable=False),
        sa.Column("free_machine", sa.Float(), nullable=False),
        sa.Column("held_machine", sa.Float(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_provider_pace")),
    )
    _watching()
    _numbers(sa.BigInteger())
    _seals()
    _windows(["department", "language", "window_start_at"], f"{_OPEN} AND contact = 'ring'")


def _watching() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("figure", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clear_since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_index(op.f("ix_alarm_made_at"), "alarm", ["made_at"])
    running = sa.text("ended_at IS NULL")
    op.create_index("uq_alarm_open", "alarm", ["kind"], unique=True, sqlite_where=running, postgresql_where=running)
    op.create_table(
        "traffic_hour",
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("open_minutes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("start_at", name=op.f("pk_traffic_hour")),
    )
    op.create_table(
        "tally",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "label", name=op.f("pk_tally")),
    )
    op.create_table(
        "provider_alert",
        sa.Column("sid", sa.String(length=34), nullable=False),
        sa.Column("level", sa.String(length=8), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("resource_sid", sa.String(length=34), nullable=True),
        sa.Column("step", sa.String(length=40), nullable=True),
        sa.Column("came_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sid", name=op.f("pk_provider_alert")),
    )
    op.create_index(op.f("ix_provider_alert_came_at"), "provider_alert", ["came_at"])
    op.create_table(
        "test_call",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("slot", sa.String(length=13), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_machine", sa.Float(), nullable=False),
        sa.Column("call_sid", sa.String(length=34), nullable=True),
        sa.Column("arrived_sid", sa.String(length=34), nullable=True),
        sa.Column("arrived_machine", sa.Float(), nullable=True),
        sa.Column("menu_machine", sa.Float(), nullable=True),
        sa.Column("ended_machine", sa.Float(), nullable=True),
        sa.Column("result", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_call")),
        sa.UniqueConstraint("slot", name=op.f("uq_test_call_slot")),
        sa.UniqueConstraint("call_sid", name=op.f("uq_test_call_call_sid")),
        sa.UniqueConstraint("arrived_sid", name=op.f("uq_test_call_arrived_sid")),
    )


def _seals() -> None:
    op.create_table(
        "audit_seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=True),
        sa.Column("words", sa.String(length=64), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_seal_event_id_audit_event")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_seal_event_id")),
    )


def _numbers(kind: sa.types.TypeEngine[int]) -> None:
    """The rows of the histories are numbered in eight bytes; SQLite always did."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for name in ("line_event", "callback_event", "route_decision", "audit_event", "sign_in_failure"):
        op.alter_column(name, "id", type_=kind)
        op.execute(f"ALTER SEQUENCE {name}_id_seq AS {kind}")


def _windows(columns: list[str], where: str) -> None:
    """What is promised in a window is counted while a caller listens: by an index that holds all that it is counted by."""
    op.drop_index("ix_callback_request_window", "callback_request")
    kept = sa.text(where)
    op.create_index("ix_callback_request_window", "callback_request", columns, sqlite_where=kept, postgresql_where=kept)


def downgrade() -> None:
    _windows(["department", "window_start_at"], _OPEN)
    op.drop_table("audit_seal")
    _numbers(sa.Integer())
    for name in ("test_call", "provider_alert", "tally", "traffic_hour", "alarm"):
        op.drop_table(name)
    op.drop_table("provider_pace")
