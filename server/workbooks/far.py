"""Which cell of an xlsx lies far out: looked for after its reader ran out of memory or time.

The sheets are looked through as bytes, piece by piece, and nothing in them is interpreted.
"""

import re
from typing import BinaryIO
from zipfile import ZipFile

from server.workbooks.wire import column_name

MOST_CELLS = 5_000_000  # from A1 to the last filled row and column
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["']""")
_PIECE, _OVERLAP = 1 << 20, 64


def corner(file: BinaryIO) -> str:
    """Return the last column and row, such as XFD1048576, of a sheet that is too large; or ''."""
    with ZipFile(file) as packed:
        for name in packed.namelist():
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                with packed.open(name) as sheet:
                    column, row = _last(sheet)  # type: ignore[arg-type]
                if (column + 1) * row > MOST_CELLS:
                    return f"{column_name(column)}{row}"
    return ""


def _last(sheet: BinaryIO) -> tuple[int, int]:
    column, row, kept = -1, 0, b""
    while piece := sheet.read(_PIECE):
        kept += piece
        for letters, digits in set(_PLACE.findall(kept)):
            column, row = max(column, _number(letters)), max(row, int(digits))
        kept = kept[-_OVERLAP:]
    return column, row


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
