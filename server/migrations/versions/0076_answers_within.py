"""An answer to one number with two names keeps where its giver sees."""

import sqlalchemy as sa
from alembic import op

revision: str = "0076_answers_within"
down_revision: str | None = "0075_stood_before_ordinals"


def upgrade() -> None:
    """Of earlier answers nobody knows it: they count for the codes that they were about."""
    op.add_column(
        "disagreement", sa.Column("answered_within", sa.String(length=400), nullable=True)
    )
