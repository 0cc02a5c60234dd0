"""Levels of zones, from the mildest to the strictest: rows of data.  The key is stored."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LevelRow:
    """How a level is called, and its shape: colour never stands alone."""

    vi: str
    en: str
    shape: str
    rank: int


LEVELS: dict[str, LevelRow] = {
    "green": LevelRow("Vùng xanh", "Green zone", "○", 1),
    "yellow": LevelRow("Vùng vàng", "Yellow zone", "◇", 2),
    "orange": LevelRow("Vùng cam", "Orange zone", "△", 3),
    "red": LevelRow("Vùng đỏ", "Red zone", "■", 4),
}


def strictest(levels: Iterable[str]) -> str | None:
    """Return the strictest of *levels*, None of none: where zones overlap, it counts."""
    return max(levels, key=lambda level: LEVELS[level].rank, default=None)
