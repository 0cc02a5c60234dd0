"""Rosters as offices write them, who on them may be whom, and questions of identity."""

import sqlalchemy as sa
from alembic import op

revision: str = "0014_rosters"
down_revision: str | None = "0013_desks"


def upgrade() -> None:
    op.create_table(
        "disagreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=True),
        sa.Column("system", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("said_name", sa.LargeBinary(), nullable=True),
        sa.Column("said_birth", sa.LargeBinary(), nullable=True),
        sa.Column("said_sex", sa.String(length=1), nullable=True),
        sa.Column("said_blind", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.String(length=80), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("answer IN ('same', 'another')", name="ck_disagreement_answer"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer IS NULL) AND (answered_at IS NULL) = (reason IS NULL)",
            name="ck_disagreement_answered_wholly",
        ),
        sa.ForeignKeyConstraint(["other_id"], ["person.id"], name="fk_disagreement_other_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_disagreement_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disagreement"),
    )
    op.create_index("ix_disagreement_event_id", "disagreement", ["event_id"], unique=False)
    op.create_index("ix_disagreement_opened_at", "disagreement", ["opened_at"], unique=False)
    op.create_index(
        "ix_disagreement_said_blind", "disagreement", ["person_id", "said_blind"], unique=False
    )

    op.create_table(
        "assignment_release",
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name="fk_assignment_release_pairing_id"
        ),
        sa.PrimaryKeyConstraint("pairing_id", "tube", name="pk_assignment_release"),
    )
    op.create_index("ix_assignment_release_tube", "assignment_release", ["tube"], unique=False)

    op.create_table(
        "roster_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("series", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name="fk_roster_draft_roster_id"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_roster_draft_station"),
        sa.PrimaryKeyConstraint("id", name="pk_roster_draft"),
        sa.UniqueConstraint("roster_id", name="uq_roster_draft_roster_id"),
    )
    op.create_table(
        "roster_match",
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("parts", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)",
            name="ck_roster_match_decided_wholly",
        ),
        sa.CheckConstraint(
            "state IN ('open', 'confirmed', 'denied')", name="ck_roster_match_state"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_roster_match_person_id"),
        sa.ForeignKeyConstraint(["tube"], ["roster_entry.tube"], name="fk_roster_match_tube"),
        sa.PrimaryKeyConstraint("tube", "person_id", name="pk_roster_match"),
    )
    op.create_index(
        "uq_roster_match_confirmed",
        "roster_match",
        ["tube"],
        unique=True,
        sqlite_where=sa.text("state = 'confirmed'"),
        postgresql_where=sa.text("state = 'confirmed'"),
    )

    op.add_column("person", sa.Column("block_blind", sa.String(length=32), nullable=True))
    op.create_index("ix_person_block_blind", "person", ["block_blind"], unique=False)

    op.add_column("roster", sa.Column("day", sa.Date(), nullable=True))
    op.create_index("ix_roster_day", "roster", ["day"], unique=False)

    op.add_column("roster_entry", sa.Column("birth", sa.LargeBinary(), nullable=True))
    op.add_column("roster_entry", sa.Column("system", sa.String(length=20), nullable=True))
    op.add_column("roster_entry", sa.Column("number", sa.LargeBinary(), nullable=True))
    op.add_column("roster_entry", sa.Column("phone", sa.LargeBinary(), nullable=True))
    op.add_column("roster_entry", sa.Column("address", sa.LargeBinary(), nullable=True))
