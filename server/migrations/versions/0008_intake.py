"""Every wire event as it came."""

import sqlalchemy as sa
from alembic import op

revision: str = "0008_intake"
down_revision: str | None = "0007_outcomes"


def upgrade() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("station", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("remote", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quarantine"),
    )
    op.create_index("ix_quarantine_at", "quarantine", ["at"], unique=False)
    op.create_index("ix_quarantine_station", "quarantine", ["station"], unique=False)

    op.create_table(
        "chain_alert",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("kind IN ('gap', 'fork', 'changed-replay')", name="ck_chain_alert_kind"),
        sa.CheckConstraint("last_seq >= seq", name="ck_chain_alert_range"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_chain_alert_station"),
        sa.PrimaryKeyConstraint("id", name="pk_chain_alert"),
        sa.UniqueConstraint(
            "station", "epoch", "kind", "seq", name="uq_chain_alert_station_epoch_kind_seq"
        ),
    )
    op.create_index("ix_chain_alert_at", "chain_alert", ["at"], unique=False)

    op.create_table(
        "station_epoch",
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_station_epoch_station"),
        sa.PrimaryKeyConstraint("station", "epoch", name="pk_station_epoch"),
    )
    op.create_table(
        "wire_event",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("epoch", sa.String(length=16), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=True),
        sa.Column("applied_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('refused', 'waiting')) = (problem IS NOT NULL)",
            name="ck_wire_event_problem",
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'applied', 'refused', 'waiting')", name="ck_wire_event_state"
        ),
        sa.CheckConstraint("seq >= 1", name="ck_wire_event_seq"),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name="fk_wire_event_station"),
        sa.PrimaryKeyConstraint("event_id", name="pk_wire_event"),
        sa.UniqueConstraint("station", "epoch", "seq", name="uq_wire_event_station_epoch_seq"),
    )
    op.create_index(
        "ix_wire_event_open",
        "wire_event",
        ["state", "received_at", "seq"],
        unique=False,
        sqlite_where=sa.text("state <> 'applied'"),
        postgresql_where=sa.text("state <> 'applied'"),
    )
