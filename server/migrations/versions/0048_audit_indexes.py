"""Leave out the audit trail's indexes by which nobody asks."""

from alembic import op

revision: str = "0048_audit_indexes"
down_revision: str | None = "0047_doors"


def upgrade() -> None:
    op.drop_index("ix_audit_entry_actor", table_name="audit_entry")
    op.drop_index("ix_audit_entry_at", table_name="audit_entry")
