"""What each station sent and nobody applied yet is found by station, beside the order of arrival."""

import sqlalchemy as sa
from alembic import op

revision: str = "0083_lines"
down_revision: str | None = "0082_over"


def upgrade() -> None:
    op.create_index(
        "ix_wire_event_line",
        "wire_event",
        ["station", "received_at", "seq"],
        sqlite_where=sa.text("(state = 'pending') IS 1"),
        postgresql_where=sa.text("(state = 'pending') IS true"),
    )
