"""Free targets, several laboratories, retests and withdrawals for results."""

import sqlalchemy as sa
from alembic import op

revision: str = "0023_results"
down_revision: str | None = "0022_runs"


COPIED = """
    id, tube, call, method, note, entered_by, entered_at, verified_by, verified_at,
    released_by, released_at, corrects, correction_reason
"""
# What was measured of two fixed genes, as a list of targets; Ct are digits and points.
READINGS = """
    CASE
        WHEN ct_n = '' AND ct_orf = '' THEN '[]'
        WHEN ct_orf = '' THEN '[["N","' || ct_n || '"]]'
        WHEN ct_n = '' THEN '[["ORF","' || ct_orf || '"]]'
        ELSE '[["N","' || ct_n || '"],["ORF","' || ct_orf || '"]]'
    END
"""
LAB = (
    """COALESCE((SELECT place FROM "user" WHERE 'user:' || login = result_before.entered_by), '')"""
)


def upgrade() -> None:
    _rebuild_results()
    _orders_and_disputes()


def _rebuild_results() -> None:
    """SQLite gives a table new constraints only by making it anew; we do so everywhere."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("PRAGMA defer_foreign_keys=ON")
        op.execute("CREATE INDEX outcome_of_result ON outcome (result_id)")  # while we insert
    else:
        op.drop_constraint("fk_outcome_result_id", "outcome", type_="foreignkey")
    op.execute("CREATE TABLE result_before AS SELECT * FROM result")
    op.drop_table("result")
    _results()
    op.execute(
        f"INSERT INTO result ({COPIED}, lab, kind, suggested, readings, well)"  # noqa: S608
        f" SELECT {COPIED}, {LAB}, CASE WHEN corrects IS NULL THEN 'first' ELSE 'amendment' END,"
        f" '', {READINGS}, '' FROM result_before ORDER BY entered_at"
    )
    op.drop_table("result_before")
    if sqlite:
        op.drop_index("outcome_of_result")
    else:
        op.create_foreign_key("fk_outcome_result_id", "outcome", "result", ["result_id"], ["id"])


def _results() -> None:
    op.create_table(
        "result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("lab", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("call", sa.String(length=12), nullable=False),
        sa.Column("suggested", sa.String(length=12), nullable=False),
        sa.Column("readings", sa.Text(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("run_controls", sa.String(length=8), nullable=True),
        sa.Column("well", sa.String(length=8), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("entered_by", sa.String(length=80), nullable=False),
        sa.Column("entered_at", sa.DateTime(), nullable=False),
        sa.Column("verified_by", sa.String(length=80), nullable=True),
        sa.Column("verified_at", sa.DateTime(), nullable=True),
        sa.Column("released_by", sa.String(length=80), nullable=True),
        sa.Column("released_at", sa.DateTime(), nullable=True),
        sa.Column("corrects", sa.Uuid(), nullable=True),
        sa.Column("correction_reason", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.Column("withdrawal_reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(corrects IS NULL) = (kind IN ('first', 'confirmatory'))",
            name="ck_result_kind_supersedes",
        ),
        sa.CheckConstraint(
            "call IN ('negative', 'positive', 'inconclusive', 'invalid')", name="ck_result_call"
        ),
        sa.CheckConstraint(
            "kind IN ('first', 'confirmatory', 'amendment', 'retest', 'rerun')",
            name="ck_result_kind",
        ),
        sa.CheckConstraint(
            "verified_at IS NULL OR run_id IS NULL OR run_controls = 'passed'",
            name="ck_result_controls_passed_before_verified",
        ),
        sa.CheckConstraint(
            "(corrects IS NULL) = (correction_reason IS NULL)",
            name="ck_result_correction_with_reason",
        ),
        sa.CheckConstraint(
            "(run_id IS NULL) = (run_controls IS NULL)", name="ck_result_run_with_controls"
        ),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL) AND (released_at IS NULL) = (released_by IS NULL)",
            name="ck_result_signed_wholly",
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL) AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)",
            name="ck_result_withdrawn_wholly",
        ),
        sa.CheckConstraint("corrects <> id", name="ck_result_corrects_another"),
        sa.CheckConstraint(
            "released_at IS NULL OR verified_at IS NOT NULL",
            name="ck_result_verified_before_release",
        ),
        sa.CheckConstraint("released_by <> entered_by", name="ck_result_second_person_releases"),
        sa.CheckConstraint("verified_by <> entered_by", name="ck_result_second_person_verifies"),
        sa.ForeignKeyConstraint(["corrects"], ["result.id"], name="fk_result_corrects"),
        sa.ForeignKeyConstraint(
            ["run_id", "run_controls"], ["run.id", "run.controls"], name="fk_result_run_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_result"),
        sa.UniqueConstraint("corrects", name="uq_result_corrects"),
        sa.UniqueConstraint("run_id", "tube", name="uq_result_run_id_tube"),
    )
    op.create_index("ix_result_entered_at", "result", ["entered_at"], unique=False)
    op.create_index("ix_result_released_at", "result", ["released_at"], unique=False)
    op.create_index("ix_result_run_id", "result", ["run_id"], unique=False)
    op.create_index("ix_result_tube", "result", ["tube"], unique=False)
    op.create_index("ix_result_withdrawn_at", "result", ["withdrawn_at"], unique=False)
    op.create_index(
        "uq_result_first",
        "result",
        ["tube", "lab"],
        unique=True,
        sqlite_where=sa.text("corrects IS NULL"),
        postgresql_where=sa.text("corrects IS NULL"),
    )


def _orders_and_disputes() -> None:
    op.create_table(
        "result_dispute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.String(length=80), nullable=True),
        sa.Column("kept", sa.Uuid(), nullable=True),
        sa.Column("over", sa.Text(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL) AND (kept IS NULL) = (reason IS NULL) AND (kept IS NULL OR closed_at IS NOT NULL)",
            name="ck_result_dispute_closed_wholly",
        ),
        sa.ForeignKeyConstraint(["kept"], ["result.id"], name="fk_result_dispute_kept"),
        sa.PrimaryKeyConstraint("id", name="pk_result_dispute"),
    )
    op.create_index("ix_result_dispute_tube", "result_dispute", ["tube"], unique=False)
    op.create_index(
        "uq_result_dispute_open",
        "result_dispute",
        ["tube"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "test_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("result_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('retest', 'rerun')", name="ck_test_order_kind"),
        sa.ForeignKeyConstraint(["result_id"], ["result.id"], name="fk_test_order_result_id"),
        sa.PrimaryKeyConstraint("id", name="pk_test_order"),
        sa.UniqueConstraint("result_id", name="uq_test_order_result_id"),
    )
    op.create_index("ix_test_order_tube", "test_order", ["tube"], unique=False)
