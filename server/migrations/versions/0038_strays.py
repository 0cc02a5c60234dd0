"""Tubes that came and were given to nobody: what stands beside them is held."""

import sqlalchemy as sa
from alembic import op

revision: str = "0038_strays"
down_revision: str | None = "0037_matched_outcomes"


def upgrade() -> None:
    with op.batch_alter_table("slip_group") as table:
        table.add_column(sa.Column("stray", sa.String(length=30), nullable=True))
        table.drop_constraint("ck_slip_group_cause", type_="check")
        table.create_check_constraint(
            op.f("ck_slip_group_cause"),
            "cause IN ('conflict', 'void', 'denied', 'suspected', 'stray')",
        )
        table.create_check_constraint(
            op.f("ck_slip_group_stray"), "(cause = 'stray') = (stray IS NOT NULL)"
        )
    op.create_index("ix_slip_group_stray", "slip_group", ["stray"], unique=False)
