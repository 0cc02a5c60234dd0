"""Open questions about two records are found by either record."""

import sqlalchemy as sa
from alembic import op

revision: str = "0077_doubts_by_person"
down_revision: str | None = "0076_answers_within"

_OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    for column in ("person_id", "other_id"):
        op.create_index(
            f"ix_identity_question_{column}", "identity_question", [column],
            sqlite_where=_OPEN, postgresql_where=_OPEN,
        )  # fmt: skip
