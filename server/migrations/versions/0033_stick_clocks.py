"""Boots of stations of which only a memory stick told."""

from alembic import op

revision: str = "0033_stick_clocks"
down_revision: str | None = "0032_figures"


def upgrade() -> None:
    with op.batch_alter_table("station_boot") as table:
        table.drop_constraint(op.f("ck_station_boot_how"), type_="check")
        table.create_check_constraint(
            op.f("ck_station_boot_how"), "how IN ('event', 'upload', 'heartbeat', 'stick')"
        )
