"""Points by their folded name."""

import sqlalchemy as sa
from alembic import op

from contract import names

revision: str = "0041_point_names"
down_revision: str | None = "0040_traces"


def upgrade() -> None:
    with op.batch_alter_table("point", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("name_key", sa.String(length=240), server_default="", nullable=False)
        )
    point = sa.table("point", sa.column("id"), sa.column("name"), sa.column("name_key"))
    connection = op.get_bind()
    rows = connection.execute(sa.select(point.c.id, point.c.name)).all()
    for which, name in rows:
        key = names.match_key(name)[:240]
        connection.execute(sa.update(point).where(point.c.id == which).values(name_key=key))
