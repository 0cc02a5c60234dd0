"""Receptions and results."""

import sqlalchemy as sa
from alembic import op

revision: str = "0006_lab"
down_revision: str | None = "0005_sampling"


def upgrade() -> None:
    op.create_table(
        "reception",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("accepted = (reason = '')", name="ck_reception_reason_iff_rejected"),
        sa.PrimaryKeyConstraint("id", name="pk_reception"),
        sa.UniqueConstraint("tube", name="uq_reception_tube"),
    )
    op.create_index("ix_reception_at", "reception", ["at"], unique=False)
    op.create_index("ix_reception_box", "reception", ["box"], unique=False)

    op.create_table(
        "result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("call", sa.String(length=12), nullable=False),
        sa.Column("ct_n", sa.String(length=8), nullable=False),
        sa.Column("ct_orf", sa.String(length=8), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("verified_by", sa.String(length=80), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=80), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("correction_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="ck_result_call"
        ),
        sa.CheckConstraint(
            "(corrects IS NULL) = (correction_reason IS NULL)",
            name="ck_result_correction_with_reason",
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL) AND (released_at IS NULL) = (released_by IS NULL)",
            name="ck_result_signed_wholly",
        ),
        sa.CheckConstraint("corrects <> id", name="ck_result_corrects_another"),
        sa.CheckConstraint(
            "released_at IS NULL OR verified_at IS NOT NULL",
            name="ck_result_verified_before_release",
        ),
        sa.CheckConstraint("released_by <> entered_by", name="ck_result_second_person_releases"),
        sa.CheckConstraint("verified_by <> entered_by", name="ck_result_second_person_verifies"),
        sa.ForeignKeyConstraint(["corrects"], ["result.id"], name="fk_result_corrects"),
        sa.PrimaryKeyConstraint("id", name="pk_result"),
        sa.UniqueConstraint("corrects", name="uq_result_corrects"),
    )
    op.create_index("ix_result_entered_at", "result", ["entered_at"], unique=False)
    op.create_index("ix_result_released_at", "result", ["released_at"], unique=False)
    op.create_index("ix_result_tube", "result", ["tube"], unique=False)
    op.create_index(
        "uq_result_first",
        "result",
        ["tube"],
        unique=True,
        sqlite_where=sa.text("corrects IS NULL"),
        postgresql_where=sa.text("corrects IS NULL"),
    )
