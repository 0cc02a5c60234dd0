"""Outcomes of one status in the order of time, with whose sample each is."""

from alembic import op

revision: str = "0066_outcomes_in_order"
down_revision: str | None = "0065_station_keys"

NAME = "ix_outcome_status_sampled_at"


def upgrade() -> None:
    op.drop_index(NAME, "outcome")
    op.create_index(NAME, "outcome", ["status", "sampled_at", "pairing_id"])
