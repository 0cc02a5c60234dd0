"""Outcomes have a place in the order in which programs read them; those that stand keep theirs."""

import sqlalchemy as sa
from alembic import op

revision: str = "0073_ordinals_of_outcomes"
down_revision: str | None = "0072_two_parts_of_names"

NUMBERED = """
UPDATE outcome SET ordinal = ranked.n
FROM (SELECT id, row_number() OVER (ORDER BY at, id) AS n FROM outcome) AS ranked
WHERE ranked.id = outcome.id
"""


def upgrade() -> None:
    op.add_column("outcome", sa.Column("ordinal", sa.BigInteger(), nullable=True))
    op.execute(NUMBERED)
    for name, columns, unique, of in (
        ("ix_outcome_unnumbered", ["at", "id"], False, "ordinal IS NULL"),
        ("uq_outcome_ordinal", ["ordinal"], True, "ordinal IS NOT NULL"),
    ):
        where = sa.text(of)
        op.create_index(
            name, "outcome", columns, unique=unique, sqlite_where=where, postgresql_where=where
        )
