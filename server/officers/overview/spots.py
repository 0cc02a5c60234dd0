"""Points by their coordinates, or places as tiles: no map tiles, no network.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, cos, radians, sqrt

from server.display import count, t
from server.officers.overview.shapes import WIDTH, Picture

HIGH, EDGE, COLUMNS = 340, 30, 3
TILE, GAP = 74, 8
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)  # kilometres of the rule


@dataclass(frozen=True, slots=True)
class Spot:
    """One point or place: *people* today, *positive* of those looked at; silent or not."""

    name: str
    people: int
    positive: int = 0
    silent: bool = False
    latitude: float | None = None
    longitude: float | None = None


def draw(spots: Sequence[Spot], says: str) -> Picture | None:
    """Draw a map of those with coordinates, if there are two; else one tile for each."""
    there = [spot for spot in spots if spot.latitude is not None and spot.longitude is not None]
    if len(there) > 1:
        return _map(there, says)
    return _tiles(spots, says) if spots else None


def _map(spots: Sequence[Spot], says: str) -> Picture:
    """Lay points out, north up, one scale in both directions."""
    picture = Picture(HIGH, says)
    middle = sum(spot.latitude or 0 for spot in spots) / len(spots)
    flat = [((spot.longitude or 0) * cos(radians(middle)), -(spot.latitude or 0)) for spot in spots]
    left, top = min(x for x, _ in flat), min(y for _, y in flat)
    wide, high = max(x for x, _ in flat) - left, max(y for _, y in flat) - top
    scale = min((WIDTH - 4 * EDGE) / max(wide, 0.005), (HIGH - 2 * EDGE) / max(high, 0.005))
    most = max(spot.people for spot in spots) or 1
    named = set(sorted((spot.people for spot in spots), reverse=True)[:8])
    for spot, (x, y) in zip(spots, flat, strict=True):
        across = WIDTH / 2 + (x - left - wide / 2) * scale
        down = HIGH / 2 + (y - top - high / 2) * scale
        radius = 4 + 16 * sqrt(spot.people / most)
        _dot(picture, spot, across, down, radius)
        if spot.silent or spot.people in named:
            picture.text(across, down - radius - 4, _short(spot.name))
    kilometre = scale / 111.2
    step = next((each for each in STEPS if each * kilometre > 40), STEPS[-1])
    picture.line(12, HIGH - 12, 12 + step * kilometre, HIGH - 12, "rule")
    picture.text(12, HIGH - 18, f"{step:g} km", "start")
    return picture


def _dot(picture: Picture, spot: Spot, x: float, y: float, radius: float) -> None:
    css = "silent" if spot.silent else "found" if spot.positive else "usual"
    picture.dot(x, y, radius, f"spot-dot {css}")
    if spot.silent:
        picture.text(x, y + 4, "✖", css="word mark")
    elif spot.positive:
        picture.text(x, y + 4, "✚", css="word mark")


def _tiles(spots: Sequence[Spot], says: str) -> Picture:
    """Give each place a tile; the darker, the more people, and the number stands in it."""
    rows = ceil(len(spots) / COLUMNS)
    wide = (WIDTH - GAP * (COLUMNS - 1)) / COLUMNS
    picture = Picture(rows * (TILE + GAP) - GAP, says)
    most = max(spot.people for spot in spots) or 1
    for number, spot in enumerate(spots):
        x, y = number % COLUMNS * (wide + GAP), number // COLUMNS * (TILE + GAP)
        picture.rect(x, y, wide, TILE, f"tile t{ceil(4 * spot.people / most)}")
        picture.text(x + 10, y + 20, _short(spot.name), "start", "word name")
        sign = "✖ " if spot.silent else ""
        picture.text(x + 10, y + 46, f"{sign}{count(spot.people)}", "start", "word strong")
        if spot.positive:
            said = t(f"✚ {count(spot.positive)} dương tính", f"✚ {count(spot.positive)} positive")
            picture.text(x + 10, y + 64, said, "start", "word found")
    return picture


def _short(name: str, most: int = 24) -> str:
    return name if len(name) <= most else f"{name[: most - 1]}…"
