"""The queue of messages holds what has not arrived, and not what ever did."""

import sqlalchemy as sa
from alembic import op

revision: str = "0057_delivery_queue"
down_revision: str | None = "0056_lighter_rows"


def upgrade() -> None:
    waiting = sa.text("delivered_at IS NULL")
    op.drop_index("ix_delivery_queue", "delivery")
    op.create_index(
        "ix_delivery_queue", "delivery", ["target", "id"],
        sqlite_where=waiting, postgresql_where=waiting,
    )  # fmt: skip
