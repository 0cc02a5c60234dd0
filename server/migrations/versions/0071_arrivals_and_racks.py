"""An arrival can be taken back; a freezer's racks are a laboratory's own."""

import sqlalchemy as sa
from alembic import op

revision: str = "0071_arrivals_and_racks"
down_revision: str | None = "0070_check_in_places"

_OF_WHO_STORED = "SELECT place FROM \"user\" WHERE 'user:' || login = stored_tube.by"


def upgrade() -> None:
    op.create_table(
        "arrival_withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("lab", sa.String(length=64), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("received_by", sa.String(length=80), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("over", sa.Text(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=False),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_arrival_withdrawal"),
    )
    op.create_index("ix_arrival_withdrawal_tube", "arrival_withdrawal", ["tube"])
    with op.batch_alter_table("stored_tube", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lab", sa.String(length=64), server_default="", nullable=False)
        )
        batch_op.drop_constraint("uq_stored_tube_freezer_rack_position", type_="unique")
        batch_op.create_unique_constraint(
            "uq_stored_tube_lab_freezer_rack_position", ["lab", "freezer", "rack", "position"]
        )
    op.execute(f"UPDATE stored_tube SET lab = COALESCE(({_OF_WHO_STORED}), '')")  # noqa: S608
