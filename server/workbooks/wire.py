"""What goes between us and the process that reads: lines of questions, answers with their length.

Cells are text between separators that no cell may hold, so nothing is executed or guessed.  Pure.
"""

from collections.abc import Sequence
from enum import StrEnum

CELL, ROW = "\x1f", "\x1e"
_NEITHER = str.maketrans({CELL: " ", ROW: " "})
_CODE = ("utf-8", "surrogatepass")


class Said(StrEnum):
    """What an answer is."""

    OK = "ok"
    DAMAGED = "damaged"
    PASSWORD = "password"  # noqa: S105 - no password
    FAR = "far"  # filled cells lie so far apart that nobody made a list of them


def packed(rows: Sequence[Sequence[str]]) -> bytes:
    """Return *rows*; a separator within a cell becomes a space."""
    text = ROW.join(map(CELL.join, rows))
    cells = sum(max(len(row) - 1, 0) for row in rows)
    if text.count(CELL) != cells or text.count(ROW) != max(len(rows) - 1, 0):
        clean = [[cell.translate(_NEITHER) for cell in row] for row in rows]
        text = ROW.join(map(CELL.join, clean))
    return b"%d\n" % len(rows) + text.encode(*_CODE)


def unpacked(data: bytes) -> list[list[str]]:
    count, _, text = data.partition(b"\n")
    if not int(count):
        return []
    return [row.split(CELL) for row in text.decode(*_CODE).split(ROW)]


def column_name(at: int) -> str:
    """Return what a spreadsheet calls column *at*, counted from 0: A, Z, AA."""
    name = ""
    while at >= 0:
        name = chr(65 + at % 26) + name
        at = at // 26 - 1
    return name
