"""Workbooks, whatever they are called: `.xls` that is xlsx inside, and real BIFF.  Pure.

The sheet of results is found by its name, else by its heading; huge sheets of raw curves are not
opened at all.
"""

import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from server.lab.instruments import tables
from server.lab.instruments.columns import heading, setup_heading
from server.lab.instruments.formats import BROKEN_PACK
from server.lab.instruments.readings import Item, Notice
from server.lab.instruments.reasons import Why
from server.lab.instruments.values import fold, well_of
from server.workbook_panics import PanicsTold

LARGEST_INSIDE = 1 << 30  # bytes unpacked
LARGEST_RATIO = 400
_FIRST = ("results", "primaryresult", "result", "ketqua", "0", "quantificationcqresults")
_CALLS = "targetcall"
_SETUP = "samplesetup"
_NEVER = ("rawdata", "amplification", "multicomponent", "melt", "replicategroup", "standardcurve",
          "runinformation", "instructions")  # fmt: skip
_LOOK = 2000  # rows in which a heading is looked for


def sheets_of(file: BinaryIO) -> tuple[str, ...]:
    """Return the names of the sheets, () where it does not open."""
    try:
        file.seek(0)
        with PanicsTold(), CalamineWorkbook.from_filelike(file) as book:
            return tuple(book.sheet_names)
    except (CalamineError, *BROKEN_PACK):
        return ()


def read(file: BinaryIO) -> Iterator[Item]:
    """Yield the items of the sheet of results, with the calls of the sheet beside it."""
    file.seek(0)
    try:
        if _is_bomb(file):
            yield Notice(Why.TOO_LARGE_INSIDE)
            return
        with PanicsTold(), CalamineWorkbook.from_filelike(file) as book:
            yield from _read(book)
    except (CalamineError, *BROKEN_PACK) as error:
        yield Notice(Why.DAMAGED, str(error)[:120])


def _is_bomb(file: BinaryIO) -> bool:
    """Return whether a zip says of itself that it unpacks to far more than any export."""
    packed_anew = file.read(2) == b"PK"
    file.seek(0)  # an old workbook is no zip, and is read from its beginning
    if not packed_anew:
        return False
    with zipfile.ZipFile(file) as packed:
        members = packed.infolist()
    file.seek(0)
    unpacked, small = (
        sum(each.file_size for each in members),
        sum(each.compress_size for each in members),
    )
    return unpacked > LARGEST_INSIDE or (unpacked > 1 << 26 and unpacked > LARGEST_RATIO * small)


def _read(book: CalamineWorkbook) -> Iterator[Item]:
    names = {fold(name): name for name in book.sheet_names}
    walk = tables.Walk()
    sheet = _sheet_of_results(book)
    if sheet is None:
        yield Notice(Why.NO_RESULTS, ", ".join(book.sheet_names)[:120])
        return
    if _CALLS in names and fold(sheet.name) != _CALLS:
        walk.calls = _calls(book.get_sheet_by_name(names[_CALLS]))
    if _SETUP in names:
        _expect(walk, book.get_sheet_by_name(names[_SETUP]))
    yield from tables.read(rows_of(sheet), walk)


def _sheet_of_results(book: CalamineWorkbook) -> CalamineSheet | None:
    wanted = [name for first in _FIRST for name in book.sheet_names if fold(name) == first]
    others = [name for name in book.sheet_names if not fold(name).startswith(_NEVER)]
    for name in dict.fromkeys([*wanted, *others]):
        sheet = book.get_sheet_by_name(name)
        head = (cells for _, cells in islice(rows_of(sheet), _LOOK))
        if _first(head, heading) is not None:
            return sheet
    return None


def _first(rows: Iterable[list[str]], what: Callable[[list[str]], object]) -> list[str] | None:
    for at, cells in enumerate(rows):
        if what(cells):
            return cells
        if at > _LOOK:
            break
    return None


def _calls(sheet: CalamineSheet) -> dict[tuple[str, str], str]:
    """Return what the machine concluded, by well and target."""
    found: dict[tuple[str, str], str] = {}
    columns = None
    for _, cells in rows_of(sheet):
        columns = columns or heading(cells)
        if columns is None or not {"well", "target", "call"} <= columns.at.keys():
            columns = None
            continue
        well, target, call = (cells[columns.at[name]] for name in ("well", "target", "call"))
        found[well_of(well) or well, fold(target)] = call
    return found


def _expect(walk: tables.Walk, sheet: CalamineSheet) -> None:
    columns = None
    for _, cells in rows_of(sheet):
        if columns is None:
            walk.note(cells)
            columns = setup_heading(cells)
        elif cells[columns.at["sample"]].strip():
            place = well_of(cells[columns.at["well"]], walk.plate_columns)
            if place:
                walk.expected.add(place)


def rows_of(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells) with the row numbers that a spreadsheet shows."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        yield number, [cell if cell.__class__ is str else _text(cell) for cell in row]


def _text(cell: Any) -> str:
    """Return a cell as it is shown: 12-digit codes without a point, truth in one word."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, (date, datetime)):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell)
