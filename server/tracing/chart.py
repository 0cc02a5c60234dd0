"""A map of points by their coordinates: no tiles, only where things lie to each other.  Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians, sqrt

WIDTH, HEIGHT, EDGE = 720, 460, 34


@dataclass(frozen=True, slots=True)
class Place:
    """What is to be drawn: *weight* is how many met there; *named*: its name stands beside it."""

    key: str
    name: str
    latitude: float
    longitude: float
    weight: int
    named: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    place: Place
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Dots, the subject's way between them, and how long a kilometre is in the picture."""

    dots: Sequence[Dot]
    way: str
    kilometre: float
    width: int = WIDTH
    height: int = HEIGHT


def draw(places: Sequence[Place], way: Iterable[str]) -> Chart | None:
    """Lay *places* out, north up; *way* names those that the subject went through, in order."""
    if not places:
        return None
    middle = sum(place.latitude for place in places) / len(places)
    flat = [(place.longitude * cos(radians(middle)), -place.latitude) for place in places]
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide, high = max(x for x, _ in flat) - left, max(y for _, y in flat) - top
    scale = min((WIDTH - 2 * EDGE) / max(wide, 0.005), (HEIGHT - 2 * EDGE) / max(high, 0.005))
    most = max(place.weight for place in places) or 1
    dots = {
        place.key: Dot(
            place,
            round(WIDTH / 2 + (x - left - wide / 2) * scale, 1),
            round(HEIGHT / 2 + (y - top - high / 2) * scale, 1),
            round(5 + 15 * sqrt(place.weight / most), 1),
        )
        for place, (x, y) in zip(places, flat, strict=True)
    }
    line = " ".join(f"{dots[key].x},{dots[key].y}" for key in way if key in dots)
    return Chart(list(dots.values()), line, round(scale / 111.2, 1))
