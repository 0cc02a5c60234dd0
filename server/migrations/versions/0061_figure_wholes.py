"""A station's day at a place in one value: its counts and how long its tubes took, to be added."""

from struct import Struct
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "0061_figure_wholes"
down_revision: str | None = "0060_figure_step_totals"

COUNTS = (
    "people", "tubes", "voided", "manual", "conflicts", "corrections", "repeats",
    "at_paired", "at_received", "at_rejected", "at_resulted", "at_released", "at_delivered",
    "said_negative", "said_positive", "said_inconclusive", "said_invalid", "said_resample",
    "said_withdrawn", "call_negative", "call_positive", "call_other",
)  # fmt: skip
SPANS = ("received", "resulted", "released", "delivered", "turnaround")
BUCKETS = tuple(f"b{number:02d}" for number in range(22))
LANES = Struct(f">2Q{len(COUNTS)}I{len(SPANS) * len(BUCKETS)}I2Q{len(COUNTS)}I")
AT_ONCE = 1000


def upgrade() -> None:
    op.create_table(
        "figure_whole",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("station", sa.String(length=32), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("day", "station", "place", name=op.f("pk_figure_whole")),
        sqlite_with_rowid=False,
    )
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    """Make the values day by day, of the sums that there are."""
    into = sa.table("figure_whole", *map(sa.column, ("day", "station", "place", "numbers")))
    days = connection.execute(sa.text("SELECT DISTINCT day FROM figure_cell_sum")).scalars().all()
    for day in days:
        rows = [
            {"day": day, "station": station, "place": place, "numbers": numbers}
            for (station, place), numbers in _of_day(connection, day).items()
        ]
        for first in range(0, len(rows), AT_ONCE):
            connection.execute(sa.insert(into), rows[first : first + AT_ONCE])


def _of_day(connection: sa.Connection, day: Any) -> dict[tuple[str, str], bytes]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for table, key in (("figure_cell_sum", "kind"), ("figure_span_sum", "span")):
        rows = connection.execute(sa.text(f"SELECT * FROM {table} WHERE day = :day"), {"day": day})  # noqa: S608
        for row in rows.mappings():
            found.setdefault((row["station"], row["place"]), {})[row[key]] = row
    return {where: _packed(rows) for where, rows in found.items()}


def _packed(rows: dict[str, Any]) -> bytes:
    """Pools first; nothings in front are not stored."""
    lanes = _lanes(rows.get("pool", {}))
    lanes += [rows[span][name] if span in rows else 0 for span in SPANS for name in BUCKETS]
    lanes += _lanes(rows.get("single", {}))
    return LANES.pack(*lanes).lstrip(b"\0")


def _lanes(counts: Any) -> list[int]:
    took = divmod(counts.get("took_ms", 0), 1 << 64)
    return [*took, *(counts.get(name, 0) for name in COUNTS)]
