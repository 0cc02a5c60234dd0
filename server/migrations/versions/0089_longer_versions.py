"""What a FHIR server calls a version may have 64 characters, as FHIR allows it of every id."""

import sqlalchemy as sa
from alembic import op

revision: str = "0089_longer_versions"
down_revision: str | None = "0088_named_codes"


def upgrade() -> None:
    with op.batch_alter_table("delivery_remote") as batch_op:
        batch_op.alter_column(
            "version",
            type_=sa.String(length=64),
            existing_type=sa.String(length=40),
            existing_nullable=False,
        )
