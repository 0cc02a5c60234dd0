"""Where an account may look."""

import sqlalchemy as sa
from alembic import op

revision: str = "0031_within"
down_revision: str | None = "0030_data_requests"


def upgrade() -> None:
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("sees", sa.String(length=400), server_default="", nullable=False)
        )
    # An account without a place saw everything; it still does, and the page of users says so.
    op.execute(sa.text("UPDATE \"user\" SET sees = '*' WHERE place = ''"))
