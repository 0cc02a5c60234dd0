"""Keys that stations had, as far as we still know them; and revoked stations asked back."""

import sqlalchemy as sa
from alembic import op

revision: str = "0065_station_keys"
down_revision: str | None = "0064_tube_moves"

OPEN = sa.text("decided_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "station_key",
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("public_key", sa.String(length=43), nullable=False),
        sa.Column("since", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["station"], ["station.id"], name=op.f("fk_station_key_station")),
        sa.PrimaryKeyConstraint("station", "public_key", name=op.f("pk_station_key")),
    )
    op.create_table(
        "station_return",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=True),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (agreed IS NULL)",
            name=op.f("ck_station_return_decided_wholly"),
        ),
        sa.CheckConstraint(
            "agreed IS NOT TRUE OR decided_by <> asked_by",
            name=op.f("ck_station_return_two_persons"),
        ),
        sa.ForeignKeyConstraint(
            ["station"], ["station.id"], name=op.f("fk_station_return_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_return")),
    )
    op.create_index(op.f("ix_station_return_station"), "station_return", ["station"])
    op.create_index(
        "ix_station_return_open", "station_return", ["station"], unique=True,
        sqlite_where=OPEN, postgresql_where=OPEN,
    )  # fmt: skip
    op.execute(
        "INSERT INTO station_key (station, public_key, since, until)"
        " SELECT id, public_key, coalesce(enrolled_at, created_at),"
        " CASE WHEN state = 'revoked' THEN"
        " (SELECT max(at) FROM audit_entry WHERE action = 'station.revoked' AND subject = station.id) END"
        " FROM station WHERE public_key IS NOT NULL"
    )
