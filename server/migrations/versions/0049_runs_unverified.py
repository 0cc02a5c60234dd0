"""Find the runs whose controls wait by an index."""

import sqlalchemy as sa
from alembic import op

revision: str = "0049_runs_unverified"
down_revision: str | None = "0048_audit_indexes"


def upgrade() -> None:
    waiting = sa.text("verified_at IS NULL AND withdrawn_at IS NULL")
    op.create_index(
        "ix_run_unverified", "run", ["entered_at"], sqlite_where=waiting, postgresql_where=waiting
    )
