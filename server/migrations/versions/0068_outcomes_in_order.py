"""Outcomes of one status in the order of time, with whose sample each is."""

from alembic import op

revision: str = "0068_outcomes_in_order"
down_revision: str | None = "0067_phones_of_erased"

NAME = "ix_outcome_status_sampled_at"


def upgrade() -> None:
    op.drop_index(NAME, "outcome")
    op.create_index(NAME, "outcome", ["status", "sampled_at", "pairing_id"])
