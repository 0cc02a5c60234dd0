"""What each outcome rests on, beside its pairing and its result."""

import sqlalchemy as sa
from alembic import op

revision: str = "0010_outcome_grounds"
down_revision: str | None = "0009_lot_life"


def upgrade() -> None:
    """Outcomes of before name none: the next version of each will."""
    grounds = sa.Column("grounds", sa.Text(), nullable=False, server_default="")
    op.add_column("outcome", grounds)
