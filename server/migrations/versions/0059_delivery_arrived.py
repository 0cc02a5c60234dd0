"""How many messages arrived at each target is kept, beginning with what there is."""

import sqlalchemy as sa
from alembic import op

revision: str = "0059_delivery_arrived"
down_revision: str | None = "0058_point_order"


def upgrade() -> None:
    op.create_table(
        "delivery_arrived",
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_delivery_arrived_count")),
        sa.PrimaryKeyConstraint("target", name=op.f("pk_delivery_arrived")),
    )
    op.execute(
        "INSERT INTO delivery_arrived (target, count)"
        " SELECT target, count(delivered_at) FROM delivery"
        " GROUP BY target HAVING count(delivered_at) > 0"
    )
