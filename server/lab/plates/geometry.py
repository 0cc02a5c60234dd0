"""Wells of plates and racks: names, numbers and the order of filling.  Pure.

A well is its number, from 0, along the rows.  It is written A1 or A01, or as a machine counts: 1.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

_NAME = re.compile(r"([A-P])\s*0*([0-9]{1,2})", re.ASCII)


class Fill(StrEnum):
    """In which order wells are filled."""

    ROWS = "rows"  # A1, A2, A3 …
    COLUMNS = "columns"  # A1, B1, C1 …


class NoSuchWell(ValueError):
    """A text names no well of this plate."""


@dataclass(frozen=True, slots=True)
class Shape:
    """So many rows by so many columns."""

    rows: int
    columns: int

    @property
    def size(self) -> int:
        return self.rows * self.columns

    def row_of(self, well: int) -> int:
        return well // self.columns

    def column_of(self, well: int) -> int:
        return well % self.columns

    def name(self, well: int, *, padded: bool = False) -> str:
        """A1, or A01 if *padded*."""
        if not 0 <= well < self.size:
            raise NoSuchWell(f"there is no well {well}")
        column = self.column_of(well) + 1
        return f"{chr(65 + self.row_of(well))}{column:02d}" if padded else (
            f"{chr(65 + self.row_of(well))}{column}"
        )  # fmt: skip

    def well(self, text: str) -> int:
        """Return the well that *text* names: A1, A01, 'a 1', or its number from 1."""
        tidy = text.strip().upper()
        found = _NAME.fullmatch(tidy)
        if found:
            row, column = ord(found[1]) - 65, int(found[2]) - 1
            if row < self.rows and 0 <= column < self.columns:
                return row * self.columns + column
        elif tidy.isascii() and tidy.isdigit() and len(tidy) <= 3 and 1 <= int(tidy) <= self.size:
            return int(tidy) - 1
        raise NoSuchWell(f"{text!r} is no well of {self.rows} by {self.columns}")

    def order(self, fill: Fill) -> list[int]:
        """Return every well, in the order of filling."""
        if fill is Fill.ROWS:
            return list(range(self.size))
        return [
            row * self.columns + column
            for column in range(self.columns)
            for row in range(self.rows)
        ]  # fmt: skip

    def next_free(self, fill: Fill, taken: Collection[int], after: int | None = None) -> int | None:
        """Return the first free well of the order, behind *after* if given; None if none is."""
        order = self.order(fill)
        start = order.index(after) + 1 if after is not None else 0
        return next((well for well in order[start:] if well not in taken), None)


SHAPES = {96: Shape(8, 12), 384: Shape(16, 24)}
RACKS = {81: Shape(9, 9), 96: SHAPES[96], 100: Shape(10, 10)}
