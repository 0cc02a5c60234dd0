"""Empty tubes of somebody, and no tube of nobody: what lies behind them is held."""

import sqlalchemy as sa
from alembic import op

revision: str = "0066_empty_tubes"
down_revision: str | None = "0065_station_keys"

EMPTY = sa.text("reason = 'empty'")


def upgrade() -> None:
    with op.batch_alter_table("slip_group") as table:
        table.drop_constraint(op.f("ck_slip_group_cause"), type_="check")
        table.drop_constraint(op.f("ck_slip_group_stray"), type_="check")
        table.create_check_constraint(
            op.f("ck_slip_group_cause"),
            "cause IN ('conflict', 'void', 'denied', 'suspected', 'stray', 'empty')",
        )
        table.create_check_constraint(
            op.f("ck_slip_group_stray"), "(cause IN ('stray', 'empty')) = (stray IS NOT NULL)"
        )
    op.create_index(
        "ix_reception_empty", "reception", ["tube"], unique=False,
        sqlite_where=EMPTY, postgresql_where=EMPTY,
    )  # fmt: skip
