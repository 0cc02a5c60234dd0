"""Who has a card of ours or declared by phone stands in a table, of one person's records one."""

import sqlalchemy as sa
from alembic import op

revision: str = "0078_covered"
down_revision: str | None = "0077_doubts_by_person"

_ALL = """
INSERT INTO covered (person_id, place, counts)
SELECT id, place, true FROM person
WHERE id IN (SELECT person_id FROM card)
OR id IN (SELECT person_id FROM declaration WHERE source = 'phone')
"""
# Of the records that live merges join only the eldest that is covered counts.
_ONCE = """
WITH RECURSIVE edge (here, there) AS (
    SELECT person_id, other_id FROM person_merge WHERE undone_at IS NULL
    UNION SELECT other_id, person_id FROM person_merge WHERE undone_at IS NULL
), of_one (here, there) AS (
    SELECT here, there FROM edge
    UNION SELECT of_one.here, edge.there FROM of_one JOIN edge ON edge.here = of_one.there
)
UPDATE covered SET counts = false WHERE person_id IN (
    SELECT younger.id FROM of_one
    JOIN person AS younger ON younger.id = of_one.here
    JOIN person AS elder ON elder.id = of_one.there
    JOIN covered AS counted ON counted.person_id = elder.id
    WHERE elder.created_at < younger.created_at
    OR (elder.created_at = younger.created_at AND elder.id < younger.id)
)
"""


def upgrade() -> None:
    op.create_table(
        "covered",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_covered_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_covered")),
    )
    op.execute(_ALL)
    op.execute(_ONCE)
    op.create_index("ix_covered_counts_place", "covered", ["counts", "place"])
