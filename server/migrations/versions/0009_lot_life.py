"""Parts, voids, moves and print runs of lots; rosters."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision: str = "0009_lot_life"
down_revision: str | None = "0008_intake"


def upgrade() -> None:
    op.create_index("uq_lot_id_size", "lot", ["id", "size"], unique=True)
    op.create_table(
        "lot_move",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("from_station", sa.String(length=32), nullable=True),
        sa.Column("from_team", sa.String(length=64), nullable=False),
        sa.Column("to_station", sa.String(length=32), nullable=True),
        sa.Column("to_team", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("first >= 1 AND last >= first", name="ck_lot_move_range"),
        sa.ForeignKeyConstraint(["from_station"], ["station.id"], name="fk_lot_move_from_station"),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_lot_move_lot_id"),
        sa.ForeignKeyConstraint(["to_station"], ["station.id"], name="fk_lot_move_to_station"),
        sa.PrimaryKeyConstraint("id", name="pk_lot_move"),
    )
    op.create_index("ix_lot_move_lot_id", "lot_move", ["lot_id"], unique=False)

    op.create_table(
        "roster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("lot_id", sa.String(length=20), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_roster_lot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_roster"),
        sa.UniqueConstraint("lot_id", name="uq_roster_lot_id"),
    )
    op.create_table(
        "tube_void",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("lifted_at", sa.DateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name="ck_tube_void_lifted_wholly"
        ),
        sa.CheckConstraint("first >= 1 AND last >= first", name="ck_tube_void_range"),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_tube_void_lot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tube_void"),
    )
    op.create_index("ix_tube_void_lot_id", "tube_void", ["lot_id"], unique=False)

    op.create_table(
        "lot_part",
        sa.Column("lot_id", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("leads", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=True),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("void_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(follows IS NULL AND first = 1) OR (follows IS NOT NULL AND first = follows + 1)",
            name="ck_lot_part_begins",
        ),
        sa.CheckConstraint(
            "(leads IS NULL AND last = size) OR (leads IS NOT NULL AND leads = last + 1)",
            name="ck_lot_part_ends",
        ),
        sa.CheckConstraint("first >= 1 AND last >= first", name="ck_lot_part_range"),
        sa.ForeignKeyConstraint(
            ["lot_id", "follows"],
            ["lot_part.lot_id", "lot_part.last"],
            name="fk_lot_part_follows",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["lot_id", "leads"],
            ["lot_part.lot_id", "lot_part.first"],
            name="fk_lot_part_leads",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["lot_id", "size"], ["lot.id", "lot.size"], name="fk_lot_part_lot"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_lot_part_station"),
        sa.ForeignKeyConstraint(["void_id"], ["tube_void.id"], name="fk_lot_part_void_id"),
        sa.PrimaryKeyConstraint("lot_id", "first", name="pk_lot_part"),
        sa.UniqueConstraint("lot_id", "last", name="uq_lot_part_lot_id_last"),
    )
    op.create_index("ix_lot_part_station", "lot_part", ["station"], unique=False)
    op.create_index("ix_lot_part_void_id", "lot_part", ["void_id"], unique=False)

    op.create_table(
        "print_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("lot_id", sa.String(length=20), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("codes", sa.Integer(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("stock", sa.String(length=20), nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("dpi", sa.Integer(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("form IN ('pdf', 'zpl', 'tspl')", name="ck_print_run_form"),
        sa.CheckConstraint("codes >= 1", name="ck_print_run_codes"),
        sa.CheckConstraint("copies BETWEEN 1 AND 3", name="ck_print_run_copies"),
        sa.CheckConstraint("first >= 1 AND last >= first", name="ck_print_run_range"),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_print_run_lot_id"),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name="fk_print_run_roster_id"),
        sa.PrimaryKeyConstraint("id", name="pk_print_run"),
    )
    op.create_index("ix_print_run_lot_id", "print_run", ["lot_id"], unique=False)

    op.create_table(
        "roster_entry",
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.ForeignKeyConstraint(["roster_id"], ["roster.id"], name="fk_roster_entry_roster_id"),
        sa.PrimaryKeyConstraint("tube", name="pk_roster_entry"),
        sa.UniqueConstraint("roster_id", "position", name="uq_roster_entry_roster_id_position"),
    )
    _place_lots_known_before()


def _place_lots_known_before() -> None:
    """Give every lot one part, with the station that had the lot, and the move that led there."""
    op.execute(
        "INSERT INTO lot_part (lot_id, first, last, follows, leads, size, station, team, void_id) "
        "SELECT id, 1, size, NULL, NULL, size, station, '', NULL FROM lot"
    )
    lot = sa.table(
        "lot",
        *map(sa.column, ("id", "size", "station", "created_by")),
        sa.column("created_at", sa.DateTime()),
    )
    move = sa.table(
        "lot_move",
        sa.column("id", sa.Uuid()),
        *map(sa.column, ("lot_id", "first", "last", "from_station", "from_team")),
        *map(sa.column, ("to_station", "to_team", "by")),
        sa.column("at", sa.DateTime()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(lot).where(lot.c.station.is_not(None))).all():
        connection.execute(
            sa.insert(move).values(
                id=uuid4(), lot_id=row.id, first=1, last=row.size, from_station=None,
                from_team="", to_station=row.station, to_team="", at=row.created_at,
                by=row.created_by,
            )
        )  # fmt: skip
