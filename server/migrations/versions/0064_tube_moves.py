"""Tubes that one laboratory received and that came to another."""

import sqlalchemy as sa
from alembic import op

revision: str = "0064_tube_moves"
down_revision: str | None = "0063_import_attempts"


def upgrade() -> None:
    op.create_table(
        "tube_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("lab", sa.String(length=64), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tube_move"),
        sa.UniqueConstraint("tube", "lab", name="uq_tube_move_tube_lab"),
    )
    op.create_index("ix_tube_move_box", "tube_move", ["box"])
