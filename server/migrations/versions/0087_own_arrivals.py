"""A reception keeps when its own laboratory noted it, where another's is heard of that was before."""

import sqlalchemy as sa
from alembic import op

revision: str = "0087_own_arrivals"
down_revision: str | None = "0086_numbers_moved"


def upgrade() -> None:
    """What is there already goes by the time that it has."""
    op.add_column("reception", sa.Column("own_at", sa.DateTime(), nullable=True))
