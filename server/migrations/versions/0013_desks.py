"""What people must look at and decided: matters, slips, decisions; shifts of stations."""

import sqlalchemy as sa
from alembic import op

revision: str = "0013_desks"
down_revision: str | None = "0012_partners"


def upgrade() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matter", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["supersedes"], ["decision.id"], name="fk_decision_supersedes"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sa.UniqueConstraint("supersedes", name="uq_decision_supersedes"),
    )
    op.create_index("ix_decision_at", "decision", ["at"], unique=False)
    op.create_index("ix_decision_subject_id", "decision", ["subject_id"], unique=False)
    op.create_index("ix_decision_tube", "decision", ["tube"], unique=False)
    op.create_index(
        "uq_decision_first",
        "decision",
        ["matter", "subject_id"],
        unique=True,
        sqlite_where=sa.text("supersedes IS NULL"),
        postgresql_where=sa.text("supersedes IS NULL"),
    )

    op.create_table(
        "slip_suspicion",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("tubes", sa.String(length=700), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_slip_suspicion_station"),
        sa.PrimaryKeyConstraint("event_id", name="pk_slip_suspicion"),
    )
    op.create_index(
        "ix_slip_suspicion_open",
        "slip_suspicion",
        ["at"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index("ix_slip_suspicion_station", "slip_suspicion", ["station"], unique=False)

    op.create_table(
        "station_operator",
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("tag", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_station_operator_person_id"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_station_operator_station"),
        sa.PrimaryKeyConstraint("station", "tag", name="pk_station_operator"),
    )
    op.create_table(
        "station_shift",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("began", sa.DateTime(), nullable=False),
        sa.Column("ended", sa.DateTime(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("void", sa.BigInteger(), nullable=False),
        sa.Column("issued", sa.BigInteger(), nullable=True),
        sa.Column("returned", sa.BigInteger(), nullable=True),
        sa.Column("scan_ms", sa.BigInteger(), nullable=False),
        sa.Column("pace_ms", sa.BigInteger(), nullable=False),
        sa.Column("rereads", sa.BigInteger(), nullable=False),
        sa.Column("manual", sa.BigInteger(), nullable=False),
        sa.Column("slips", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_station_shift_station"),
        sa.PrimaryKeyConstraint("event_id", name="pk_station_shift"),
    )
    op.create_index("ix_station_shift_ended", "station_shift", ["ended"], unique=False)
    op.create_index("ix_station_shift_station", "station_shift", ["station"], unique=False)

    op.create_table(
        "matter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("other_tube", sa.String(length=30), nullable=True),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('person-twice', 'voided-after-result')", name="ck_matter_kind"
        ),
        sa.CheckConstraint(
            "(other_id IS NULL) = (other_tube IS NULL)", name="ck_matter_other_wholly"
        ),
        sa.ForeignKeyConstraint(["other_id"], ["pairing.id"], name="fk_matter_other_id"),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name="fk_matter_pairing_id"),
        sa.PrimaryKeyConstraint("id", name="pk_matter"),
        sa.UniqueConstraint(
            "kind", "pairing_id", "other_id", name="uq_matter_kind_pairing_id_other_id"
        ),
    )
    op.create_index(
        "ix_matter_open",
        "matter",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index("ix_matter_other_id", "matter", ["other_id"], unique=False)
    op.create_index("ix_matter_other_tube", "matter", ["other_tube"], unique=False)
    op.create_index("ix_matter_pairing_id", "matter", ["pairing_id"], unique=False)
    op.create_index("ix_matter_tube", "matter", ["tube"], unique=False)

    op.create_table(
        "shift_refusal",
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("count >= 0", name="ck_shift_refusal_count"),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["station_shift.event_id"], name="fk_shift_refusal_shift_id"
        ),
        sa.PrimaryKeyConstraint("shift_id", "reason", name="pk_shift_refusal"),
    )
    op.create_table(
        "slip_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("wrong_id", sa.Uuid(), nullable=True),
        sa.Column("shift", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "cause IN ('conflict', 'void', 'denied', 'suspected')", name="ck_slip_group_cause"
        ),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_slip_group_station"),
        sa.ForeignKeyConstraint(["wrong_id"], ["pairing.id"], name="fk_slip_group_wrong_id"),
        sa.PrimaryKeyConstraint("id", name="pk_slip_group"),
    )
    op.create_index(
        "ix_slip_group_open",
        "slip_group",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    op.create_index("ix_slip_group_station", "slip_group", ["station"], unique=False)
    op.create_index("ix_slip_group_wrong_id", "slip_group", ["wrong_id"], unique=False)

    op.create_table(
        "slip_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["slip_group.id"], name="fk_slip_member_group_id"),
        sa.ForeignKeyConstraint(["pairing_id"], ["pairing.id"], name="fk_slip_member_pairing_id"),
        sa.PrimaryKeyConstraint("group_id", "pairing_id", name="pk_slip_member"),
    )
    op.create_index("ix_slip_member_pairing_id", "slip_member", ["pairing_id"], unique=False)
    op.create_index("ix_slip_member_tube", "slip_member", ["tube"], unique=False)

    _look_again()
    _forbid_changes()


def _look_again() -> None:
    """Shifts and suspected slips were kept as events alone: let them be applied once more."""
    op.execute(
        "UPDATE wire_event SET state = 'pending', applied_at = NULL WHERE state = 'applied'"
        " AND kind IN ('shift-began', 'operator-changed', 'shift-ended', 'slip-suspected')"
    )


def _forbid_changes() -> None:
    """Let nobody change or delete a decision, whatever program they use."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER decision_no_{verb.lower()} BEFORE {verb} ON decision "
                "BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION decision_is_final() RETURNS trigger AS $$ BEGIN "
        "RAISE EXCEPTION 'decisions are never changed'; END $$ LANGUAGE plpgsql"
    )
    op.execute(
        "CREATE TRIGGER decision_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON decision "
        "FOR EACH STATEMENT EXECUTE FUNCTION decision_is_final()"
    )
