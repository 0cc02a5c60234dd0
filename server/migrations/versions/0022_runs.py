"""Versions of assays, machines' runs, and what the machines wrote."""

import sqlalchemy as sa
from alembic import op

revision: str = "0022_runs"
down_revision: str | None = "0021_points"


def upgrade() -> None:
    _runs()
    _make_final("assay_version", "reading")


def _runs() -> None:
    op.create_table(
        "assay_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("version >= 1", name="ck_assay_version_version"),
        sa.PrimaryKeyConstraint("id", name="pk_assay_version"),
        sa.UniqueConstraint("code", "digest", name="uq_assay_version_code_digest"),
        sa.UniqueConstraint("code", "version", name="uq_assay_version_code_version"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("assay_id", sa.Uuid(), nullable=False),
        sa.Column("instrument", sa.String(length=60), nullable=False),
        sa.Column("plate", sa.String(length=60), nullable=False),
        sa.Column("lab", sa.String(length=64), nullable=False),
        sa.Column("operator", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.Column("controls", sa.String(length=8), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("verified_by", sa.String(length=80), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawal_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("controls IN ('passed', 'failed')", name="ck_run_controls"),
        sa.CheckConstraint(
            "verified_at IS NULL OR controls = 'passed'",
            name="ck_run_controls_passed_before_verified",
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
            name="ck_run_signed_wholly",
        ),
        sa.CheckConstraint("verified_by <> entered_by", name="ck_run_second_person_verifies"),
        sa.ForeignKeyConstraint(["assay_id"], ["assay_version.id"], name="fk_run_assay_id"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("id", "controls", name="uq_run_id_controls"),
    )
    op.create_index("ix_run_entered_at", "run", ["entered_at"], unique=False)
    op.create_index("ix_run_plate", "run", ["plate"], unique=False)
    op.create_index("ix_run_source", "run", ["source"], unique=False)

    op.create_table(
        "reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("well", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.Column("sample", sa.LargeBinary(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=True),
        sa.Column("target", sa.String(length=40), nullable=False),
        sa.Column("ct", sa.String(length=24), nullable=False),
        sa.CheckConstraint(
            "role IN ('sample', 'negative', 'positive', 'extraction')", name="ck_reading_role"
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_reading_run_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reading"),
        sa.UniqueConstraint("run_id", "row", name="uq_reading_run_id_row"),
    )
    op.create_index("ix_reading_tube", "reading", ["tube"], unique=False)


def _make_final(*tables: str) -> None:
    """A version that runs refer to, and what a machine wrote, are never changed."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION laboratory_row_is_final() RETURNS trigger AS $$ BEGIN "
            "RAISE EXCEPTION 'assay versions and readings are never changed'; END $$ LANGUAGE plpgsql"
        )
    for table in tables:
        if not sqlite:
            op.execute(
                f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION laboratory_row_is_final()"
            )
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN "
                "SELECT RAISE(ABORT, 'assay versions and readings are never changed'); END"
            )
