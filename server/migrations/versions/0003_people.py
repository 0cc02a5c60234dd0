"""Persons, what they carry, cards."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003_people"
down_revision: str | None = "0002_delivery"


def upgrade() -> None:
    op.create_table(
        "card_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_card_batch"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("name_blind", sa.String(length=32), nullable=True),
        sa.Column("birth", sa.LargeBinary(), nullable=True),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("sex IN ('M', 'F')", name="ck_person_sex"),
        sa.CheckConstraint("birth_year BETWEEN 1880 AND 2100", name="ck_person_birth_year"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_name_blind", "person", ["name_blind"], unique=False)
    op.create_index("ix_person_place", "person", ["place"], unique=False)

    op.create_table(
        "card",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=False),
        sa.Column("number_blind", sa.String(length=32), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("issued", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["card_batch.id"], name="fk_card_batch_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_card_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_card"),
        sa.UniqueConstraint("batch_id", "position", name="uq_card_batch_id_position"),
        sa.UniqueConstraint("number_blind", name="uq_card_number_blind"),
    )
    op.create_index("ix_card_person_id", "card", ["person_id"], unique=False)

    op.create_table(
        "identity",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("value_blind", sa.String(length=32), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=False),
        sa.Column("linked_at", sa.DateTime(), nullable=False),
        sa.Column("linked_by", sa.String(length=80), nullable=False),
        sa.Column("unlinked_at", sa.DateTime(), nullable=True),
        sa.Column("unlinked_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_identity_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_identity"),
    )
    op.create_index("ix_identity_person_id", "identity", ["person_id"], unique=False)
    op.create_index("ix_identity_value_blind", "identity", ["value_blind"], unique=False)
    op.create_index(
        "uq_identity_system_value_blind",
        "identity",
        ["system", "value_blind"],
        unique=True,
        sqlite_where=sa.text("unlinked_at IS NULL AND system <> 'phone'"),
        postgresql_where=sa.text("unlinked_at IS NULL AND system <> 'phone'"),
    )

    op.create_table(
        "identity_question",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.String(length=80), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answer", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL)",
            name="ck_identity_question_answered_wholly",
        ),
        sa.CheckConstraint("person_id <> other_id", name="ck_identity_question_two_persons"),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name="fk_identity_question_other_id"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_identity_question_person_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_question"),
    )
    op.create_index(
        "uq_identity_question_open",
        "identity_question",
        ["kind", "person_id", "other_id"],
        unique=True,
        sqlite_where=sa.text("answered_at IS NULL"),
        postgresql_where=sa.text("answered_at IS NULL"),
    )
