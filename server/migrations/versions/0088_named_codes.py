"""A pairing keeps whether its code named anybody: the code itself goes with archives, and in time."""

import sqlalchemy as sa
from alembic import op

revision: str = "0088_named_codes"
down_revision: str | None = "0087_own_arrivals"


def upgrade() -> None:
    """Of what is there already nobody knows, once its code is gone."""
    op.add_column("pairing", sa.Column("named", sa.Boolean(), nullable=True))
