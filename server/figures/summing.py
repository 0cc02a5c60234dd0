"""The sums of a cell's rows over what most pages do not ask for.  Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Table

from server.figures.models import (
    STEPS,
    SUMS,
    cell_sums,
    span_sums,
    step_sums,
    step_totals,
    wholes,
)
from server.figures.packing import packed

Row = dict[str, Any]


def with_sums(rows: Mapping[Table, list[Row]]) -> dict[Table, list[Row]]:
    """Return *rows*, which are split as finely as there is, and their sums."""
    sums = {sum_: list(summed(sum_, rows[split])) for split, sum_ in SUMS.items()}
    done = {step_totals: list(totals(sums[step_sums]))}
    return {**rows, **sums, **done, wholes: list(packed(sums[cell_sums], sums[span_sums]))}


def summed(table: Table, rows: Iterable[Row]) -> Iterator[Row]:
    """Yield the rows of *table* that finer ones come to, in the order of its key."""
    keys = [column.name for column in table.primary_key.columns]
    values = [column.name for column in table.columns if not column.primary_key]
    found: dict[tuple[Any, ...], list[int]] = {}
    for row in rows:
        own = found.setdefault(tuple(row[name] for name in keys), [0] * len(values))
        for place, name in enumerate(values):
            own[place] += row[name]
    for key, own in sorted(found.items()):
        yield dict(zip(keys, key, strict=True)) | dict(zip(values, own, strict=True))


def totals(rows: Iterable[Row]) -> Iterator[Row]:
    """Yield for each station, day and place what passed each step, whenever, and from when to when.

    In the order of their key.
    """
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key, passed = (row["day"], row["station"], row["place"]), row["passed"]
        none = {"first_passed": passed, "last_passed": passed, **dict.fromkeys(STEPS, 0)}
        own = found.setdefault(key, none)
        own["first_passed"] = min(own["first_passed"], passed)
        own["last_passed"] = max(own["last_passed"], passed)
        own[row["step"]] += row["count"]
    for key, own in sorted(found.items()):
        yield dict(zip(("day", "station", "place"), key, strict=True)) | own
