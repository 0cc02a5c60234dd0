"""Leave out the audit trail's indexes by which nobody asks."""

from alembic import op

revision: str = "0047_audit_indexes"
down_revision: str | None = "0046_in_time"


def upgrade() -> None:
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
