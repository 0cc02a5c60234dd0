"""What was done to an account is told from the trail: the slot for one notice goes."""

from alembic import op

revision: str = "0050_notices_by_trail"
down_revision: str | None = "0049_runs_unverified"


def upgrade() -> None:
    op.drop_column("user", "notice")
