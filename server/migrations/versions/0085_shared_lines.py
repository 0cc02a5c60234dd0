"""What each station sent is looked for by station where several processes apply it: not on SQLite."""

from alembic import op

revision: str = "0085_shared_lines"
down_revision: str | None = "0084_trusted_withdrawals"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_wire_event_line", table_name="wire_event")
