"""Rows that a million tubes write get lighter: desks' items, and messages' constraint on states."""

import sqlalchemy as sa
from alembic import op

revision: str = "0056_lighter_rows"
down_revision: str | None = "0055_open_work"

ITEM = "tube, desk, since, detail, place, station, box"
STATES = ("waiting", "delivered", "dead", "set-aside")


def upgrade() -> None:
    op.drop_index("ix_desk_item_desk_station", "desk_item")
    op.drop_index("ix_desk_item_box", "desk_item")
    if op.get_bind().dialect.name == "sqlite":  # only there does either cost anything
        _items_without_rowid()
        _states_without_list()


def _items_without_rowid() -> None:
    op.rename_table("desk_item", "desk_item_before")
    op.create_table(
        "desk_item",
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("desk", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("detail", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("tube", name=op.f("pk_desk_item")),
        sqlite_with_rowid=False,
    )
    op.execute(f"INSERT INTO desk_item ({ITEM}) SELECT {ITEM} FROM desk_item_before")  # noqa: S608
    op.drop_table("desk_item_before")
    op.create_index("ix_desk_item_desk_since", "desk_item", ["desk", "since", "tube"])
    op.create_index("ix_desk_item_desk_place", "desk_item", ["desk", "place", "since"])


def _states_without_list() -> None:
    with op.batch_alter_table("delivery") as table:
        table.drop_constraint(op.f("ck_delivery_ck_delivery_state"), type_="check")  # see 0002
        table.create_check_constraint(
            op.f("ck_delivery_state"), " OR ".join(f"state = '{each}'" for each in STATES)
        )
