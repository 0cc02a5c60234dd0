"""Each result knows since when its swab was in hand: what is older than a tube's arrival is told."""

import sqlalchemy as sa
from alembic import op

revision: str = "0079_in_hand"
down_revision: str | None = "0078_covered"


def upgrade() -> None:
    """What is there already goes by when it was entered."""
    op.add_column("result", sa.Column("in_hand_at", sa.DateTime(), nullable=True))
