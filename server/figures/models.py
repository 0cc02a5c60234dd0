"""The roll-up: for each station and day of Vietnam, what its samples came to.

One cell is a station's pairings of one day.  Its rows are split by place, operator, laboratory and
kind (single or pool).  A `figure_mark` says that a cell must be counted again; it is written with
the fact that changed, and nothing else is: see `folding`.

Beside each table stands its sum over operators and laboratories (`SUMS`), for whoever asks for
neither: most pages, which then read a tenth of the rows.  `step_totals` sums those of steps once
more, and `wholes` holds those of cells and spans in one value.  All are written together.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
)
from sqlalchemy.orm import Mapped, mapped_column

from server.db import Base

_Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite numbers rows by INTEGER alone
KEYS = ("day", "station", "place", "operator", "lab", "kind")
SINGLE, POOL = "single", "pool"
STATES = ("paired", "received", "rejected", "resulted", "released", "delivered")
SAID = ("negative", "positive", "inconclusive", "invalid", "resample", "withdrawn")
COUNTS = (
    "people",  # pairings that hold
    "tubes",  # their tubes: of a pool's members the first stands for it
    "voided", "manual", "took_ms", "conflicts", "corrections", "repeats",
    *(f"at_{state}" for state in STATES),  # tubes, by how far they are
    *(f"said_{status}" for status in SAID),  # people, by what their record says
    "call_negative", "call_positive", "call_other",  # tubes, by what the laboratory says
)  # fmt: skip
SPANS = ("received", "resulted", "released", "delivered", "turnaround")  # each since the one before
# Minutes that a span's buckets end at; the last bucket has no end.  24 hours is one of them.
EDGES = (
    1, 5, 15, 30, 60, 120, 180, 240, 360, 480, 600, 720, 900, 1080, 1260, 1440, 1800, 2160, 2880,
    4320, 7200,
)  # fmt: skip
BUCKETS = tuple(f"b{number:02d}" for number in range(len(EDGES) + 1))


class Mark(Base):
    """A cell to be counted again.  Rows are only added and taken away, never changed."""

    __tablename__ = "figure_mark"

    id: Mapped[int] = mapped_column(_Key, primary_key=True)
    station: Mapped[str] = mapped_column(String(32))
    day: Mapped[date]
    at: Mapped[datetime]


def _table(
    name: str, columns: Iterable[Column[Any]], *indexes: Index, by: tuple[str, ...] = KEYS
) -> Table:
    """Return a table of the roll-up; its key begins with the day, which is what is asked for."""
    sizes = {"station": 32, "place": 64, "operator": 64, "lab": 64, "kind": 6}
    keys = (
        Column(each, String(sizes[each]) if each in sizes else Date, primary_key=True)
        for each in by
    )
    return Table(name, Base.metadata, *keys, *columns, *indexes, sqlite_with_rowid=False)


def _passing() -> list[Column[Any]]:
    return [
        Column("step", String(20), primary_key=True),
        Column("passed", Date, primary_key=True),
        _number("count"),
    ]


def _lasting() -> list[Column[Any]]:
    return [Column("span", String(12), primary_key=True), *map(_number, BUCKETS)]


def _hourly() -> list[Column[Any]]:
    return [Column("hour", SmallInteger, primary_key=True), _number("people")]


def _number(name: str) -> Column[Any]:
    return Column(name, BigInteger if name == "took_ms" else Integer, nullable=False)


cells = _table("figure_cell", map(_number, COUNTS))
# What passed a step, by the day on which it did: tubes, and people for what was said of them.
steps = _table("figure_step", _passing(), Index("ix_figure_step_passed", "passed", "step"))
# How long tubes took from one step to the next, as a histogram.
spans = _table("figure_span", _lasting())
# People by the hour of Vietnam in which they were paired.
hours = _table("figure_hour", _hourly())
SPLIT = (cells, steps, spans, hours)
_WHERE = ("day", "station", "place")
cell_sums = _table("figure_cell_sum", map(_number, COUNTS), by=(*_WHERE, "kind"))
step_sums = _table(
    "figure_step_sum", _passing(),
    # All that a page asks of it, so that it reads the index alone.
    Index("ix_figure_step_sum_passed", "passed", "step", "day", "station", "place", "count"),
    by=_WHERE,
)  # fmt: skip
span_sums = _table("figure_span_sum", _lasting(), by=_WHERE)
hour_sums = _table("figure_hour_sum", _hourly(), by=_WHERE)
SUMS = dict(zip(SPLIT, (cell_sums, step_sums, span_sums, hour_sums), strict=True))
STEPS = ("received", "rejected", "resulted", "released", "delivered", *(f"said_{s}" for s in SAID))
# The sums of steps over the days on which they were passed, and the first and last of these days:
# whoever asks what passed until a day reads one row for each that was done with by then.
step_totals = _table(
    "figure_step_total",
    [Column(name, Date, nullable=False) for name in ("first_passed", "last_passed")]
    + list(map(_number, STEPS)),
    Index("ix_figure_step_total_last", "last_passed", "first_passed"),
    by=_WHERE,
)  # fmt: skip
# The sums of cells and of spans of a station's day at a place in one value (`packing`), which is
# what most pages read: a value for each, instead of seven rows of two dozen columns.
wholes = _table("figure_whole", [Column("numbers", LargeBinary, nullable=False)], by=_WHERE)
TABLES = (*SPLIT, *SUMS.values(), step_totals, wholes)
