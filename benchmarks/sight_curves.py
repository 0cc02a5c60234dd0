"""Small curves of a ladder benchmark, drawn as SVG by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDE, HIGH, ACROSS = 300, 190, 3
LEFT, TOP, BOTTOM, RIGHT = 34, 30, 38, 12
OURS, PLAIN = "#0b6e4f", "#b0532a"


@dataclass(frozen=True, slots=True)
class Curve:
    """One ladder: the part (0 to 1) that was read at each amount."""

    name: str
    unit: str
    amounts: Sequence[float]
    ours: Sequence[float]
    plain: Sequence[float]


def drawn(curves: Sequence[Curve]) -> str:
    """Return an SVG document with one small picture a curve, three in a row."""
    rows = -(-len(curves) // ACROSS)
    wide, high = WIDE * ACROSS, HIGH * rows + 24
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" role="img" '
        f'font-family="sans-serif" font-size="11"><title>How far sight reaches</title>'
        f'<rect width="{wide}" height="{high}" fill="white"/>'
    )
    pictures = [
        f'<g transform="translate({place % ACROSS * WIDE},{place // ACROSS * HIGH})">'
        f"{_one(curve)}</g>"
        for place, curve in enumerate(curves)
    ]
    legend = (
        f'<text x="{LEFT}" y="{high - 8}" fill="{OURS}">&#9679; ours, 6 frames</text>'
        f'<text x="{LEFT + 130}" y="{high - 8}" fill="{PLAIN}">'
        "&#9633; zxing-cpp, one frame (dashed)</text>"
    )
    return "\n".join([head, *pictures, legend, "</svg>\n"])


def _one(curve: Curve) -> str:
    low, high = TOP, HIGH - BOTTOM
    grid = "".join(
        f'<line x1="{LEFT}" x2="{WIDE - RIGHT}" y1="{_y(part)}" y2="{_y(part)}" stroke="#ddd"/>'
        f'<text x="{LEFT - 4}" y="{_y(part) + 4}" text-anchor="end">{part * 100:.0f}%</text>'
        for part in (0.0, 0.5, 1.0)
    )
    marks = "".join(
        f'<text x="{_x(curve, place):.0f}" y="{high + 14}" text-anchor="middle">{amount:g}</text>'
        for place, amount in enumerate(curve.amounts)
    )
    title = f'<text x="{LEFT}" y="{low - 12}" font-weight="bold">{escape(curve.name)}</text>'
    unit = f'<text x="{WIDE - RIGHT}" y="{high + 28}" text-anchor="end">{escape(curve.unit)}</text>'
    lines = _line(curve, curve.plain, PLAIN, "4 3") + _line(curve, curve.ours, OURS, "")
    return grid + marks + title + unit + lines


def _line(curve: Curve, parts: Sequence[float], colour: str, dashes: str) -> str:
    points = [(_x(curve, place), _y(part)) for place, part in enumerate(parts)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" fill="white" '
        f'stroke="{colour}"/>'
        if dashes
        else f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        for x, y in points
    )
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dashed}/>{dots}'
    )


def _x(curve: Curve, place: int) -> float:
    return LEFT + 14 + place * (WIDE - LEFT - RIGHT - 28) / max(len(curve.amounts) - 1, 1)


def _y(part: float) -> float:
    return TOP + (1 - part) * (HIGH - BOTTOM - TOP)
