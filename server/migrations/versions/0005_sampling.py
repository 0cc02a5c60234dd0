"""Lots, pairings, voids, pools, conflicts."""

import sqlalchemy as sa
from alembic import op

revision: str = "0005_sampling"
down_revision: str | None = "0004_declarations"


def upgrade() -> None:
    op.create_table(
        "lot",
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("series", sa.Integer(), nullable=True),
        sa.Column("first", sa.Integer(), nullable=True),
        sa.Column("last", sa.Integer(), nullable=True),
        sa.Column("follows", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('sampling', 'pool', 'control')", name="ck_lot_kind"),
        sa.CheckConstraint(
            "(series IS NULL AND first IS NULL AND last IS NULL AND follows IS NULL) OR (series IS NOT NULL AND first IS NOT NULL AND last IS NOT NULL AND ((follows IS NULL AND first = 1) OR first = follows + 1))",
            name="ck_lot_gapless",
        ),
        sa.CheckConstraint("last >= first AND last <= 99999999", name="ck_lot_range"),
        sa.CheckConstraint("series BETWEEN 0 AND 99", name="ck_lot_series"),
        sa.ForeignKeyConstraint(
            ["series", "follows"], ["lot.series", "lot.last"], name="fk_lot_follows"
        ),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_lot_station"),
        sa.PrimaryKeyConstraint("id", name="pk_lot"),
        sa.UniqueConstraint("series", "first", name="uq_lot_series_first"),
        sa.UniqueConstraint("series", "last", name="uq_lot_series_last"),
    )
    op.create_index("ix_lot_station", "lot", ["station"], unique=False)

    op.create_table(
        "pairing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("operator", sa.String(length=64), nullable=False),
        sa.Column("person_kind", sa.String(length=64), nullable=False),
        sa.Column("order", sa.String(length=12), nullable=False),
        sa.Column("paired_at", sa.DateTime(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "\"order\" IN ('person-first', 'tube-first', 'pool')", name="ck_pairing_order"
        ),
        sa.CheckConstraint("took_ms >= 0", name="ck_pairing_took_ms"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pairing_person_id"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_pairing_station"),
        sa.PrimaryKeyConstraint("id", name="pk_pairing"),
    )
    op.create_index("ix_pairing_paired_at", "pairing", ["paired_at"], unique=False)
    op.create_index("ix_pairing_person_id", "pairing", ["person_id"], unique=False)
    op.create_index("ix_pairing_tube", "pairing", ["tube"], unique=False)

    op.create_table(
        "pairing_void",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("voided_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_pairing_void_station"),
        sa.PrimaryKeyConstraint("event_id", name="pk_pairing_void"),
    )
    op.create_index("ix_pairing_void_pairing_id", "pairing_void", ["pairing_id"], unique=False)
    op.create_index("ix_pairing_void_tube", "pairing_void", ["tube"], unique=False)

    op.create_table(
        "pool_closing",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_pool_closing_station"),
        sa.PrimaryKeyConstraint("event_id", name="pk_pool_closing"),
    )
    op.create_index("ix_pool_closing_tube", "pool_closing", ["tube"], unique=False)

    op.create_table(
        "station_tally",
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('refused', 'let-go')", name="ck_station_tally_kind"),
        sa.CheckConstraint("count > 0", name="ck_station_tally_count"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_station_tally_station"),
        sa.PrimaryKeyConstraint("station", "day", "kind", "reason", name="pk_station_tally"),
    )
    op.create_table(
        "lot_code",
        sa.Column("code", sa.String(length=30), nullable=False),
        sa.Column("lot_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name="fk_lot_code_lot_id"),
        sa.PrimaryKeyConstraint("code", name="pk_lot_code"),
        sa.UniqueConstraint("lot_id", "position", name="uq_lot_code_lot_id_position"),
    )
    op.create_table(
        "tube_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tube", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("kept_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('two-persons', 'two-stations')", name="ck_tube_conflict_kind"),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (reason IS NULL)",
            name="ck_tube_conflict_decided_wholly",
        ),
        sa.ForeignKeyConstraint(["kept_id"], ["pairing.id"], name="fk_tube_conflict_kept_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tube_conflict"),
    )
    op.create_index("ix_tube_conflict_tube", "tube_conflict", ["tube"], unique=False)
    op.create_index(
        "uq_tube_conflict_open",
        "tube_conflict",
        ["tube"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )

    op.create_table(
        "conflict_claim",
        sa.Column("conflict_id", sa.Uuid(), nullable=False),
        sa.Column("pairing_id", sa.Uuid(), nullable=False),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conflict_id"], ["tube_conflict.id"], name="fk_conflict_claim_conflict_id"
        ),
        sa.ForeignKeyConstraint(
            ["pairing_id"], ["pairing.id"], name="fk_conflict_claim_pairing_id"
        ),
        sa.PrimaryKeyConstraint("conflict_id", "pairing_id", name="pk_conflict_claim"),
    )
