"""A picture of bars, as numbers for a template: no script, no library.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, HEAD = 720, 180, 24, 20
_STEPS = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what stands under it, and how much it is."""

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar in the picture's units: x and y of its upper left corner."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


def top_of_scale(highest: int) -> int:
    """Return the round number (1, 2 or 5 with zeros) that the scale ends with."""
    scale = 1
    while True:
        for step in _STEPS:
            if step * scale >= highest:
                return step * scale
        scale *= 10


def draw(bars: Sequence[Bar]) -> list[Drawn]:
    """Lay *bars* side by side over the picture's width, the highest below its head."""
    if not bars:
        return []
    top = top_of_scale(max(bar.value for bar in bars))
    slot = WIDTH / len(bars)
    room = HEIGHT - FOOT - HEAD
    drawn = []
    for place, bar in enumerate(bars):
        height = round(room * bar.value / top, 1)
        drawn.append(
            Drawn(bar, round(place * slot + slot * 0.12, 1), round(HEIGHT - FOOT - height, 1),
                  round(slot * 0.76, 1), height)
        )  # fmt: skip
    return drawn
