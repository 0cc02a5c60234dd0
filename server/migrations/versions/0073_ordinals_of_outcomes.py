"""Outcomes have a place in the order in which programs read them.

None is given here, for that would write a large table anew while all wait: those that stand get
theirs once the server runs, some at a time, before all later ones (`server.outcomes.ordinals`).
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0073_ordinals_of_outcomes"
down_revision: str | None = "0072_two_parts_of_names"


def upgrade() -> None:
    op.add_column("outcome", sa.Column("ordinal", sa.BigInteger(), nullable=True))
    where = sa.text("ordinal IS NOT NULL")
    op.create_index(
        "uq_outcome_ordinal", "outcome", ["ordinal"], unique=True,
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
