"""The box of an arrival can be set right without taking the arrival back."""

import sqlalchemy as sa
from alembic import op

revision: str = "0081_box_corrections"
down_revision: str | None = "0080_restored"


def upgrade() -> None:
    op.create_table(
        "box_correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("lab", sa.String(length=64), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("before <> box", name=op.f("ck_box_correction_another_box")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_correction")),
    )
    op.create_index("ix_box_correction_tube", "box_correction", ["tube"])
