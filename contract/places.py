"""Administrative places: a code, always with the version of the code set that it is of.

'vn-2021:24.222.07' is a commune of a district of a province in the map of 2021; 'vn-2025:24' is a
province of the map since July 2025.  A bare code says nothing: 24 was Bắc Giang before and is Bắc
Ninh now.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

CODE_SETS = {"vn-2021": 3, "vn-2025": 2}  # with how many levels each has
_TEXT = re.compile(r"([a-z]{2}-\d{4}):(\d{2})(?:\.(\d{3}))?(?:\.(\d{2,5}))?")


class PlaceError(ValueError):
    """This names no place in a code set that we know."""


@dataclass(frozen=True, slots=True)
class Place:
    """A province, district or commune.  `parts` are codes from the top."""

    code_set: str
    parts: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 'vn-2021:24.222.07'; raise PlaceError where that is no place."""
        return cls(*_read(text))

    def __str__(self) -> str:
        return f"{self.code_set}:{'.'.join(self.parts)}"

    def within(self, area: "Place") -> bool:
        """Return whether this is *area* or in it, both being of one code set."""
        return self.code_set == area.code_set and self.parts[: len(area.parts)] == area.parts

    @property
    def around(self) -> tuple[str, ...]:
        """This place and what it is in, smallest first, as text."""
        return tuple(
            str(Place(self.code_set, self.parts[:level])) for level in range(len(self.parts), 0, -1)
        )


@lru_cache(maxsize=16_384)
def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the code set and the parts; a page of places asks for the same ones many times."""
    match = _TEXT.fullmatch(text.strip())
    if match is None or match[1] not in CODE_SETS:
        raise PlaceError(f"{text!r} is no place: such as vn-2021:24.222")
    parts = tuple(part for part in match.groups()[1:] if part)
    if len(parts) > CODE_SETS[match[1]]:
        raise PlaceError(f"{match[1]} has {CODE_SETS[match[1]]} levels, and {text!r} has more")
    return match[1], parts
