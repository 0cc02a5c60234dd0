"""Boxes, reception steps, storage, plates."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0020_bench"
down_revision: str | None = "0019_imports"


def upgrade() -> None:
    op.create_table(
        "box_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=True),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(count IS NOT NULL) = (kind IN ('packed', 'given', 'taken', 'counted'))",
            name=op.f("ck_box_step_count_where_counted"),
        ),
        sa.CheckConstraint(
            "(tube IS NOT NULL) = (kind IN ('put-in', 'taken-out'))",
            name=op.f("ck_box_step_tube_where_moved"),
        ),
        sa.CheckConstraint(
            "kind IN ('put-in', 'taken-out', 'packed', 'given', 'taken', 'unreadable', 'counted', 'owned', 'explained')",
            name=op.f("ck_box_step_kind"),
        ),
        sa.CheckConstraint("count IS NULL OR count >= 0", name=op.f("ck_box_step_count")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_box_step_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_box_step")),
        sa.UniqueConstraint("box", "number", name=op.f("uq_box_step_box_number")),
    )
    op.create_index("ix_box_step_at", "box_step", ["at"], unique=False)
    op.create_index("ix_box_step_tube", "box_step", ["tube"], unique=False)

    op.create_table(
        "plate",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fill", sa.String(length=8), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.Column("locked_at", sa.DateTime(), nullable=True),
        sa.Column("locked_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint("fill IN ('rows', 'columns')", name=op.f("ck_plate_fill")),
        sa.CheckConstraint(
            "(locked_at IS NULL) = (locked_by IS NULL)", name=op.f("ck_plate_locked_wholly")
        ),
        sa.CheckConstraint("size IN (96, 384)", name=op.f("ck_plate_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plate")),
    )
    op.create_index("ix_plate_created_at", "plate", ["created_at"], unique=False)

    op.create_table(
        "reception_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("box", sa.String(length=40), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(kind = 'rejected') = (reason <> '')",
            name=op.f("ck_reception_step_reason_iff_rejected"),
        ),
        sa.CheckConstraint(
            "kind IN ('received', 'rejected', 'rejection-undone')",
            name=op.f("ck_reception_step_kind"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reception_step")),
    )
    op.create_index("ix_reception_step_tube", "reception_step", ["tube"], unique=False)

    op.create_table(
        "storage_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("freezer", sa.String(length=40), nullable=False),
        sa.Column("rack", sa.String(length=40), nullable=False),
        sa.Column("position", sa.String(length=4), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "kind IN ('stored', 'taken-out', 'discarded')", name=op.f("ck_storage_step_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_storage_step")),
    )
    op.create_index("ix_storage_step_tube", "storage_step", ["tube"], unique=False)

    op.create_table(
        "stored_tube",
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("freezer", sa.String(length=40), nullable=False),
        sa.Column("rack", sa.String(length=40), nullable=False),
        sa.Column("position", sa.String(length=4), nullable=False),
        sa.Column("keep_until", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("tube", name=op.f("pk_stored_tube")),
        sa.UniqueConstraint(
            "freezer", "rack", "position", name=op.f("uq_stored_tube_freezer_rack_position")
        ),
    )
    op.create_index("ix_stored_tube_keep_until", "stored_tube", ["keep_until"], unique=False)

    op.create_table(
        "plate_well",
        sa.Column("plate_id", sa.String(length=20), nullable=False),
        sa.Column("well", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=True),
        sa.Column("control", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "(tube IS NULL) = (control <> '')", name=op.f("ck_plate_well_tube_or_control")
        ),
        sa.CheckConstraint("well >= 0 AND well < 384", name=op.f("ck_plate_well_well")),
        sa.ForeignKeyConstraint(["plate_id"], ["plate.id"], name=op.f("fk_plate_well_plate_id")),
        sa.PrimaryKeyConstraint("plate_id", "well", name=op.f("pk_plate_well")),
        sa.UniqueConstraint("plate_id", "tube", name=op.f("uq_plate_well_plate_id_tube")),
    )
    op.create_index("ix_plate_well_tube", "plate_well", ["tube"], unique=False)
    _tell_receptions_known_before()


def _tell_receptions_known_before() -> None:
    """Give every reception its step: how it stands now is all that is known of before."""
    names = ("tube", "reason", "box", "by")
    reception = sa.table("reception", *map(sa.column, names), sa.column("at", sa.DateTime()))
    step = sa.table(
        "reception_step",
        sa.column("id", sa.Uuid()),
        *map(sa.column, ("kind", *names)),
        sa.column("at", sa.DateTime()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(reception)).all():
        kind = "rejected" if row.reason else "received"
        values = {name: getattr(row, name) for name in (*names, "at")}
        connection.execute(sa.insert(step).values(id=uuid4(), kind=kind, **values))
