"""A picture of bars, as numbers for a template: no script, no library.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FOOT, HEAD = 720, 180, 24, 20


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


def draw(bars: Sequence[Bar]) -> list[Drawn]:
    """Lay *bars* side by side over the picture's width, the highest below its head."""
    if not bars:
        return []
    top = max(1, *(bar.value for bar in bars))
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
