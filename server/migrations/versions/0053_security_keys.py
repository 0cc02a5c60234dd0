"""What security keys are asked to sign."""

import sqlalchemy as sa
from alembic import op

revision: str = "0053_security_keys"
down_revision: str | None = "0052_late_check_ins"


def upgrade() -> None:
    op.create_table(
        "key_challenge",
        sa.Column("challenge", sa.String(length=64), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=4), nullable=False),
        sa.Column("expires_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("purpose IN ('add', 'show')", name=op.f("ck_key_challenge_purpose")),
        sa.PrimaryKeyConstraint("challenge", name=op.f("pk_key_challenge")),
    )
    op.create_index(op.f("ix_key_challenge_expires_at"), "key_challenge", ["expires_at"])
