"""Pairings in the order of time."""

from alembic import op

revision: str = "0046_in_time"
down_revision: str | None = "0045_labs_and_places"


def upgrade() -> None:
    with op.batch_alter_table("pairing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pairing_paired_at"), ["paired_at"], unique=False)
