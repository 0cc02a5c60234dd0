"""A plate as a picture: each well in its place, with what it holds and what is suggested.  Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from server.lab.measured import Role, Well
from server.lab.wells import Tested
from server.lab.words import Call

_PLACE = re.compile(r"\s*([A-Pa-p])\s*0*([1-9][0-9]?)\s*")
_SHAPES = {
    Call.NEGATIVE: ("negative", "−"),
    Call.POSITIVE: ("problem", "✚"),
    Call.INCONCLUSIVE: ("waiting", "?"),
    Call.INVALID: ("waiting", "✖"),
}
_CONTROLS = {Role.NEGATIVE: "N", Role.POSITIVE: "P", Role.EXTRACTION: "E"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of the plate: a tone of colour, a shape, and what a reader is told of it."""

    tone: str = "empty"
    shape: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Plate:
    columns: tuple[int, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


def draw(wells: Iterable[Well], tested: Iterable[Tested], *, passed: bool) -> Plate | None:
    """Return the plate (8 × 12, or 16 × 24), None where wells have no places on one."""
    calls = {each.tube.text: each.suggestion.call for each in tested}
    cells: dict[tuple[str, int], Cell] = {}
    for well in wells:
        found = _PLACE.fullmatch(well.place)
        if found is None:
            return None
        cells[found[1].upper(), int(found[2])] = _cell(well, calls, passed=passed)
    if not cells:
        return None
    large = any(row > "H" or column > 12 for row, column in cells)
    rows, columns = ("ABCDEFGHIJKLMNOP", 24) if large else ("ABCDEFGH", 12)
    places = tuple(range(1, columns + 1))
    return Plate(
        places,
        tuple((row, tuple(cells.get((row, n), Cell()) for n in places)) for row in rows),
    )


def _cell(well: Well, calls: dict[str, Call], *, passed: bool) -> Cell:
    if well.role is not Role.SAMPLE:
        shape = _CONTROLS[well.role]
        return Cell("control" if passed else "problem", shape, f"{well.place} {well.sample}")
    text = well.sample.strip().upper().replace(" ", "")
    call = calls.get(text)
    if call is None:
        return Cell("quiet", "·", well.place)
    tone, shape = _SHAPES[call if passed else Call.INVALID]
    return Cell(tone, shape, f"{well.place} {_grouped(text)}")


def _grouped(text: str) -> str:
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4)) if text.isdigit() else text
