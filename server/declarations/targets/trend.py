"""A picture of days: bars for what came, a line for what should have.  Numbers for a template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT, FOOT, HEAD = 720, 200, 24, 22


@dataclass(frozen=True, slots=True)
class Mark:
    """One day: its bar, and where the target's line passes over it."""

    day: date
    count: int
    target: int
    x: float
    y: float
    width: float
    height: float
    line: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class Trend:
    marks: Sequence[Mark]
    floor: int = HEIGHT - FOOT

    @property
    def path(self) -> str:
        """The target's line, for a polyline; days without a target are left out."""
        return " ".join(f"{mark.middle},{mark.line}" for mark in self.marks if mark.target)


def draw(days: Sequence[tuple[date, int, int]]) -> Trend:
    """Lay (day, count, target)s side by side, the highest below the picture's head."""
    top = max((max(count, target) for _, count, target in days), default=0) or 1
    slot, room = WIDTH / max(1, len(days)), HEIGHT - FOOT - HEAD

    def up(value: int) -> float:
        return round(HEIGHT - FOOT - room * value / top, 1)

    return Trend(
        [
            Mark(
                day,
                count,
                target,
                round(place * slot + slot * 0.14, 1),
                up(count),
                round(slot * 0.72, 1),
                round(room * count / top, 1),
                up(target),
            )
            for place, (day, count, target) in enumerate(days)
        ]
    )
