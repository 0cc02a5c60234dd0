"""Points in the order of the Vietnamese alphabet."""

import sqlalchemy as sa
from alembic import op

from contract import names

revision: str = "0058_point_order"
down_revision: str | None = "0057_delivery_queue"


def upgrade() -> None:
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("name_order", sa.String(length=1200), server_default="", nullable=False)
        )
    point = sa.table("point", sa.column("id"), sa.column("name"), sa.column("name_order"))
    connection = op.get_bind()
    for which, name in connection.execute(sa.select(point.c.id, point.c.name)).all():
        order = names.order_text(name)[:1200]
        connection.execute(sa.update(point).where(point.c.id == which).values(name_order=order))
