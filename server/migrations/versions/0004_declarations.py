"""The record that results go into."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004_declarations"
down_revision: str | None = "0003_people"


def upgrade() -> None:
    op.create_table(
        "record_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sampled_at", sa.DateTime(), nullable=False),
        sa.Column("resulted_at", sa.DateTime(), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("supersedes", sa.String(length=120), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_record_entry_version"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_record_entry_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_record_entry"),
        sa.UniqueConstraint("key", name="uq_record_entry_key"),
        sa.UniqueConstraint(
            "person_id", "tube", "version", name="uq_record_entry_person_id_tube_version"
        ),
    )
    op.create_index("ix_record_entry_person_id", "record_entry", ["person_id"], unique=False)
