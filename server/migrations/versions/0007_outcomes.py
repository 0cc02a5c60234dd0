"""What each person's record says, and who is called back."""

import sqlalchemy as sa
from alembic import op

revision: str = "0007_outcomes"
down_revision: str | None = "0006_lab"


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("done_at", sa.DateTime(), nullable=True),
        sa.Column("done_by", sa.String(length=80), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (note IS NULL)",
            name="ck_callback_done_wholly",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_callback_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_callback"),
    )
    op.create_index("ix_callback_person_id", "callback", ["person_id"], unique=False)
    op.create_index("ix_callback_place", "callback", ["place"], unique=False)
    op.create_index(
        "uq_callback_open",
        "callback",
        ["tube", "person_id"],
        unique=True,
        sqlite_where=sa.text("done_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL"),
    )

    op.create_table(
        "outcome",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("sampled_at", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "status IN ('negative', 'positive', 'inconclusive', 'invalid', 'resample', 'withdrawn')",
            name="ck_outcome_status",
        ),
        sa.CheckConstraint(
            "version > 1 OR status <> 'withdrawn'", name="ck_outcome_withdrawn_after_given"
        ),
        sa.CheckConstraint(
            "(version = 1) = (supersedes IS NULL)", name="ck_outcome_later_supersedes"
        ),
        sa.CheckConstraint("version >= 1", name="ck_outcome_version"),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name="fk_outcome_pairing_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_outcome_person_id"),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name="fk_outcome_result_id"),
        sa.ForeignKeyConstraint(["supersedes"], ["outcome.id"], name="fk_outcome_supersedes"),
        sa.PrimaryKeyConstraint("id", name="pk_outcome"),
        sa.UniqueConstraint("supersedes", name="uq_outcome_supersedes"),
        sa.UniqueConstraint(
            "tube", "person_id", "version", name="uq_outcome_tube_person_id_version"
        ),
    )
    op.create_index("ix_outcome_at", "outcome", ["at"], unique=False)
    op.create_index("ix_outcome_person_id", "outcome", ["person_id"], unique=False)
    op.create_index("ix_outcome_place", "outcome", ["place"], unique=False)
    op.create_index("ix_outcome_sampled_at", "outcome", ["sampled_at"], unique=False)
    op.create_index("ix_outcome_tube", "outcome", ["tube"], unique=False)
