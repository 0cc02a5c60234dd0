"""It is known which outcomes stood before there were ordinals: the column says nothing of them."""

import sqlalchemy as sa
from alembic import op

revision: str = "0075_stood_before_ordinals"
down_revision: str | None = "0074_lists_of_doses"


def upgrade() -> None:
    op.add_column("outcome", sa.Column("since_ordinals", sa.Boolean(), nullable=True))
    op.execute("DROP INDEX IF EXISTS ix_outcome_unnumbered")  # for a day 0073 made it
    for name, of in (
        ("ix_outcome_stood", "ordinal IS NULL AND since_ordinals IS NULL"),
        ("ix_outcome_came", "ordinal IS NULL AND since_ordinals IS NOT NULL"),
    ):
        where = sa.text(of)
        op.create_index(name, "outcome", ["at", "id"], sqlite_where=where, postgresql_where=where)
