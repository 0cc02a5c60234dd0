"""The assay of a plate, and orders to test again that are taken back."""

import sqlalchemy as sa
from alembic import op

revision: str = "0027_plate_assay"
down_revision: str | None = "0026_delivery_queue"

WHOLLY = """
    (cancelled_at IS NULL) = (cancelled_by IS NULL)
    AND (cancelled_at IS NULL) = (cancel_reason IS NULL)
"""
STANDING = sa.text("cancelled_at IS NULL")


def upgrade() -> None:
    op.add_column("plate", sa.Column("assay", sa.String(length=40), nullable=True))
    kinds = sa.CheckConstraint("kind IN ('retest', 'rerun')", name="ck_test_order_kind")
    with op.batch_alter_table("test_order", table_args=(kinds,)) as table:
        table.add_column(sa.Column("cancelled_by", sa.String(length=80), nullable=True))
        table.add_column(sa.Column("cancelled_at", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("cancel_reason", sa.LargeBinary(), nullable=True))
        table.drop_constraint("uq_test_order_result_id", type_="unique")
        table.create_check_constraint(
            op.f("ck_test_order_cancelled_wholly"), " ".join(WHOLLY.split())
        )
    op.create_index(
        "uq_test_order_standing",
        "test_order",
        ["result_id"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
