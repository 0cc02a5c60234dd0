"""Numbers that may be printed because the database was set back are passed over."""

import sqlalchemy as sa
from alembic import op

revision: str = "0080_restored"
down_revision: str | None = "0079_in_hand"

KEPT = "id, kind, series, first, last, follows, size, place, station, created_at, created_by"
GAPLESS = (
    "(series IS NULL AND first IS NULL AND last IS NULL AND follows IS NULL AND gap IS NULL)"
    " OR (series IS NOT NULL AND first IS NOT NULL AND last IS NOT NULL AND"
    " ((follows IS NULL AND gap IS NULL AND first = 1)"
    " OR (follows IS NOT NULL AND gap IS NULL AND first = follows + 1)"
    " OR (follows IS NULL AND gap IS NOT NULL AND (first = gap + 1 OR last <= gap))))"
)
OF_GAP = (["series", "gap"], ["lot_gap.series", "lot_gap.last"])


def upgrade() -> None:
    _gaps()
    if op.get_bind().dialect.name == "sqlite":
        _lots_anew()
        return
    op.add_column("lot", sa.Column("gap", sa.Integer(), nullable=True))
    for name in ("ck_lot_gapless", "ck_lot_ck_lot_gapless"):  # as step 5 named it, or meant to
        op.execute(f"ALTER TABLE lot DROP CONSTRAINT IF EXISTS {name}")
    op.create_check_constraint(op.f("ck_lot_gapless"), "lot", GAPLESS)
    op.create_foreign_key("fk_lot_gap", "lot", "lot_gap", ["series", "gap"], ["series", "last"])


def _gaps() -> None:
    op.create_table(
        "restored",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("beyond", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_restored")),
    )
    op.create_table(
        "lot_gap",
        sa.Column("series", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("restored_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("series BETWEEN 0 AND 99", name=op.f("ck_lot_gap_series")),
        sa.CheckConstraint(
            "first >= 1 AND last >= first AND last <= 99999999", name=op.f("ck_lot_gap_range")
        ),
        sa.ForeignKeyConstraint(
            ["restored_id"], ["restored.id"], name=op.f("fk_lot_gap_restored_id")
        ),
        sa.PrimaryKeyConstraint("series", "last", name=op.f("pk_lot_gap")),
    )


def _lots_anew() -> None:
    """SQLite changes a constraint only by making the table anew; what refers to it waits."""
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("CREATE TABLE lot_before AS SELECT * FROM lot")
    op.drop_table("lot")
    op.create_table(
        "lot",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("series", sa.Integer(), nullable=True),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("gap", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('sampling', 'pool', 'control')", name=op.f("ck_lot_kind")),
        sa.CheckConstraint(GAPLESS, name=op.f("ck_lot_gapless")),
        sa.CheckConstraint("last >= first AND last <= 99999999", name=op.f("ck_lot_range")),
        sa.CheckConstraint("series BETWEEN 0 AND 99", name=op.f("ck_lot_series")),
        sa.ForeignKeyConstraint(
            ["series", "follows"], ["lot.series", "lot.last"], name="fk_lot_follows"
        ),
        sa.ForeignKeyConstraint(*OF_GAP, name="fk_lot_gap"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_lot_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot")),
        sa.UniqueConstraint("series", "first", name=op.f("uq_lot_series_first")),
        sa.UniqueConstraint("series", "last", name=op.f("uq_lot_series_last")),
    )
    op.create_index("ix_lot_station", "lot", ["station"], unique=False)
    op.create_index("uq_lot_id_size", "lot", ["id", "size"], unique=True)
    op.execute(
        f"INSERT INTO lot ({KEPT}) SELECT {KEPT} FROM lot_before ORDER BY series, first"  # noqa: S608
    )
    op.drop_table("lot_before")
