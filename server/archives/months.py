"""A month of Vietnam, as a piece of time that can be closed.  Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from server.errors import BadInput
from server.figures.days import bounds

_FORM = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """Such as 2026-05."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises BadInput where *text* names no month."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise BadInput("Tháng phải có dạng 2026-05.", "A month is written as 2026-05.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @property
    def after(self) -> "Month":
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def begin(self) -> datetime:
        return bounds(date(self.year, self.number, 1))[0]

    @property
    def end(self) -> datetime:
        return self.after.begin

    def holds(self, column: Any) -> Any:
        """Return the condition that a time is within the month."""
        return (column >= self.begin) & (column < self.end)

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02d}"
