"""What stood on a list of doses can be taken away once it was kept long enough."""

import sqlalchemy as sa
from alembic import op

revision: str = "0074_lists_of_doses"
down_revision: str | None = "0073_ordinals_of_outcomes"


def upgrade() -> None:
    """SQLite lets no column become empty: one that may be takes its place, the table stays."""
    if op.get_bind().dialect.name != "sqlite":
        op.alter_column("vaccination_import", "content", nullable=True)
        return
    op.add_column("vaccination_import", sa.Column("kept", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE vaccination_import SET kept = content")
    op.execute("ALTER TABLE vaccination_import DROP COLUMN content")
    op.execute("ALTER TABLE vaccination_import RENAME COLUMN kept TO content")
