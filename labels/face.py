"""What stands where on one tube label: the same face for PDF, ZPL and TSPL.  Sizes in mm.

Words first (top left, where laboratories look for the name), then the bars, then the id in
groups of four.  Where a label is too low for two lines of words they share one.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from contract.tubes import Tube, TubeKind
from labels.fonts import BOLD, MEDIUM, POINT_MM, REGULAR, clean, shorten, width_mm
from labels.stock import Stock
from labels.symbols import Fit, Linear, code128, fit

_TALLEST_BARS = 12.0
_CAPITAL = 0.74  # height of a figure in Be Vietnam Pro, of its size
_GAP = 0.45  # between the bars and what stands above or below them
_LEAST_ROOM = 6.0  # below this, a second line on one row would be a few letters
_WORDS = {TubeKind.SAMPLING: "", TubeKind.POOL: "GỘP", TubeKind.CONTROL: "CHỨNG"}


@dataclass(frozen=True, slots=True)
class Label:
    """One tube's label.  The lines are for people; the bars never carry them."""

    tube: Tube
    line1: str = ""
    line2: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text with its baseline at *y*."""

    x: float
    y: float
    text: str
    points: float
    weight: str
    align: Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Face:
    """A label drawn in its own box (*width* along the code); `turned` if bars go up the label."""

    width: float
    height: float
    code: Linear
    fit: Fit
    code_x: float
    code_y: float
    bar_height: float
    words: tuple[Words, ...]
    turned: bool


@dataclass(frozen=True, slots=True)
class _Rows:
    """Heights of the rows, from the height of the label."""

    margin: float
    lines: int
    line_points: float
    id_points: float
    lead: float  # from line to line, of the size; Ấ under a g needs the larger


def _rows(height: float) -> _Rows:
    if height >= 24:
        return _Rows(1.2, 2, 8.0, 9.5, 1.3)
    if height >= 20:
        return _Rows(0.9, 2, 7.0, 8.5, 1.26)
    if height >= 15:
        return _Rows(0.6, 1, 6.5, 8.0, 1.18)
    if height >= 12:
        return _Rows(0.4, 1, 5.0, 7.0, 1.18)
    return _Rows(0.45, 1, 4.5, 5.5, 1.18)


@lru_cache(maxsize=64)
def _fit(modules: int, room: float, dpi: float) -> Fit:
    return fit(modules, room, dpi)


def face_of(label: Label, stock: Stock, dpi: float, *, ladder: bool = False) -> Face:
    """Return *label* laid out for *stock*; raise DoesNotFit if its code has no room.

    The code runs along the label's long side, which goes along the tube.  With *ladder* it runs
    along the short side, for labels whose long side goes round the tube.
    """
    width, height = (stock.height, stock.width) if ladder else (stock.width, stock.height)
    rows = _rows(height)
    code = code128(label.tube.text)
    found = _fit(code.modules, width, dpi)
    lines = _lines(label, width - 2 * rows.margin, rows)
    line_height = rows.line_points * POINT_MM * rows.lead
    id_height = rows.id_points * POINT_MM * _CAPITAL + _GAP
    room = height - 2 * rows.margin - len(lines) * line_height - id_height - _GAP
    bars = min(room, _TALLEST_BARS)
    top = rows.margin + (room - bars) / 2
    words = [
        Words(rows.margin if word.align == "left" else width - rows.margin,
              top + line_height * (place + 0.8), word.text, rows.line_points,
              word.weight, word.align)
        for place, line in enumerate(lines) for word in line
    ]  # fmt: skip
    code_y = top + len(lines) * line_height + _GAP
    words += _id(label.tube, width, code_y + bars + id_height, rows)
    return Face(width, height, code, found, found.quiet_mm, code_y, bars, tuple(words), ladder)


def _lines(label: Label, room: float, rows: _Rows) -> list[list[Words]]:
    """Return the lines of words (places are set later): one or two, or none for an empty label."""
    if not (label.line1 or label.line2):
        return []
    points = rows.line_points
    if rows.lines == 2:
        pairs = ((label.line1, BOLD), (label.line2, REGULAR))
        return [
            [Words(0, 0, shorten(text, room, points, weight), points, weight, "left")]
            for text, weight in pairs
            if text
        ]
    first = shorten(label.line1, room, points, BOLD)
    left = room - width_mm(first, points, BOLD) - (1.5 if first else 0.0)
    line = [Words(0, 0, first, points, BOLD, "left")]
    if label.line2 and left >= min(_LEAST_ROOM, width_mm(clean(label.line2), points)):
        second = shorten(label.line2, left, points)
        line.append(Words(0, 0, second, points, REGULAR, "right" if first else "left"))
    return [line]


def _id(tube: Tube, width: float, y: float, rows: _Rows) -> list[Words]:
    """Return the id in groups, never cut, and what the tube is for where that is not one sample."""
    text, kind = tube.grouped, _WORDS[tube.kind]
    room = width - 2 * rows.margin
    points = rows.id_points * min(1.0, room / width_mm(text, rows.id_points, MEDIUM))
    kind_points = points * 0.8
    used = width_mm(text, points, MEDIUM) + width_mm(kind, kind_points, BOLD) + 1
    if not kind or used > room:
        return [Words(width / 2, y, text, points, MEDIUM, "centre")]
    return [
        Words(rows.margin, y, text, points, MEDIUM, "left"),
        Words(width - rows.margin, y, kind, kind_points, BOLD, "right"),
    ]
