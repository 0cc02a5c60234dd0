"""Keys that stations had, as far as we still know them; and revoked stations asked back."""

import sqlalchemy as sa
from alembic import op

revision: str = "0064_station_keys"
down_revision: str | None = "0063_import_attempts"


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
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sa.DateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["station"], ["station.id"], name=op.f("fk_station_return_station")
        ),
        sa.PrimaryKeyConstraint("station", name=op.f("pk_station_return")),
    )
    op.execute(
        "INSERT INTO station_key (station, public_key, since, until)"
        " SELECT id, public_key, coalesce(enrolled_at, created_at),"
        " CASE WHEN state = 'revoked' THEN"
        " (SELECT max(at) FROM audit_entry WHERE action = 'station.revoked' AND subject = station.id) END"
        " FROM station WHERE public_key IS NOT NULL"
    )
