"""What the finest rows of the roll-ups say: for whoever asks by laboratory, operator or kind.

The sums know neither operators nor laboratories; what asks for none of these reads `wholes`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from server.accounts.within import Within
from server.figures.models import BUCKETS, COUNTS, cells, spans
from server.figures.packing import Buckets, Counts
from server.officers.overview.fitting import fitting
from server.officers.overview.wholes import once
from server.officers.overview.wish import Wish

Parts = tuple[tuple[str, ...], list[tuple[Any, ...]]]  # keys, and rows of keys and counts
TOGETHER = ("place", "station", "kind")  # asked for in one question
TURNAROUND = "turnaround"


@cache
def _sums(table: Table, names: tuple[str, ...]) -> tuple[Any, ...]:
    """Say the sums of columns, of groups: none is of no rows.  Said once, which takes long."""
    return tuple(func.sum(table.c[name]).label(name) for name in names)


def by_day(session: Session, wish: Wish, within: Within) -> dict[date, Counts]:
    """Return what the samples of each day of the trend came to."""

    def asked() -> dict[date, Counts]:
        found = select(cells.c.day, *_sums(cells, COUNTS)).where(
            *fitting(cells, wish, within, wish.trend_first, wish.day)
        )
        rows = session.execute(found.group_by(cells.c.day).order_by(cells.c.day)).mappings()
        return {row["day"]: {name: int(row[name]) for name in COUNTS} for row in rows}

    return once(session, ("days", wish, within), asked)


def groups(session: Session, wish: Wish, within: Within, by: str) -> dict[str, Counts]:
    """Return the counts of each group of the wish's days."""
    return once(
        session, ("groups", by, replace(wish, by=""), within),
        lambda: _split(_parts(session, wish, within, TOGETHER if by in TOGETHER else (by,)), by),
    )  # fmt: skip


def _split(parts: Parts, by: str) -> dict[str, Counts]:
    names, rows = parts
    place, split = names.index(by), dict[str, list[Sequence[int]]]()
    for row in rows:
        split.setdefault(row[place], []).append(row[len(names) :])
    return {key: _together(own) for key, own in split.items()}


def _together(rows: Sequence[Sequence[int]]) -> Counts:
    return dict(zip(COUNTS, (int(sum(each)) for each in zip(*rows, strict=True)), strict=True))


def _parts(session: Session, wish: Wish, within: Within, by: tuple[str, ...]) -> Parts:
    """Return counts by several keys at once, asked for once: pages want them one by one."""

    def asked() -> Parts:
        keys = [_key(cells, name).label(name) for name in by]
        found = select(*keys, *_sums(cells, COUNTS)).where(
            *fitting(cells, wish, within, wish.first, wish.day)
        )
        return by, [tuple(row) for row in session.execute(found.group_by(*keys))]

    return once(session, (by, replace(wish, by=""), within), asked)


def _key(table: Table, by: str) -> Any:
    if by == "operator":  # a tag is one station's
        return table.c.station + " · " + table.c.operator
    return table.c[by]


def turnarounds(session: Session, wish: Wish, within: Within, by: str) -> dict[str, Buckets]:
    """Return how long the tubes of each group took from pairing to release."""
    key = _key(spans, by).label("key")
    asked = select(key, *_sums(spans, BUCKETS)).where(
        spans.c.span == TURNAROUND, *fitting(spans, wish, within, wish.first, wish.day)
    )
    return {row[0]: tuple(map(int, row[1:])) for row in session.execute(asked.group_by(key))}


def times_by_day(session: Session, wish: Wish, within: Within) -> dict[date, Buckets]:
    asked = select(spans.c.day, *_sums(spans, BUCKETS)).where(
        spans.c.span == TURNAROUND, *fitting(spans, wish, within, wish.trend_first, wish.day)
    )
    return {
        row[0]: tuple(map(int, row[1:])) for row in session.execute(asked.group_by(spans.c.day))
    }


def times(session: Session, wish: Wish, within: Within) -> dict[str, Buckets]:
    """Return how long each step took."""
    asked = select(spans.c.span, *_sums(spans, BUCKETS)).where(
        *fitting(spans, wish, within, wish.first, wish.day)
    )
    return {
        row[0]: tuple(map(int, row[1:])) for row in session.execute(asked.group_by(spans.c.span))
    }
