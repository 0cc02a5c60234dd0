"""The outbox."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002_delivery"
down_revision: str | None = "0001_accounts_and_audit"


def upgrade() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("subject", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=True),
        sa.Column("leased_until", sa.DateTime(), nullable=True),
        sa.Column("receipt", sa.String(length=200), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("delivered_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'delivered') = (delivered_at IS NOT NULL) AND (state = 'delivered') = (receipt IS NOT NULL)",
            name="ck_delivery_delivered_wholly",
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'dead', 'set-aside')", name="ck_delivery_state"
        ),
        sa.CheckConstraint("attempts >= 0", name="ck_delivery_attempts"),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("target", "key", name="uq_delivery_target_key"),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "next_try_at"], unique=False)
    op.create_index("ix_delivery_order", "delivery", ["target", "subject", "id"], unique=False)
