"""Names by their parts; what left the server, and why; saved searches."""

import sqlalchemy as sa
from alembic import op

revision: str = "0037_matched_outcomes"
down_revision: str | None = "0036_sealed_texts"


def upgrade() -> None:
    op.create_table(
        "purpose",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "code <> 'other' OR note IS NOT NULL", name=op.f("ck_purpose_other_says_what")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purpose")),
    )
    with op.batch_alter_table("purpose", schema=None) as batch_op:
        batch_op.create_index("ix_purpose_by_at", ["by", "at"], unique=False)

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("query", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index("ix_saved_view_owner", ["owner"], unique=False)
        batch_op.create_index("ix_saved_view_shared", ["role", "place"], unique=False)

    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outcome_status_sampled_at", ["status", "sampled_at"], unique=False
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("name_1_blind", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("name_2_blind", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("name_3_blind", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("name_4_blind", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("name_5_blind", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_person_name_1_blind",
            ["name_1_blind"],
            unique=False,
            sqlite_where=sa.text("name_1_blind IS NOT NULL"),
            postgresql_where=sa.text("name_1_blind IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_name_2_blind",
            ["name_2_blind"],
            unique=False,
            sqlite_where=sa.text("name_2_blind IS NOT NULL"),
            postgresql_where=sa.text("name_2_blind IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_name_3_blind",
            ["name_3_blind"],
            unique=False,
            sqlite_where=sa.text("name_3_blind IS NOT NULL"),
            postgresql_where=sa.text("name_3_blind IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_name_4_blind",
            ["name_4_blind"],
            unique=False,
            sqlite_where=sa.text("name_4_blind IS NOT NULL"),
            postgresql_where=sa.text("name_4_blind IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_person_name_5_blind",
            ["name_5_blind"],
            unique=False,
            sqlite_where=sa.text("name_5_blind IS NOT NULL"),
            postgresql_where=sa.text("name_5_blind IS NOT NULL"),
        )

    with op.batch_alter_table("trace_export", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked", sa.LargeBinary(), nullable=True))
